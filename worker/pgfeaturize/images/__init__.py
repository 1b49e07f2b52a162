"""Pictures: read them only where the worker may, and decode them the same way every time.

Nothing here knows of networks or databases. Three steps, each of which either succeeds or raises
one typed `ImageError` that names the picture:

    read(path, roots, limits)      -> bytes        a regular file under an allowed directory
    fetch(uri, origins, …)         -> bytes        or what is at an allowed URI
    decode(data, limits)           -> PIL image    upright, opaque, 8 bits, mode "RGB" or "L"
    prepare(image, preprocessing)  -> uint8 array  (channels, height, width), for the network
"""

from PIL.Image import Image

from pgfeaturize.images.decoding import FORMATS, decode
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.origins import Origins
from pgfeaturize.images.preparing import Pixels, Preprocessing, prepare
from pgfeaturize.images.reach import Reach
from pgfeaturize.images.uris import fetch

__all__ = [
    "FORMATS",
    "Image",
    "Limits",
    "Origins",
    "Pixels",
    "Preprocessing",
    "Reach",
    "Roots",
    "decode",
    "fetch",
    "prepare",
    "read",
]
