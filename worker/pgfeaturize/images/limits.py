"""What a picture may cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one picture may cost a worker.

    Attributes:
        bytes: of the encoded picture. 64 MiB: the raw of a 100-megapixel camera is not meant, its
            JPEG fits twice.
        pixels: of the decoded picture, width × height. 178,956,970 is where Pillow itself refuses:
            a 13,377 pixel square, about 700 MiB while one decoding thread holds it.
    """

    bytes: int = 64 * 2**20
    pixels: int = 178_956_970
