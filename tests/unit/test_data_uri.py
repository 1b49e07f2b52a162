"""Images that a text holds: base64 in all of its forms, and data URIs."""

import base64
from urllib.parse import quote_from_bytes

import pytest

from pgfeaturize import errors
from pgfeaturize.images import AccessPolicy, Limits, Uri, read_source, source_name, stored_bytes
from pgfeaturize.plot.thumbnails import thumbnail
from pgfeaturize.worker.requests import Request
from tests.unit.sample_images import encoded, scene

IMAGE = encoded(scene())
#: Its base64 has both characters that differ between the alphabets, and padding.
BYTES = bytes(range(256)) * 3 + b"\xff\xfe\xfb\xef"
BASE64 = base64.b64encode(BYTES).decode()


def read(uri: str, limits: Limits | None = None) -> bytes:
    return read_source(Uri(uri), AccessPolicy.of([]), limits or Limits())


def test_the_text_has_what_it_should() -> None:
    assert {"+", "/", "="} <= set(BASE64)


@pytest.mark.parametrize(
    "text",
    [
        BASE64,
        BASE64.rstrip("="),
        base64.urlsafe_b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode().rstrip("="),
        base64.encodebytes(BYTES).decode(),
        base64.encodebytes(BYTES).decode().replace("\n", "\r\n\t "),
        f"\n {BASE64} \n",
        BASE64.replace("+", "%2B").replace("=", "%3D"),
    ],
    ids=["standard", "unpadded", "url-safe", "url-safe unpadded", "lines", "indented", "around", "escaped"],
)
@pytest.mark.parametrize("header", ["data:;base64,", "data:image/png;base64,", "DATA:image/png;charset=x; BASE64 ,"])
def test_base64(header: str, text: str) -> None:
    assert read(header + text) == BYTES


def test_percent_encoded() -> None:
    assert read(f"data:image/png,{quote_from_bytes(BYTES)}") == BYTES
    assert read("data:,plain%20text") == b"plain text"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("iVBORw0KGgo.", "the character '.'"),
        ("iVBOR#w0KGgo", "the character '#'"),
        ("iVBO=Rw0KGgo", "the character '='"),
        ("iVBOR\u0219w0K", r"the character '\\u0219'"),
        ("\\x89504e470d", r"the character '\\\\'"),
        ("/photos/cat.jpg", "the character '.'"),
        ("iVBOR", "its length is wrong"),
        ("iVBORw==========", "its length is wrong"),
    ],
)
def test_what_is_not_base64(text: str, complaint: str) -> None:
    with pytest.raises(errors.BadEncoding, match=f"^the image is not valid base64: .*{complaint}") as caught:
        read(f"data:;base64,{text}")
    assert "Store the encoded image in base64" in caught.value.hint
    assert caught.value.reason == "bad_encoding"


def test_a_data_uri_without_a_comma() -> None:
    with pytest.raises(errors.BadEncoding, match="the image is a data URI without a comma"):
        read("data:image/png;base64")


@pytest.mark.parametrize("uri", ["data:,", "data:;base64,", "data:;base64, \n", "data:;base64,=="])
def test_no_bytes(uri: str) -> None:
    with pytest.raises(errors.EmptyFile, match="the image has no bytes"):
        read(uri)


def test_the_limit_is_on_the_decoded_bytes() -> None:
    exact, lower = Limits(bytes=len(BYTES)), Limits(bytes=len(BYTES) - 1)
    for uri in (f"data:;base64,{BASE64}", f"data:,{quote_from_bytes(BYTES, safe='')}"):
        assert read(uri, exact) == BYTES
        with pytest.raises(errors.TooManyBytes, match=r"the image has more than the allowed 771 bytes"):
            read(uri, lower)


def test_a_text_is_not_decoded_that_is_far_longer_than_the_limit() -> None:
    with pytest.raises(errors.TooManyBytes):
        read("data:;base64," + " " * 4000 + BASE64, Limits(bytes=1000))


def test_memory_is_reserved_before_decoding() -> None:
    reserved: list[int] = []
    uri = Uri(f"data:;base64,{BASE64}")
    read_source(uri, AccessPolicy.of([]), Limits(), reserved.append)
    assert reserved == [2 * len(uri)]


def test_the_text_is_part_of_the_memory_and_not_of_messages() -> None:
    uri = Uri(f"data:;base64,{BASE64}")
    assert stored_bytes(uri) == len(uri)
    assert source_name(uri) == "the image"
    for named in ("data:;base64,QUJD", Uri("https://images.example/data:"), ""):
        assert stored_bytes(named) == 0
    assert source_name("data:x") == '"data:x"', "a path"


def test_thumbnails_of_images_in_text() -> None:
    uri = f"data:;base64,{base64.b64encode(IMAGE).decode()}".encode()
    assert thumbnail(uri, 32).tobytes() == thumbnail(IMAGE, 32).tobytes()
    with pytest.raises(errors.BadEncoding):
        thumbnail(b"Data:;base64,!", 32)


def test_a_data_uri_is_embedded_on_request() -> None:
    request = Request("m", "b", "n", "none", 4, "w", "{}", 1, 1, "data:;base64,QUJD", None)
    assert isinstance(request.source, Uri)
