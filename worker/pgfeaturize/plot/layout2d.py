"""Projections of features to a plane, with similar rows close together. They are deterministic."""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgfeaturize.errors import SettingsError
from pgfeaturize.extras import extra
from pgfeaturize.plot.sample import Features

METHODS = ("pca", "tsne", "umap")
SEED = 0
#: Dimensions that t-SNE starts from, reduced by PCA (van der Maaten and Hinton 2008).
COMPONENTS = 50
NEIGHBORS = 15
PERPLEXITY = 30.0


@dataclass(frozen=True)
class Layout:
    """A projection of rows to a plane.

    Attributes:
        points: float (n, 2).
        axes: names of the axes; empty if they have no meaning.
        method: name of the method for the title.
    """

    points: npt.NDArray[np.floating]
    axes: tuple[str, str]
    method: str


def check_method(method: str) -> None:
    """Check that the method is known and installed.

    Raises:
        SettingsError: it is not.
    """
    if method not in METHODS:
        raise SettingsError(f'there is no method "{method}"', f"There are: {', '.join(METHODS)}.")
    if method == "umap":
        with extra("umap", "umap", "projecting by UMAP"):
            import umap  # noqa: F401


def lay_out(features: Features, method: str) -> Layout:
    """Project features, float32 (n, dim), by a method.

    Raises:
        SettingsError: there are too few rows.
    """
    if len(features) < 5 and method != "pca":
        raise SettingsError(f"{len(features)} rows are too few to be projected by {method}", "Pass --method pca.")
    return {"pca": _pca, "tsne": _tsne, "umap": _umap}[method](features)


def _pca(features: Features) -> Layout:
    reduced, shares = _components(features, 2)
    points = np.zeros((len(features), 2))
    points[:, : reduced.shape[1]] = reduced
    shares = [*shares, 0.0, 0.0]
    first, second = (f"component {n + 1} ({shares[n]:.0%} of the variance)" for n in range(2))
    return Layout(points, (first, second), "principal components")


def _tsne(features: Features) -> Layout:
    from sklearn.manifold import TSNE

    reduced, _ = _components(features, COMPONENTS)
    perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
    points = TSNE(perplexity=perplexity, init=_start(reduced), random_state=SEED).fit_transform(reduced)
    return Layout(points, ("", ""), "t-SNE")


def _umap(features: Features) -> Layout:
    from umap import UMAP

    neighbors = min(NEIGHBORS, len(features) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that a seed limits it to one thread
        points = UMAP(n_neighbors=neighbors, random_state=SEED).fit_transform(features)
    return Layout(points, ("", ""), "UMAP")


def _components(features: Features, limit: int) -> tuple[Features, list[float]]:
    """Return the first principal components, and the share of the variance of each."""
    from sklearn.decomposition import PCA

    number = min(limit, *features.shape)
    if len(features) < 2 or not np.ptp(features, axis=0).any():
        return np.zeros((len(features), number), np.float32), [0.0] * number
    pca = PCA(number, random_state=SEED)
    return pca.fit_transform(features), list(pca.explained_variance_ratio_)


def _start(reduced: Features) -> Features:
    """Return the first two components scaled down, as scikit-learn's init="pca" does."""
    start = np.zeros((len(reduced), 2), np.float32)
    start[:, : min(2, reduced.shape[1])] = reduced[:, :2]
    scale = float(np.std(start[:, 0])) or 1.0
    return start * np.float32(1e-4 / scale)
