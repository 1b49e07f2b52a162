"""Paths as users have them: one test for each oddity of a path or a file."""

import errno
import os
import socket
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import pytest

from pgfeaturize import errors
from pgfeaturize.images import AccessPolicy, Limits, Roots, read, root_storage
from pgfeaturize.images.files import _check_inside
from pgfeaturize.images.root_storage import RootStorage
from tests.unit.sample_images import encoded, scene

LIMITS = Limits()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(scene()))
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


@pytest.fixture
def roots(folder: Path) -> Roots:
    return Roots.of([folder])


def test_a_file_under_the_root(folder: Path, roots: Roots) -> None:
    assert read(str(folder / "a.png"), roots, LIMITS) == (folder / "a.png").read_bytes()


def test_a_path_relative_to_a_root(folder: Path, roots: Roots) -> None:
    assert read("a.png", roots, LIMITS) == (folder / "a.png").read_bytes()


def test_a_relative_path_takes_the_first_root_that_has_it(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes(b"other")
    (other / "b.png").write_bytes(b"b")
    roots = Roots.of([folder, other])
    assert read("b.png", roots, LIMITS) == b"b"
    assert read("a.png", roots, LIMITS) != b"other"


def test_the_root_is_itself_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    roots = Roots.of([tmp_path / "link"])
    assert read(str(tmp_path / "link" / "a.png"), roots, LIMITS)
    assert read(str(folder / "a.png"), roots, LIMITS)


def test_a_link_that_stays_inside(folder: Path, roots: Roots) -> None:
    (folder / "link.png").symlink_to("a.png")
    assert read("link.png", roots, LIMITS)


def test_the_whole_machine_may_be_a_root(folder: Path) -> None:
    assert read(str(folder / "a.png"), Roots.of(["/"]), LIMITS)


def refused(path: str, roots: Roots, kind: type[errors.ImageError], limits: Limits = LIMITS) -> str:
    with pytest.raises(kind) as caught:
        read(path, roots, limits)
    assert type(caught.value) is kind
    return str(caught.value)


def test_an_empty_path(roots: Roots) -> None:
    refused("", roots, errors.EmptyPath)


@pytest.mark.parametrize("path", ["gone.png", "a.png/gone.png", "gone/gone.png", "x" * 300])
def test_a_missing_file(path: str, roots: Roots) -> None:
    assert path in refused(path, roots, errors.MissingFile)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("https://images.example.org/a.png", "image_kind => 'uri'"),
        ("data:image/png;base64,AAAA", "image_kind => 'uri'"),
        ("a.png  ", "white space"),
        ("a.png\n", "white space"),
        ("\ta.png", "white space"),
    ],
)
def test_what_is_wrong_with_a_path(path: str, hint: str, roots: Roots) -> None:
    assert hint in refused(path, roots, errors.MissingFile)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_in_another_unicode_normalization(folder: Path, roots: Roots, form: Literal["NFC", "NFD"]) -> None:
    other: Literal["NFC", "NFD"] = "NFD" if form == "NFC" else "NFC"
    (folder / unicodedata.normalize(form, "caf\xe9.png")).write_bytes(b"image")
    assert read(unicodedata.normalize(other, "caf\xe9.png"), roots, LIMITS) == b"image"
    assert read(unicodedata.normalize(other, str(folder / "caf\xe9.png")), roots, LIMITS) == b"image"
    refused(str(folder.parent / "secr\xe9t.png"), roots, errors.OutsideRoots)


@pytest.mark.parametrize("path", ["a.png\0", "a\udcff\ud800.png"])
def test_a_path_that_names_no_file(path: str, roots: Roots) -> None:
    refused(path, roots, errors.MissingFile)


def test_links_that_form_a_loop(folder: Path, roots: Roots) -> None:
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    assert "loop" in refused("one", roots, errors.MissingFile)


def test_a_directory(folder: Path, roots: Roots) -> None:
    assert str(folder) in refused(str(folder), roots, errors.NotAFile)


def test_a_fifo_does_not_block(folder: Path, roots: Roots) -> None:
    os.mkfifo(folder / "fifo")
    refused("fifo", roots, errors.NotAFile)


def test_a_socket() -> None:
    with socket.socket(socket.AF_UNIX) as server, tempfile.TemporaryDirectory(dir="/tmp") as short:
        server.bind(f"{short}/s")
        refused("s", Roots.of([short]), errors.NotAFile)


def test_a_device() -> None:
    refused("/dev/zero", Roots.of(["/dev"]), errors.NotAFile)


