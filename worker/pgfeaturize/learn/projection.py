"""Principal components of embeddings: fewer numbers that say nearly as much.

The first components of a sample, by scikit-learn's PCA (Pearson 1901, Hotelling 1933). An index over
them is smaller; `featurize.index` with method "projection" is one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Projection:
    """An affine map: value number i of a vector is directions[i] · vector - biases[i].

    Attributes:
        directions: float32 (dimensions, dim), of unit length, the one that varies most first.
        biases: float64 (dimensions,).
    """

    directions: Vectors
    biases: npt.NDArray[np.float64]


def fit(vectors: Vectors, dimensions: int) -> Projection:
    """The first components of `vectors`, float32 (n, dim).

    Where the sample has fewer than `dimensions` of them, the rest are zero.
    """
    found = min(dimensions, *vectors.shape)
    pca = PCA(found, svd_solver="covariance_eigh").fit(vectors)
    directions = np.zeros((dimensions, vectors.shape[1]), np.float32)
    directions[:found] = pca.components_
    return Projection(directions, directions.astype(np.float64) @ pca.mean_)
