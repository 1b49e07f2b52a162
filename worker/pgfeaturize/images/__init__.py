"""Images: read them only where the worker may, and decode them the same way every time.

Nothing here knows of networks or databases. Three steps, each of which either succeeds or raises
one typed `ImageError` that names the image:

    read(path, roots, limits)      -> bytes        a regular file under an allowed directory
    fetch(uri, urls, …)         -> bytes        or what is at an allowed URI
    decode(data, limits)           -> PIL image    upright, opaque, 8 bits, mode "RGB" or "L"
    preprocess(image, preprocessing)  -> uint8 array  (channels, height, width), for the network
"""

from PIL.Image import Image

from pgfeaturize.images.access_policy import AccessPolicy
from pgfeaturize.images.decoding import FORMATS, decode
from pgfeaturize.images.fetching import fetch
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.preprocessing import Pixels, Preprocessing, preprocess
from pgfeaturize.images.url_allowlist import UrlAllowlist

__all__ = [
    "FORMATS",
    "AccessPolicy",
    "Image",
    "Limits",
    "Pixels",
    "Preprocessing",
    "Roots",
    "UrlAllowlist",
    "decode",
    "fetch",
    "preprocess",
    "read",
]
