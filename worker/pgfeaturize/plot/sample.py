"""The rows that a plot shows."""

from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Features: TypeAlias = npt.NDArray[np.float32]


class Sample(Protocol):
    """Labeled rows with their features, such as a TrainingSet.

    Attributes:
        labels: str (n,).
        splits: str (n,): "train" or "test".
        features: float32 (n, dim).
    """

    def __len__(self) -> int: ...

    @property
    def labels(self) -> npt.NDArray[np.str_]: ...

    @property
    def splits(self) -> npt.NDArray[np.str_]: ...

    @property
    def features(self) -> Any: ...
