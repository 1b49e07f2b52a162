"""Pictures: read them only where the worker may, and decode them the same way every time.

Nothing here knows of networks or databases. Three steps, each of which either succeeds or raises
one typed `ImageError` that names the picture:

    read(path, roots, limits)      -> bytes        a regular file under an allowed directory
    decode(data, limits)           -> PIL image    upright, opaque, 8 bits, mode "RGB" or "L"
    prepare(image, preprocessing)  -> uint8 array  (channels, height, width), for the network
"""

from pgfeaturize.images.decoding import FORMATS, decode
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.preparing import Pixels, Preprocessing, prepare

__all__ = [
    "FORMATS",
    "Limits",
    "Pixels",
    "Preprocessing",
    "Roots",
    "decode",
    "prepare",
    "read",
]
