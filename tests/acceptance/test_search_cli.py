"""`pgfeaturize search`, `duplicates` and `index` as a user types them."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from PIL import Image, ImageChops
from sklearn.datasets import load_digits

from pgfeaturize.cli import main
from pgfeaturize.errors import SettingsError
from pgfeaturize.plot.contact_sheet import CELL, GAP, Pair, Row, Tile, draw, draw_pairs
from tests.acceptance.conftest import WorkerProcess
from tests.conftest import PATIENCE, Database, Server, open_database, until

RunCli = Callable[..., str]

DIGITS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write sixty digits, and copies of the first three under other names."""
    folder = tmp_path_factory.mktemp("digits")
    for number, pixels in enumerate(load_digits().images[:DIGITS]):
        gray = np.round(pixels * (255 / 16)).astype(np.uint8)
        Image.fromarray(gray).save(folder / f"{number:02}.png")
    for number in range(3):
        shutil.copy(folder / f"{number:02}.png", folder / f"copy{number}.png")
    return folder


@pytest.fixture(scope="module")
def gallery(server: Server, folder: Path) -> Iterator[Database]:
    """Create a table of files, featurized as `looks`, and one of bytes, as `scans_looks`."""
    with open_database(server, "installed") as opened:
        opened.rows("create table photos (id int primary key, path text, label text, size int)")
        opened.rows("create table scans (id int primary key, image bytea, kind text)")
        for where in (
            ("photos", "path", "looks", "path", "table"),
            ("scans", "image", "scans_looks", "bytes", "column"),
        ):
            opened.rows(
                "select featurize.create_featurizer(%s, %s, 'lenet_digits', %s, image_kind => %s, destination => %s)",
                *where,
            )
        labels = load_digits().target
        for number, file in enumerate(sorted(folder.iterdir())):
            label = str(labels[number]) if number < DIGITS else "copy"
            opened.rows("insert into photos values (%s, %s, %s, 8)", number, str(file), label)
            if number < 5:
                data = file.read_bytes()
                opened.rows("insert into scans values (%s, %s, 'digit')", number, data)
        process = WorkerProcess(opened.url, folder, "--once")
        assert process.wait() == 0, process.log.read_text()
        yield opened


