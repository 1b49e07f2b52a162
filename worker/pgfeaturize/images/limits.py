"""What an image may cost."""

from dataclasses import dataclass

from pgfeaturize.errors import EmptyFile, TooManyBytes


@dataclass(frozen=True)
class Limits:
    """What one image may cost a worker.

    Attributes:
        bytes: of the encoded image. 64 MiB: the raw of a 100-megapixel camera is not meant, its
            JPEG fits twice.
        pixels: of the decoded image, width × height. 178,956,970 is where Pillow itself refuses:
            a 13,377 pixel square, about 700 MiB while one decoding thread holds it, and twice that
            in 16-bit gray.
        seconds: to read and decode it, all in all. 30: an image at the limit of bytes over a
            line of 20 Mbit/s.
    """

    bytes: int = 64 * 2**20
    pixels: int = 178_956_970
    seconds: float = 30

    def check_bytes(self, number: int, name: str) -> None:
        """Whether what is called `name` may have so many bytes.

        Raises:
            EmptyFile, TooManyBytes
        """
        if number == 0:
            raise EmptyFile(f"{name} has no bytes")
        if number > self.bytes:
            raise TooManyBytes(f"{name} has more than the {self.bytes:,} bytes that are allowed")
