"""Projections onto principal components keep near vectors near."""

import numpy as np
import pytest

from pgfeaturize.training.projection import Vectors, fit


def points(number: int) -> Vectors:
    """Return points in 64 dimensions that vary along six, far from the origin."""
    random = np.random.default_rng(0)
    along = random.normal(size=(number, 6)) * [9, 8, 7, 6, 5, 4]
    noise = random.normal(size=(number, 64)) * 0.01
    return (along @ random.normal(size=(6, 64)) + noise + 100).astype(np.float32)


def test_distances_are_kept() -> None:
    vectors = points(500)
    fitted = fit(vectors, 6)
    assert fitted.directions.shape == (6, 64)
    assert fitted.directions.dtype == np.float32
    projected = vectors @ fitted.directions.T - fitted.biases
    full = np.linalg.norm(vectors[0] - vectors[1:], axis=1)
    short = np.linalg.norm(projected[0] - projected[1:], axis=1)
    assert np.allclose(full, short, rtol=0.01, atol=0.2)


def test_components_are_of_unit_length_and_around_the_mean() -> None:
    vectors = points(500)
    fitted = fit(vectors, 3)
    assert np.allclose(fitted.directions @ fitted.directions.T, np.eye(3), atol=1e-4)
    projected = vectors @ fitted.directions.T - fitted.biases
    assert np.allclose(projected.mean(axis=0), 0, atol=0.01)
    assert np.all(np.diff(projected.std(axis=0)) < 0), "the one that varies most comes first"


def test_the_same_vectors_give_the_same_projection() -> None:
    vectors = np.random.default_rng(0).normal(size=(600, 600)).astype(np.float32)
    one, two = fit(vectors, 20), fit(vectors, 20)
    assert np.array_equal(one.directions, two.directions)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_fewer_vectors_than_components_are_too_few(number: int) -> None:
    with pytest.raises(ValueError, match=f"{number} embeddings are too few .* 6 dimensions"):
        fit(points(number), 6)
