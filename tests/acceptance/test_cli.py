"""The command line as a user types it."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pgfeaturize.cli import main, models
from pgfeaturize.errors import Refused, UnknownModel
from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import Network, lookup
from pgfeaturize.pipeline import Pipeline
from tests.acceptance.conftest import write_image
from tests.conftest import Database

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of images with a subfolder for each label."""
    for number in range(8):
        place = tmp_path / "images" / ("even" if number % 2 == 0 else "odd")
        place.mkdir(parents=True, exist_ok=True)
        write_image(place / f"{number}.png", number)
    (tmp_path / "images" / "notes.txt").write_text("no image")
    return tmp_path / "images"


def test_from_a_folder_to_a_search(run: Run, database: Database, folder: Path, tmp_path: Path) -> None:
    url = database.url
    run("add", str(folder), "--table", "photos", "--create", "--label-from-parent", "--model", "LeNet_Digits", url=url)
    again = run("add", str(folder), "--table", "photos", url=url)
    assert "0 of 8 files added" in again.stdout
    assert "passed over 1 file: 1 .txt" in again.stdout
    assert database.rows("select label, count(*) from photos group by 1 order by 1") == [("even", 4), ("odd", 4)]

    assert "no worker is running" in run("status", url=url).stdout
    run("worker", "--once", url=url)
    assert "8" in run("status", "--watch", url=url).stdout

    sheet = tmp_path / "sheet.png"
    found = run("search", str(folder / "odd" / "3.png"), "-k", "3", "--sheet", str(sheet), url=url)
    first = next(line for line in found.stdout.splitlines() if ".png" in line)
    assert first.split()[0] == "0"
    assert str(folder / "odd" / "3.png") in first
    with Image.open(sheet) as drawn:
        assert drawn.width > 4 * 100

    database.rows("insert into photos (path) values ('/nowhere.png')")
    run("worker", "--once", url=url, status=1)
    assert "outside_roots" in run("failures", url=url).stdout
    assert "1 rows queued again" in run("retry", "photos_lenet_digits", url=url).stdout


def test_names_in_another_encoding(run: Run, database: Database, folder: Path) -> None:
    """They are reported, and the other files are added."""
    odd = write_image(folder / "odd" / "caf\udce9.png", 3)
    url = database.url
    refused = run("add", str(folder), "--table", "photos", "--create", url=url, status=2)
    assert "8 of 9 files added" in refused.stdout
    assert r"caf\xe9.png" in refused.stderr
    assert "convmv" in refused.stderr
    assert database.value("select count(*) from photos") == 8
    (found,) = json.loads(run("featurize", str(odd), "--model", "lenet_digits").stdout)
    assert found["image_path"].endswith(r"caf\xe9.png")
    assert len(found["feature_vector"]) == 800


def test_featurize_needs_no_database(run: Run, folder: Path, tmp_path: Path, lenet: Network) -> None:
    (tmp_path / "fake.jpg").write_text("not an image")
    done = run("featurize", str(folder), str(tmp_path / "fake.jpg"), "--model", "lenet_digits", status=1)
    entries = json.loads(done.stdout)
    assert [Path(entry["image_path"]).name for entry in entries] == [
        *(f"{n}.png" for n in (0, 2, 4, 6, 1, 3, 5, 7)),
        "fake.jpg",
    ]
    assert entries[-1]["feature_vector"] is None
    assert entries[-1]["error"] == "not_an_image"
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        (vector,) = pipeline.embed(lenet, [entries[0]["image_path"]])
    assert entries[0]["feature_vector"] == pytest.approx(list(vector), rel=1e-5)  # type: ignore[arg-type]


def test_depth_chooses_the_resnet(run: Run, folder: Path) -> None:
    done = run("featurize", str(folder / "odd" / "1.png"), "--depth", "18", "--weights", "random")
    assert len(json.loads(done.stdout)[0]["feature_vector"]) == 512


def test_featurize_knows_the_models_of_the_database(run: Run, database: Database, folder: Path) -> None:
    database.rows("select featurize.register_model('Small', 'lenet', 'flatten', 'none', 800, 'random')")
    done = run("featurize", str(folder / "odd" / "1.png"), "--model", "SMALL", url=database.url)
    assert len(json.loads(done.stdout)[0]["feature_vector"]) == 800


