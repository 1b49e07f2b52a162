"""Places in a plane for features: like ones near one another. The same features, the same places."""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgfeaturize.db.copy_binary import Vectors
from pgfeaturize.errors import SettingsError
from pgfeaturize.extras import extra

METHODS = ("pca", "tsne", "umap")
SEED = 0
#: Distances say no more in more dimensions, and cost more (van der Maaten and Hinton 2008).
COMPONENTS = 50
NEIGHBORS = 15
PERPLEXITY = 30.0


@dataclass(frozen=True)
class Layout:
    """Places.

    Attributes:
        points: float (n, 2).
        axes: what they measure; empty where that means nothing.
        method: in words.
    """

    points: npt.NDArray[np.floating]
    axes: tuple[str, str]
    method: str


def check_method(method: str) -> None:
    """Make sure that the method is known and installed.

    Raises:
        SettingsError: it is not.
    """
    if method not in METHODS:
        raise SettingsError(f'there is no method "{method}"', f"There are: {', '.join(METHODS)}.")
    if method == "umap":
        with extra("umap", "umap", "projecting by UMAP"):
            import umap  # noqa: F401


def lay_out(features: Vectors, method: str) -> Layout:
    """Find places for features, float32 (n, dim).

    Raises:
        SettingsError: there are too few.
    """
    if len(features) < 5 and method != "pca":
        raise SettingsError(
            f"{len(features)} rows are too few to be arranged by {method}", "Pass --method pca."
        )
    return {"pca": _pca, "tsne": _tsne, "umap": _umap}[method](features)


def _pca(features: Vectors) -> Layout:
    reduced, shares = _components(features, 2)
    points = np.zeros((len(features), 2))
    points[:, : reduced.shape[1]] = reduced
    shares = [*shares, 0.0, 0.0]
    first, second = (f"component {n + 1} ({shares[n]:.0%} of the variance)" for n in range(2))
    return Layout(points, (first, second), "principal components")


def _tsne(features: Vectors) -> Layout:
    from sklearn.manifold import TSNE

    reduced, _ = _components(features, COMPONENTS)
    spread = min(PERPLEXITY, (len(features) - 1) / 3)
    points = TSNE(perplexity=spread, init=_start(reduced), random_state=SEED).fit_transform(reduced)
    return Layout(points, ("", ""), "t-SNE")


def _umap(features: Vectors) -> Layout:
    from umap import UMAP

    near = min(NEIGHBORS, len(features) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a seed means one thread, which it says each time
        points = UMAP(n_neighbors=near, random_state=SEED).fit_transform(features)
    return Layout(points, ("", ""), "UMAP")


def _components(features: Vectors, wanted: int) -> tuple[Vectors, list[float]]:
    """The first principal components, and which part of the variance each has."""
    from sklearn.decomposition import PCA

    number = min(wanted, *features.shape)
    if len(features) < 2 or not np.ptp(features, axis=0).any():
        return np.zeros((len(features), number), np.float32), [0.0] * number
    pca = PCA(number, random_state=SEED)
    return pca.fit_transform(features), list(pca.explained_variance_ratio_)


def _start(reduced: Vectors) -> Vectors:
    """The first two components, small, as scikit-learn's own init="pca" has them."""
    start = np.zeros((len(reduced), 2), np.float32)
    start[:, : min(2, reduced.shape[1])] = reduced[:, :2]
    scale = float(np.std(start[:, 0])) or 1.0
    return start * np.float32(1e-4 / scale)
