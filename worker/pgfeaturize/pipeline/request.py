"""What the pipeline is asked for, and what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pgfeaturize.errors import ImageError, TruncatedImage
from pgfeaturize.models import Network

Vector = npt.NDArray[np.float32]
Outcome = Vector | ImageError


@dataclass(frozen=True)
class BatchResult:
    """Result of embedding one batch.

    Attributes:
        outcomes: for each EmbedRequest a list in the order of its slots: float32 vectors (dim,), unchecked, or the
            ImageError of the image.
        digests: SHA-256 of the bytes of each image; None if it could not be read.
        truncated: by slot, the images of which only a part could be decoded, and why.
        decode_seconds: seconds of reading and decoding, summed over all threads.
        forward_seconds: seconds of the forward passes.
    """

    outcomes: list[list[Outcome]]
    digests: list[bytes | None]
    decode_seconds: float = 0.0
    forward_seconds: float = 0.0
    truncated: Mapping[int, TruncatedImage] = field(default_factory=dict)


@dataclass(frozen=True)
class EmbedRequest:
    """Asks for the vectors of some images by one model.

    Attributes:
        network: the network to run.
        output: index of the model among the outputs of the network.
        slots: indexes of the images in the batch; None: all images.
        truncated: whether vectors of images are wanted of which only a part could be decoded; else they fail.
    """

    network: Network
    output: int = 0
    slots: Sequence[int] | None = None
    truncated: bool = False
