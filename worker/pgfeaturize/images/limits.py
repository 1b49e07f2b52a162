"""Limits on the bytes, pixels and seconds of one image."""

from dataclasses import dataclass

from pgfeaturize.errors import EmptyFile, TooManyBytes


@dataclass(frozen=True)
class Limits:
    """Limits per image.

    Attributes:
        bytes: maximum size of the encoded image. Default: 64 MiB, twice a JPEG of a 100-megapixel camera.
        pixels: maximum width × height of the decoded image. Default: 178,956,970, Pillow's own limit: a square of
            13,377 pixels, about 700 MiB in a decoding thread, twice that in 16-bit gray.
        seconds: maximum time to read and decode it. Default: 30, the time that an image of 64 MiB takes at 20 Mbit/s.
    """

    bytes: int = 64 * 2**20
    pixels: int = 178_956_970
    seconds: float = 30

    def check_bytes(self, number: int, name: str) -> None:
        """Check the size in bytes of the image that messages call `name`.

        Raises:
            EmptyFile, TooManyBytes
        """
        if number == 0:
            raise EmptyFile(f"{name} has no bytes")
        if number > self.bytes:
            raise TooManyBytes(f"{name} has more than the allowed {self.bytes:,} bytes")