def test_outside_the_roots_says_nothing_about_the_file(folder: Path, roots: Roots) -> None:
    there = refused(str(folder.parent / "secret.png"), roots, errors.OutsideRoots)
    gone = refused(str(folder.parent / "gone.png"), roots, errors.OutsideRoots)
    assert there == gone.replace("gone", "secret")
    assert "--root" in there


@pytest.mark.parametrize("path", ["../secret.png", "../gone.png", "x/../../secret.png"])
def test_out_of_the_roots_by_dots(path: str, roots: Roots) -> None:
    assert path in refused(path, roots, errors.OutsideRoots)


def test_out_of_the_roots_by_a_link(folder: Path, roots: Roots) -> None:
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "up").symlink_to("..")
    refused("link.png", roots, errors.OutsideRoots)
    refused(str(folder / "up" / "secret.png"), roots, errors.OutsideRoots)


def test_a_neighbor_whose_name_begins_alike(folder: Path, roots: Roots) -> None:
    twin = folder.with_name("images-private")
    twin.mkdir()
    (twin / "a.png").write_bytes(b"x")
    refused(str(twin / "a.png"), roots, errors.OutsideRoots)


def test_without_roots_nothing_may_be_read(folder: Path) -> None:
    refused(str(folder / "a.png"), Roots(), errors.OutsideRoots)


def test_a_directory_swapped_for_a_link_after_the_check(folder: Path, roots: Roots) -> None:
    with (folder.parent / "secret.png").open("rb") as file, pytest.raises(errors.OutsideRoots):
        _check_inside(file.fileno(), "a.png", roots)


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that everybody may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_file_that_the_worker_may_not_read(public: Path) -> None:
    path = public / "private.png"
    path.write_bytes(b"x")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:  # root ignores permissions
        os.seteuid(65534)
    try:
        assert str(path) in refused(str(path), Roots.of([public]), errors.PermissionDenied)
    finally:
        if root:
            os.seteuid(0)


def test_an_empty_file(folder: Path, roots: Roots) -> None:
    (folder / "empty.png").touch()
    assert "empty.png" in refused("empty.png", roots, errors.EmptyFile)


def test_a_file_with_too_many_bytes(roots: Roots) -> None:
    message = refused("a.png", roots, errors.TooManyBytes, Limits(bytes=99))
    assert "a.png" in message
    assert "99" in message


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE])
def test_a_storage_that_fails_is_tried_again(number: int, roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)
    message = refused("a.png", roots, errors.ReadFailed)
    assert "a.png" in message
    assert os.strerror(number) in message
    assert errors.ReadFailed.transient


# Documentation

HANDBOOK = (Path(__file__).parents[2] / "docs" / "images.md").read_text()


def test_the_handbook_has_every_reason_why_an_image_fails() -> None:
    for kind in errors.ImageError.__subclasses__():
        if kind.reason.startswith(("too_many", "too_much")):
            assert f"`{kind.reason}` |" in HANDBOOK
        elif kind not in (errors.NetworkFailed, errors.BadVector):  # not caused by the image
            (row,) = (line for line in HANDBOOK.splitlines() if line.startswith(f"| `{kind.reason}`"))
            assert row.endswith("| yes |" if kind.transient else "| no |")


def test_the_handbook_has_the_limits() -> None:
    for limit in fields(Limits):
        (row,) = (line for line in HANDBOOK.splitlines() if f"| `--max-{limit.name}` |" in line)
        assert f"| {limit.default:,} |" in row


def test_a_root_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    AccessPolicy.of([tmp_path]).check_roots()
    for root in (tmp_path / "missing", f"app.photos={tmp_path}/missing"):
        with pytest.raises(errors.SettingsError, match=r"there is no directory .*missing") as caught:
            AccessPolicy.of([root]).check_roots()
        assert "SCHEMA.TABLE=DIR" in caught.value.hint


def test_a_table_without_its_schema_is_taken_for_a_directory_and_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.SettingsError, match="photos="):
        AccessPolicy.of([f"photos={tmp_path}"]).check_roots()


def test_files_below_a_root_that_went_missing(folder: Path, tmp_path: Path, roots: Roots) -> None:
    folder.rename(tmp_path / "away")
    for path in ("a.png", str(folder / "a.png"), str(folder / "b" / "c.png")):
        with pytest.raises(errors.StorageUnavailable, match=f'"{folder}".* is missing'):
            read(path, roots, LIMITS)
    with pytest.raises(errors.OutsideRoots):
        read(str(tmp_path / "secret.png"), roots, LIMITS)
    (tmp_path / "away").rename(folder)
    assert read("a.png", roots, LIMITS)
    with pytest.raises(errors.MissingFile):
        read("b.png", roots, LIMITS)