@pytest.fixture
def run_cli(
    gallery: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunCli:
    """Run a command in this process on the gallery, and return its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", gallery.url)

    def run(*arguments: str, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["pgfeaturize", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        assert end.value.code == status, output
        return output.out + output.err

    return run


def lines(output: str) -> list[list[str]]:
    """Return the printed rows of a table as lists of words."""
    return [line.split() for line in output.splitlines()[1:]]


class TestSearch:
    """`pgfeaturize search IMAGE`."""

    def test_a_filter_and_a_metric(self, run_cli: RunCli, folder: Path) -> None:
        output = run_cli("search", str(folder / "07.png"), "--featurizer", "looks", "-k", "3")
        assert lines(output)[0][:2] == ["0", str(folder / "07.png")]
        filtered = run_cli(
            *("search", str(folder / "07.png"), "--featurizer", "looks", "-k", "3"),
            *("--filter", "label = '4' -- not itself", "--metric", "l2"),
        )
        assert [line[4] for line in lines(filtered)] == ["4"] * 3, "columns: distance, image, id, size, label"
        distances = [float(line[0]) for line in lines(filtered)]
        assert distances == sorted(distances)
        assert distances[0] > 1, "by L2, features are far apart"

    def test_images_in_the_rows_are_drawn(self, run_cli: RunCli, folder: Path, tmp_path: Path) -> None:
        sheet = tmp_path / "sheet.png"
        output = run_cli(
            *("search", str(folder / "03.png"), "--featurizer", "scans_looks", "-k", "2"),
            *("--sheet", "sheet.png", "--label", "kind"),
        )
        assert lines(output)[0] == ["0", "3", "digit"], "neither bytes nor vectors are for reading"
        query, first = cell(sheet, 0), cell(sheet, 1)
        assert ImageChops.difference(query, first).getbbox() is None, "the same image"

    def test_nothing_is_found(self, run_cli: RunCli, folder: Path) -> None:
        image = str(folder / "00.png")
        output = run_cli("search", image, "--featurizer", "looks", "--filter", "size > 8")
        assert "no row found" in output
        assert "pgfeaturize status looks" in output

    @pytest.mark.parametrize(
        ("options", "message", "remedy"),
        [
            ([], "there is more than one featurizer", "Name one of them: looks, scans_looks."),
            (["--featurizer", "Looks"], 'no featurizer "Looks"', "Existing featurizers: looks, scans_looks."),
            (
                ["--featurizer", "looks", "--filter", "label = "],
                'photos cannot be filtered by "label = ": syntax error',
                "after WHERE",
            ),
            (["--featurizer", "looks", "--filter", "color = 'red'"], 'column "color" does not exist', "after WHERE"),
            (
                ["--featurizer", "looks", "--filter", "label = 3"],
                "operator does not exist: text = integer",
                "after WHERE",
            ),
            (
                ["--featurizer", "looks", "--filter", "id = 'three'"],
                'invalid input syntax for type integer: "three"',
                "after WHERE",
            ),
            (["--featurizer", "looks", "--metric", "l3"], "'l3'", "cosine"),
            (
                ["--featurizer", "looks", "--label", "color"],
                "photos has no column color",
                "It has: id, path, label, size",
            ),
            (
                ["--featurizer", "looks", "--sheet", "/proc/sheet.png"],
                "the contact sheet cannot be written to /proc/sheet.png",
                "a directory that you may write to",
            ),
        ],
        ids=lambda value: value[-1] if isinstance(value, list) and value else "",
    )
    def test_what_cannot_be_says_what_to_do(
        self, run_cli: RunCli, folder: Path, options: list[str], message: str, remedy: str
    ) -> None:
        output = run_cli("search", str(folder / "00.png"), *options, status=2)
        assert message in output
        assert re.search(f"Hint: .*{remedy}", output), output

    @pytest.mark.parametrize(("name", "message"), [("gone.png", "no file at"), ("", "is not a regular file")])
    def test_no_image(self, run_cli: RunCli, folder: Path, name: str, message: str) -> None:
        output = run_cli("search", str(folder / name), "--featurizer", "looks", status=2)
        assert re.search(f"Error: the image to search for cannot be embedded: .*{message}", output), output
        assert "Hint: Name an image" in output

    def test_another_network(self, run_cli: RunCli, gallery: Database, folder: Path) -> None:
        gallery.rows("update featurize.space set fingerprint = reverse(fingerprint)")
        output = run_cli("search", str(folder / "00.png"), "--featurizer", "looks", status=2)
        gallery.rows("update featurize.space set fingerprint = reverse(fingerprint)")
        assert "not the one whose vectors are stored" in output
        assert "Hint: Run `pgfeaturize models verify lenet_digits`" in output

    def test_no_featurizer(
        self, run_cli: RunCli, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", database.url)
        output = run_cli("search", str(folder / "00.png"), status=2)
        assert "there is no featurizer" in output
        assert "Hint: Declare one: `pgfeaturize add" in output


class TestDuplicates:
    """`pgfeaturize duplicates`."""

    def test_pairs(self, run_cli: RunCli, tmp_path: Path) -> None:
        options = ("--featurizer", "looks", "--max-distance", "0.0001")
        output = run_cli("duplicates", *options, "--sheet", "pairs.png")
        assert "pairs not farther apart than 0.0001: 3" in output
        found = [[Path(word).name for word in line[1:3]] for line in lines(output)[:3]]
        assert found == [[f"{n:02}.png", f"copy{n}.png"] for n in range(3)]
        with Image.open(tmp_path / "pairs.png") as sheet:
            assert sheet.width > 6 * CELL
        output = run_cli("duplicates", *options, "--limit", "1", "--filter", "id <> 0")
        assert "pairs not farther apart than 0.0001: 2, the closest 1 shown" in output
        output = run_cli("duplicates", *options, "--filter", "label = '0'", "--sheet", "none.png")
        assert ": 0" in output
        assert not (tmp_path / "none.png").exists(), "there is nothing to draw"

    def test_by_a_metric_on_bytes(self, run_cli: RunCli) -> None:
        output = run_cli(*("duplicates", "--featurizer", "scans_looks"), *("--metric", "l2", "--max-distance", "1000"))
        assert "pairs not farther apart than 1000: 10" in output
        assert '"image"' not in output

    def test_a_bad_filter(self, run_cli: RunCli) -> None:
        output = run_cli("duplicates", "--featurizer", "looks", "--filter", "no sql", status=2)
        assert 'cannot be filtered by "no sql"' in output
        assert "Hint: " in output


class TestIndex:
    """`pgfeaturize index`."""

    def test_from_a_wish_to_a_measured_index(self, run_cli: RunCli, folder: Path) -> None:
        assert "request one: `pgfeaturize index create`" in run_cli("index", "list")
        output = run_cli("index", "create", "looks")
        assert "waits for a worker" in output
        assert "800 dimensions are within the limit of 2000 for indexes on type vector" in output
        output = run_cli("index", "build")
        assert re.search(r"looks +cosine +hnsw +800 +ready +\d.* s ", output), output
        output = run_cli("index", "measure", "looks", "-k", "5", "--sample", "20")
        header, row = (re.split("  +", line.strip()) for line in output.splitlines())
        measured = dict(zip(header, row, strict=True))
        assert measured["recall@5"] == "1"
        assert measured["rows"] == "20"
        assert all(float(measured[column]) > 0 for column in ("searches/s", "exact", "× exact"))
        assert "1.000 @5" in run_cli("index", "list", "looks")
        found = run_cli("search", str(folder / "07.png"), "--featurizer", "looks", "-k", "3")
        assert lines(found)[0][0] == "0"
        assert "no index for cosine any more" in run_cli("index", "drop", "looks")
        assert "there is no index" in run_cli("index", "list", "looks")

    def test_all_at_once(self, run_cli: RunCli) -> None:
        output = run_cli(
            *("index", "create", "scans_looks", "--metric", "l2", "--method", "projection"),
            *("--dimensions", "3", "--build"),
        )
        assert re.search(r"scans_looks +l2 +projection +3 +ready ", output), output
        run_cli("index", "drop", "scans_looks", "--metric", "l2")

    def test_one_that_cannot_be_built(self, run_cli: RunCli, gallery: Database) -> None:
        run_cli("index", "create", "looks", "--metric", "ip")
        number = gallery.value("select id from featurize.index where metric = 'ip'")
        gallery.rows(f"create table featurize_index_{number}_1 (somebody text)")
        output = run_cli("index", "build", "looks", status=1)
        assert f'failed: relation "featurize_index_{number}_1" already exists' in output
        gallery.rows(f"drop table featurize_index_{number}_1")
        assert re.search(r"looks +ip +hnsw +800 +ready ", run_cli("index", "build"))
        run_cli("index", "drop", "looks", "--metric", "ip")

    def test_ctrl_c_leaves_nothing_half_built(self, gallery: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", gallery.url)
        built = "select relation from featurize.index_report where metric = 'l1'"
        with psycopg.connect(gallery.url) as writer:
            writer.execute("update looks set space_id = space_id where id = 0")
            process = interruptible("index", "create", "looks", "--metric", "l1", "--build")
            until(lambda: gallery.rows(f"{built} and state ~ 'waiting'"), "building waits")
            process.send_signal(signal.SIGINT)
            until(lambda: gallery.rows(f"{built} and state ~ 'failed'"), "it is given up")
        assert process.wait(PATIENCE) == 130
        assert gallery.rows(built) == [(None,)]
        gallery.rows("select featurize.drop_index('looks', 'l1')")

    def test_one_whose_rows_wait(self, run_cli: RunCli, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", database.url)
        database.rows("create table photos (id int primary key, path text)")
        database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits')")
        output = run_cli("index", "create", "--build")
        assert "waits for the backfill" in output
        assert "see `pgfeaturize status`" in output

    @pytest.mark.parametrize(
        ("arguments", "message", "remedy"),
        [
            (["measure", "looks"], "no complete index for cosine", "featurize.create_index"),
            (["drop", "looks"], "no index for cosine", "It has indexes for: none."),
            (["list", "nobody"], 'no featurizer "nobody"', "Existing featurizers: looks, scans_looks."),
            (["create"], "more than one featurizer", "Name one of them: looks, scans_looks."),
            (["create", "looks", "--method", "ivf"], "'ivf'", "hnsw"),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )
    def test_what_cannot_be_says_what_to_do(
        self, run_cli: RunCli, arguments: list[str], message: str, remedy: str
    ) -> None:
        output = run_cli("index", *arguments, status=2)
        assert message in output
        assert re.search(f"Hint: .*{re.escape(remedy)}", output), output


def interruptible(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a command that Ctrl-C interrupts, even if this process ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen([sys.executable, "-m", "pgfeaturize.cli", *arguments])
    signal.signal(signal.SIGINT, before)
    return process


def cell(sheet: Path, column: int) -> Image.Image:
    """Return the image in a column of the first row of a contact sheet."""
    left = GAP + column * (CELL + GAP) + (2 * GAP if column else 0)
    with Image.open(sheet) as drawn:
        return drawn.crop((left, GAP, left + CELL, GAP + CELL))


class TestSheet:
    """Contact sheets."""

    def test_images_that_cannot_be_read_say_so(self, folder: Path, tmp_path: Path) -> None:
        tiles = [
            Tile(str(folder / "01.png"), "0.012\n1"),
            Tile("/nowhere/at/all.png", "0.2\ngone"),
            Tile("https://images.example.org/1.png", "0.3\nelsewhere"),
            Tile(b"no image", "0.4\n" + "a label that is too long for a tile" * 3),
        ]
        sheet = draw([Row(Tile(str(folder / "00.png"), "00.png"), tiles)], tmp_path / "a.png")
        shown = [cell(sheet, column).convert("L").tobytes() for column in range(5)]
        assert len(set(shown)) == 5, "each says something else"

    def test_many_neighbors_take_several_lines(self, folder: Path, tmp_path: Path) -> None:
        tiles = [Tile(str(folder / f"{n:02}.png"), f"{n}") for n in range(25)]
        draw([Row(Tile(None, "no query"), tiles)], tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as sheet:
            assert sheet.width < 12 * (CELL + GAP)
            assert sheet.height > 3 * (CELL + GAP)

    def test_pairs_stand_side_by_side(self, folder: Path, tmp_path: Path) -> None:
        tiles = [Tile(str(folder / f"{n:02}.png"), f"{n}") for n in range(12)]
        pairs = [Pair(one, other, "0.001") for one, other in zip(tiles[::2], tiles[1::2], strict=True)]
        draw_pairs(pairs, tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as sheet:
            assert sheet.width > 8 * CELL
            assert sheet.height > 2 * CELL

    def test_no_place_for_it(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="may write"):
            draw([Row(Tile(None, ""), [])], tmp_path)
