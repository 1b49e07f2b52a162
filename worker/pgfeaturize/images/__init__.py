"""Images: read from allowed places only, and decoded in the same way every time.

This package knows no networks and no databases. Each of the three steps either succeeds or raises one typed
`ImageError` that names the image:

    read_source(source, policy, limits) -> bytes        of a regular file below an allowed directory,
                                                        or of an allowed URI
    decode(data, limits)                -> PIL image    upright, opaque, 8 bits, mode "RGB" or "L"
    preprocess(image, preprocessing)    -> uint8 array  (channels, height, width), for the network
"""

from PIL.Image import Image

from pgfeaturize.images.access_policy import AccessPolicy
from pgfeaturize.images.data_uri import decode_data_uri
from pgfeaturize.images.decoding import decode
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.memory import decoding_bytes, preprocessing_bytes
from pgfeaturize.images.preprocessing import Pixels, Preprocessing, preprocess
from pgfeaturize.images.source import ImageSource, Uri, fetch, read_source, source_name, stored_bytes
from pgfeaturize.images.url_allowlist import UrlAllowlist
from pgfeaturize.images.web_options import WebOptions

__all__ = [
    "AccessPolicy",
    "Image",
    "ImageSource",
    "Limits",
    "Pixels",
    "Preprocessing",
    "Roots",
    "Uri",
    "UrlAllowlist",
    "WebOptions",
    "decode",
    "decode_data_uri",
    "decoding_bytes",
    "fetch",
    "preprocess",
    "preprocessing_bytes",
    "read",
    "read_source",
    "source_name",
    "stored_bytes",
]