def test_a_model_is_looked_for_in_the_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownModel, match='there is no model "smal"'):
        models.select_model("smal", None, None)
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost:1/nowhere")
    with pytest.raises(UnknownModel, match=r"(?s)Did you mean resnet5.*cannot be read: cannot connect"):
        models.select_model("resnet51", None, None)
    assert models.select_model("resnet", 50, None).name == "resnet50", "named models need no database"
    monkeypatch.setenv("DATABASE_URL", database.url)
    database.rows("select featurize.register_model('middle', 'resnet18', 'layer3')")
    with pytest.raises(
        Refused, match=r'(?s)there is no model "midle".*The most similar of \d+ existing models: middle,'
    ):
        models.select_model("midle", None, None)
    with pytest.raises(Refused, match='model "middle" is unresolved: no worker has tried it yet'):
        models.select_model("middle", None, None)
    database.rows("select featurize.register_model('middle', 'resnet18', 'layer3', 'avg', 256)")
    assert models.select_model("Middle", None, "random") == replace(
        lookup("resnet18"), name="middle", node="layer3", pooling="avg", dim=256, weights="random"
    )


@pytest.mark.parametrize("name", ["resnet5", "efficentnet", "qqqqqq"])
def test_a_hint_about_models_has_at_most_five_names(name: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        lookup(name)
    assert caught.value.hint.count(" or ") <= 4
    assert len(caught.value.hint) < 200


COMMANDS_ABOUT_A_FEATURIZER = [
    *(["status", "nosuch"], ["status", "--watch", "nosuch"], ["failures", "nosuch"], ["retry", "nosuch"]),
    *(["index", command, "nosuch"] for command in ("list", "create", "build", "measure", "drop")),
    *(["search", "x.png", "--featurizer", "nosuch"], ["duplicates", "--featurizer", "nosuch"]),
    *(["export", "nosuch", "--out", "x.csv"], ["status", ""], ["failures", ""], ["index", "list", ""]),
]


@pytest.mark.parametrize("arguments", COMMANDS_ABOUT_A_FEATURIZER, ids=" ".join)
def test_there_is_no_such_featurizer(
    table: Database, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", table.url)
    monkeypatch.setattr(sys, "argv", ["pgfeaturize", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    shown = capsys.readouterr()
    assert "Error: there is no " in shown.err
    assert "featurizer" in shown.err
    assert shown.out == ""


def test_models_list_shows_which_weights_are_present(run: Run) -> None:
    listed = run("models", "list", "--all").stdout
    assert "resnet152" in listed
    assert next(line for line in listed.splitlines() if "lenet_digits" in line).count(" present") == 1


def test_up_status_down_in_a_directory(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = run("up").stdout.strip()
    try:
        assert str(tmp_path) in dsn or "host=" in dsn
        assert "release" in run("migrate").stdout
        run("status")
        monkeypatch.setenv("PGPORT", "1")
        assert run("up").stdout.strip() == dsn
        run("status", url=dsn)
        monkeypatch.delenv("PGPORT")
    finally:
        assert "stopped" in run("down").stdout
    assert "no server runs" in run("down").stdout
    assert "pgfeaturize up" in run("status", status=2).stderr


@pytest.mark.parametrize("arguments", [[], ["worker"], ["add"], ["featurize"], ["search"], ["models"], ["demo"]])
def test_help_teaches(run: Run, arguments: list[str]) -> None:
    done = run(*arguments, "--help")
    assert "Usage" in done.stdout


@pytest.fixture
def demo(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the demo, and check that it leaves only the contact sheet."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))

    def run_demo(*arguments: str) -> str:
        done = run("demo", *arguments)
        assert list(scratch.glob("pgfeaturize-*")) == []
        with Image.open(tmp_path / "neighbors.png") as sheet:
            assert sheet.height > 500
        return done.stdout

    return run_demo


@pytest.mark.timeout(300)
def test_the_demo(demo: Callable[..., str]) -> None:
    shown = demo()
    assert "1797 rows = 1797 embedded + 0 stale + 0 pending + 0 leased + 0 failed + 0 empty" in shown
    accuracy = float(shown.split("accuracy of the 5 nearest: ")[1].split()[0])
    assert accuracy > 0.95, "a network that has seen 0 to 4 knows 5 to 9 apart"


@pytest.mark.timeout(300)
def test_the_demo_on_images_of_the_user(demo: Callable[..., str], folder: Path) -> None:
    shown = demo("--images", str(folder), "--model", "resnet18", "--weights", "random")
    assert "8 rows = 8 embedded" in shown


def test_the_demo_without_weights_says_what_to_type(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    done = run("demo", "--images", str(folder), "--model", "resnet18", status=2)
    assert "pgfeaturize models pull resnet18" in done.stderr
    assert str(tmp_path / "torch") in done.stderr
