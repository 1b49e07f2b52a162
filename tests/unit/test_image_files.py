"""Which files of a folder are taken for images, and what is said about the others."""

import os
from pathlib import Path

import pytest

from pgfeaturize.cli import image_files
from pgfeaturize.cli.image_files import find
from pgfeaturize.errors import SettingsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files of many names, all empty."""
    names = [
        *("a.jpg", "B.JPEG", "c.jfif", "d.jpe", "e.mpo", "f.jp2", "g.PNG", "h.tif", "i.webp", "j.tga"),
        *("k.pdf", "l.eps", "m.mov", "n.mov", "o.jxl", "p.txt", "README", "q.npy"),
        *(".hidden.jpg", "._a.jpg", "Thumbs.db", ".DS_Store"),
        *("@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", ".thumbnails/a.jpg", "__MACOSX/a.jpg", "#recycle/a.jpg"),
        *("2024/one.jpg", "2024/raw/two.jpg", "2023/three_small.jpg", "folder.jpg/inner.png"),
    ]
    for name in names:
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path / "photos"


def names(folder: Path, *patterns: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in find([folder], patterns, exclude).files]


def test_suffixes_are_those_of_the_formats_that_are_read(folder: Path) -> None:
    top = ["B.JPEG", "a.jpg", "c.jfif", "d.jpe", "e.mpo", "f.jp2", "g.PNG", "h.tif", "i.webp", "j.tga"]
    assert names(folder) == [
        *top,
        *("2023/three_small.jpg", "2024/one.jpg", "2024/raw/two.jpg", "folder.jpg/inner.png"),
    ]
    assert not {".pdf", ".eps", ".mp4", ".h5", ".txt"} & image_files.suffixes()


def test_what_is_passed_over_is_counted_and_named(folder: Path) -> None:
    (note,) = find([folder]).notes()
    assert note.startswith("passed over 8 files: 2 .mov, ")
    assert note.endswith(", 1 other kinds")


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (("*.jpg", "*.npy"), ("2*",), ["a.jpg", "q.npy"]),
        (("2024/*",), (), ["2024/one.jpg", "2024/raw/two.jpg"]),
        (("*.JPG",), ("raw", "*_small.*"), ["a.jpg", "2024/one.jpg"]),
        (("*.jpg",), ("2024/raw/",), ["a.jpg", "2023/three_small.jpg", "2024/one.jpg"]),
        (("readme",), (), ["README"]),
    ],
)
def test_patterns(folder: Path, include: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]) -> None:
    assert names(folder, *include, exclude=exclude) == expected


def test_a_file_that_is_named_is_taken(folder: Path) -> None:
    files = [folder / name for name in ("p.txt", ".hidden.jpg")]
    assert find(files, ["*.png"], ["*"]).files == files


def test_loops_of_links_end(folder: Path) -> None:
    (folder / "2024" / "up").symlink_to(folder)
    (folder / "link.jpg").symlink_to(folder / "a.jpg")
    (folder / "broken.jpg").symlink_to(folder / "nothing.jpg")
    assert "link.jpg" in names(folder)
    assert len(names(folder)) == 15


def test_a_folder_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("2024"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find([folder])
    assert [*found.notes()][-1] == f"cannot read {folder / '2024'}: Permission denied"
    assert len(found.files) == 12


def test_a_folder_that_cannot_be_entered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_file = Path.is_file

    def refuse(path: Path) -> bool:
        if path.parent.name == "2024":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refuse)
    found = find([folder])
    assert [*found.notes()][-1] == f"cannot read {folder / '2024' / 'one.jpg'}: Permission denied"
    assert len(found.files) == 13


def test_nothing_is_found(folder: Path) -> None:
    with pytest.raises(SettingsError, match="passed over 18 files") as caught:
        find([folder], ["*.xyz"], ["2*", "folder.jpg"])
    assert "*.xyz" in caught.value.hint
    with pytest.raises(SettingsError, match="there is no"):
        find([folder / "nowhere"])
