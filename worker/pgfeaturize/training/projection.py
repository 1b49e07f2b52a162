"""Principal components of embeddings: fewer values that keep most of the variance.

The first components of a sample, by scikit-learn's PCA (Pearson 1901, Hotelling 1933). An index over them is smaller;
`featurize.index` with method "projection" is one.
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
        directions: float32 (dimensions, dim), of unit length, the one with the largest variance first.
        biases: float64 (dimensions,).
    """

    directions: Vectors
    biases: npt.NDArray[np.float64]


def fit(vectors: Vectors, dimensions: int) -> Projection:
    """Fit the first components of `vectors`, float32 (n, dim); the result is deterministic.

    Raises:
        ValueError: there are fewer vectors than components.
    """
    if len(vectors) < dimensions:
        raise ValueError(f"{len(vectors)} embeddings are too few to project to {dimensions} dimensions")
    pca = PCA(dimensions, random_state=0).fit(vectors)
    directions = pca.components_.astype(np.float32)
    return Projection(directions, directions.astype(np.float64) @ pca.mean_)
