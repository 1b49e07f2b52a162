"""URIs as users write them: what may be fetched, files of this machine, and what fsspec reads."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import known_implementations

from pgfeaturize import errors
from pgfeaturize.images import Limits, Roots, UrlAllowlist, fetch

IMAGE = b"image"
SMALL = Limits(bytes=len(IMAGE))
HASTY = Limits(seconds=0.2)


def refused(
    uri: str, urls: UrlAllowlist, kind: type[errors.ImageError] = errors.NotAllowed, limits: Limits = SMALL
) -> errors.ImageError:
    with pytest.raises(kind) as caught:
        fetch(uri, urls, Roots(), limits)
    assert type(caught.value) is kind
    return caught.value


# Allowed URIs

PHOTOS = UrlAllowlist.of(["https://images.example.org/photos/", "http://straße.example:8080"])


@pytest.mark.parametrize(
    "uri",
    [
        "https://images.example.org/photos/a.png",
        "HTTPS://Images.Example.ORG:443/photos/2024/a.png?size=1",
        "https://images.example.org./photos/a.png",
        "https://images.example.org/%70hotos/a.png",
        "https://images.example.org/photos/..a/b../100%25.png",
        "http://straße.example:8080/a.png",
        "http://xn--strae-oqa.example:8080/",
        "http://xn--strae-oqa.example:8080?a=/../b",
    ],
)
def test_spellings_of_what_is_allowed(uri: str) -> None:
    place, named = PHOTOS.match(uri)
    assert named
    assert place.uri.startswith(("https://images.example.org:443/", "http://xn--strae-oqa.example:"))


@pytest.mark.parametrize(
    "uri",
    [
        "http://images.example.org/photos/a.png",
        "https://images.example.org:8443/photos/a.png",
        "https://images.example.org/photos-private/a.png",
        "https://images.example.org/a.png",
        "https://images.example.org",
        "https://images.example.org//photos/a.png",
        "https://images.example.org/Photos/a.png",
        "https://images.example.org.evil.example/photos/a.png",
        "https://evil.example/images.example.org/photos/a.png",
        "https://evil.example?images.example.org/photos/a.png",
        "https://evil.example#images.example.org/photos/a.png",
        "https://evil.example/https://images.example.org/photos/a.png",
        "https://images.example.org@evil.example/photos/a.png",
        "https://images.example.org:443@evil.example/photos/a.png",
        "https://me@images.example.org/photos/a.png",
        "https://me:secret@images.example.org/photos/a.png",
        "https://images.example.org\\@evil.example/photos/a.png",
        "https://evil.example\\images.example.org/photos/a.png",
        "https:\\\\images.example.org\\photos\\a.png",
        "https:/images.example.org/photos/a.png",
        "https:///images.example.org/photos/a.png",
        "https://images.example.org:99999/photos/a.png",
        "https://images.example.org:x/photos/a.png",
        "https://images%2eexample%2eorg/photos/a.png",
        "https://[images.example.org]/photos/a.png",
        "https://[fe80::1%25eth0]/photos/a.png",
        "https://images.example.org/photos/../a.png",
        "https://images.example.org/photos/./a.png",
        "https://images.example.org/photos/..",
        "https://images.example.org/photos/%2e%2e/a.png",
        "https://images.example.org/photos/.%2E/a.png",
        "https://images.example.org/photos/%252e%252e/a.png",
        "https://images.example.org/photos/..%2fa.png",
        "https://images.example.org/photos/..;x/a.png",
        "https://images.example.org/photos/..%5c..%5ca.png",
        "https://images.example.org/photos/a%00.png",
        "https://images.example.org/photos/a%0d%0aHost:%20evil.png",
        "https://images.example.org/photos\\..\\a.png",
        "https://images.example.org/photos/a.png\r\nHost: evil.example",
        "https://images.example.org/photos/\ta.png",
        "https://images.exa\u200bmple.org/photos/a.png",
        " https://images.example.org/photos/a.png",
        "//images.example.org/photos/a.png",
        "images.example.org/photos/a.png",
        "photos/a.png",
        "https://",
        "http://*/a.png",
        "ftp://images.example.org/photos/a.png",
        "s3://images.example.org/photos/a.png",
        "javascript:alert(1)",
    ],
)
def test_spellings_of_what_is_not(uri: str) -> None:
    refused(uri, PHOTOS)


def test_the_hint_says_how_to_allow_it() -> None:
    assert "--uri" in refused("https://example.org/a.png", PHOTOS).hint


def test_without_origins_nothing_may_be_fetched() -> None:
    refused("https://images.example.org/photos/a.png", UrlAllowlist())


def test_an_empty_uri() -> None:
    refused("", PHOTOS, errors.EmptyPath)


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("images.example.org", "scheme://"),
        ("https://", "host"),
        ("https://*.example.org", "host"),
        ("https://me:secret@example.org", "credentials"),
        ("https://example.org/photos?x=1", "no query"),
        ("https://example.org/photos#x", "no query"),
        ("https://example.org/a/../b", "its path"),
        ("/srv/images", "scheme://"),
        ("file:///srv/images", "--root"),
        ("local:///srv/images", "--root"),
        ("magic://bucket", "not supported"),
    ],
)
def test_a_prefix_that_cannot_be(prefix: str, message: str) -> None:
    with pytest.raises(errors.SettingsError, match=message) as caught:
        UrlAllowlist.of([prefix])
    assert prefix.partition("://")[0] in caught.value.message


def test_a_scheme_whose_package_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"class": "no_such_package.FileSystem", "err": "Install no_such_package to read this"}
    monkeypatch.setitem(known_implementations, "absent", known)
    with pytest.raises(errors.SettingsError, match="Install no_such_package"):
        UrlAllowlist.of(["absent://bucket"])


# Local files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my images"
    folder.mkdir()
    (folder / "straße.png").write_bytes(IMAGE)
    (tmp_path / "secret.png").write_bytes(IMAGE)
    return folder


@pytest.mark.parametrize("begin", ["file://", "FILE://", "file://localhost"])
def test_a_file_under_the_root(folder: Path, begin: str) -> None:
    uri = f"{begin}{folder}/straße.png"
    for spelled in (uri, uri.replace(" ", "%20").replace("ß", "%C3%9F")):
        assert fetch(spelled, UrlAllowlist(), Roots.of([folder]), SMALL) == IMAGE


def test_a_file_outside_the_roots(folder: Path) -> None:
    for name in ("../secret.png", "%2e%2e/secret.png", "..%2Fsecret.png"):
        with pytest.raises(errors.OutsideRoots):
            fetch(f"file://{folder}/{name}", UrlAllowlist(), Roots.of([folder]), SMALL)


def test_a_file_of_another_machine(folder: Path) -> None:
    with pytest.raises(errors.NotAllowed, match="another machine"):
        fetch(f"file://server{folder}/straße.png", UrlAllowlist(), Roots.of([folder]), SMALL)


def test_a_file_that_is_named_by_nothing(folder: Path) -> None:
    with pytest.raises(errors.EmptyPath):
        fetch("file://", UrlAllowlist(), Roots.of([folder]), SMALL)


# fsspec


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    system = MemoryFileSystem()
    system.pipe({"/bucket/a.png": IMAGE, "/bucket/empty.png": b"", "/private/a.png": b"x"})
    yield system
    system.store.clear()


BUCKET = UrlAllowlist.of(["memory://bucket"])


@pytest.mark.usefixtures("memory")
def test_an_image_in_a_bucket() -> None:
    assert fetch("memory://bucket/a.png", BUCKET, Roots(), SMALL) == IMAGE
    assert fetch("memory://private/a.png", UrlAllowlist.of(["memory://"]), Roots(), SMALL) == b"x"


@pytest.mark.usefixtures("memory")
def test_trouble_with_a_bucket() -> None:
    refused("memory://bucket/gone.png", BUCKET, errors.MissingFile)
    refused("memory://bucket/empty.png", BUCKET, errors.EmptyFile)
    refused("memory://bucket/a.png", BUCKET, errors.TooManyBytes, Limits(bytes=len(IMAGE) - 1))


@pytest.mark.parametrize(
    "uri",
    [
        "memory://private/a.png",
        "memory://bucket-private/a.png",
        "memory://bucket/../private/a.png",
        "memory://bucket/a#/../../private/a.png",
        "memory://bucket?/../../private/a.png",
        "memory:///bucket/a.png",
        "memory://me:secret@bucket/a.png",
        "simplecache::memory://bucket/a.png",
        "memory::file:///etc/passwd",
    ],
)
@pytest.mark.usefixtures("memory")
def test_another_bucket(uri: str) -> None:
    refused(uri, BUCKET)


def test_out_of_all_buckets() -> None:
    refused("memory://../private/a.png", UrlAllowlist.of(["memory://"]))


def test_letters_that_mean_something_on_the_web_only(memory: MemoryFileSystem) -> None:
    memory.pipe("/bucket/what?#1.png", b"x")
    assert fetch("memory://bucket/what?#1.png", BUCKET, Roots(), SMALL) == b"x"


class Troubled(MemoryFileSystem):  # type: ignore[misc]
    """A file system in which the name of a file determines its fault."""

    protocol = "troubled"
    cachable = False
    done = threading.Event()

    def _open(self, path: str, *_: object, **__: object) -> Any:
        if path.endswith("stuck"):
            self.done.wait(60)
        raise {"denied": PermissionError, "late": TimeoutError}.get(path[-6:].strip("/"), OSError)(path)


@pytest.fixture
def troubled() -> Iterator[UrlAllowlist]:
    fsspec.register_implementation("troubled", Troubled, clobber=True)
    yield UrlAllowlist.of(["troubled://bucket"])
    Troubled.done.set()


def test_a_bucket_that_never_answers(troubled: UrlAllowlist) -> None:
    refused("troubled://bucket/stuck", troubled, errors.ReadFailed, HASTY)


def test_a_bucket_that_refuses(troubled: UrlAllowlist) -> None:
    refused("troubled://bucket/denied", troubled, errors.PermissionDenied)


@pytest.mark.parametrize("name", ["late", "broken"])
def test_a_bucket_that_is_in_trouble_is_tried_again(troubled: UrlAllowlist, name: str) -> None:
    refused(f"troubled://bucket/{name}", troubled, errors.ReadFailed)


def test_what_fetches_is_imported_when_it_is_needed() -> None:
    program = (
        "import sys, pgfeaturize.images as images;"
        "images.UrlAllowlist.of([]); print({'aiohttp', 'fsspec', 'yarl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