def test_files_of_one_root_while_another_is_missing(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    roots = Roots.of([other, folder])
    assert read("a.png", roots, LIMITS)
    with pytest.raises(errors.MissingFile):
        read(str(folder / "b.png"), roots, LIMITS)
    with pytest.raises(errors.StorageUnavailable, match=str(other)):
        read("b.png", roots, LIMITS)  # it may be in either


def test_files_of_a_volume_that_was_unmounted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = {Path("/"), folder.parent}
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) in mounted)
    roots = Roots.of([folder])
    mounted.discard(folder.parent)
    assert read("a.png", roots, LIMITS)
    with pytest.raises(errors.StorageUnavailable, match="was unmounted"):
        read("b.png", roots, LIMITS)
    mounted.add(folder.parent)  # another device number would not matter
    with pytest.raises(errors.MissingFile):
        read("b.png", roots, LIMITS)


def test_files_of_a_stale_mount(folder: Path, roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up, open_file = os.stat, os.open

    def stale(function: Any) -> Any:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if not isinstance(path, int) and Path(os.fspath(path)).is_relative_to(folder):
                raise OSError(errno.ESTALE, "Stale file handle")
            return function(path, *arguments, **options)

        return call

    monkeypatch.setattr(os, "stat", stale(look_up))
    monkeypatch.setattr(os, "open", stale(open_file))
    monkeypatch.setattr(os, "scandir", stale(os.scandir))
    with pytest.raises(errors.StorageUnavailable, match="Stale file handle"):
        read("a.png", roots, LIMITS)


def test_files_of_a_root_that_is_empty(folder: Path, roots: Roots) -> None:
    """An unmounted mount point is an empty directory, also for a worker that starts after the unmount."""
    (folder / "a.png").unlink()
    for each in (roots, Roots.of([folder])):
        with pytest.raises(errors.StorageUnavailable, match="is empty"):
            read("a.png", each, LIMITS)
    (folder / "b.png").touch()
    with pytest.raises(errors.MissingFile):
        read("a.png", roots, LIMITS)


def test_files_of_another_volume(folder: Path, roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is accepted once it has a file: a volume may get another device number when it is mounted again."""
    monkeypatch.setattr(root_storage, "_device", lambda _: folder.stat().st_dev)
    odd = Roots(roots.directories, RootStorage(roots.storage.mounts, (-1,)))
    with pytest.raises(errors.StorageUnavailable, match="another volume"):
        read("b.png", odd, LIMITS)
    odd.check_available()
    assert read("a.png", odd, LIMITS)
    with pytest.raises(errors.MissingFile):
        read("b.png", odd, LIMITS)


def test_files_of_a_volume_below_the_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = folder / "2024"
    inner.mkdir()
    monkeypatch.setattr(root_storage, "_mount_points", lambda: [Path("/"), inner])
    roots = Roots.of([folder])  # unmounted since
    with pytest.raises(errors.StorageUnavailable, match=r"2024.*unmounted"):
        read("2024/b.png", roots, LIMITS)
    with pytest.raises(errors.MissingFile):
        read("b.png", roots, LIMITS)


def test_a_file_that_the_second_of_two_roots_fails_to_look_up(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").touch()
    look_up = os.lstat

    def failing(path: Any, **options: Any) -> Any:
        if os.fspath(path) == str(other / "b.png"):
            raise OSError(errno.EIO, "Input/output error")
        return look_up(path, **options)

    roots = Roots.of([folder, other])
    monkeypatch.setattr(os, "lstat", failing)
    with pytest.raises(errors.ReadFailed, match="Input/output error"):
        read("b.png", roots, LIMITS)


def test_the_exact_name_is_preferred(folder: Path, roots: Roots) -> None:
    forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
    for form in forms:
        (folder / unicodedata.normalize(form, "\xe9.png")).write_bytes(form.encode())
    for form in forms:
        assert read(unicodedata.normalize(form, "\xe9.png"), roots, LIMITS) == form.encode()


def test_another_normal_form_stays_below_the_root(folder: Path, roots: Roots) -> None:
    (folder / unicodedata.normalize("NFD", "\xe9.png")).symlink_to(folder.parent / "secret.png")
    with pytest.raises(errors.MissingFile):
        read("\xe9.png", roots, LIMITS)


@pytest.mark.parametrize("name", [" a.png", "a.png ", "a.png\n", "C:\\a.png", "~a.png"])
def test_unusual_names_that_exist(folder: Path, roots: Roots, name: str) -> None:
    (folder / name).write_bytes(b"there")
    assert read(name, roots, LIMITS) == b"there"
