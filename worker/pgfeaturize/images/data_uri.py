"""Decodes images that a text holds: data URIs, which are in base64 or percent-encoded."""

import binascii
import string
from urllib.parse import unquote_to_bytes

from pgfeaturize.errors import BadEncoding
from pgfeaturize.images.limits import Limits

#: A text with more characters for each byte that an image may have is not decoded. Percent-encoding has three.
_LONGEST = 4
#: The last two characters have two forms: the standard one and the one for URLs and file names.
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ALPHABET = (string.ascii_letters + string.digits + "+/").encode()
_WHITE_SPACE = string.whitespace.encode()
_HINT = "Store the encoded image in base64, or a data URI; for paths and URLs there are other kinds of images."


def is_data_uri(text: str) -> bool:
    """Return whether a text is a data URI."""
    return text[:5].lower() == "data:"


def decode_data_uri(uri: str, limits: Limits, name: str) -> bytes:
    """Return the image that a data URI holds; its media type is not considered.

    Base64 may be in the standard or the URL-safe alphabet, with white space, and without padding.

    Raises:
        EmptyFile, TooManyBytes, BadEncoding
    """
    if len(uri) > _LONGEST * limits.bytes:
        limits.check_bytes(len(uri), name)
    header, comma, text = uri.partition(",")
    if not comma:
        raise BadEncoding(f"{name} is a data URI without a comma", _HINT)
    data = unquote_to_bytes(text)
    if header.rpartition(";")[2].strip().lower() == "base64":
        return _decode_base64(data, limits, name)
    limits.check_bytes(len(data), name)
    return data


def _decode_base64(data: bytes, limits: Limits, name: str) -> bytes:
    data = data.translate(_STANDARD, _WHITE_SPACE)
    padded = len(data)
    data = data.rstrip(b"=")
    if foreign := data.translate(None, _ALPHABET):
        raise BadEncoding(f"{name} is not valid base64: it has the character {_first(foreign)!a}", _HINT)
    if len(data) % 4 == 1 or padded - len(data) > 2:
        raise BadEncoding(f"{name} is not valid base64: its length is wrong", _HINT)
    limits.check_bytes(len(data) * 3 // 4, name)
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _first(text: bytes) -> str:
    return text[:4].decode(errors="replace")[0]
