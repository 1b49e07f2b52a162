"""`pgfeaturize plot` as a user types it."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from pgfeaturize.cli import main
from tests.acceptance.embedded_images import embed, train
from tests.conftest import Database, Server, open_database

RunCli = Callable[..., str]

#: Labels; the first occurs thirty times, the last once.
LABELS = ["ant", "bee", "cow"] * 30 + ["$eel$"]


@pytest.fixture(scope="module")
def zoo(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Create labeled images as files and as bytes, with training views and classifiers."""
    folder = tmp_path_factory.mktemp("zoo")
    with open_database(server, "installed") as opened:
        vectors = embed(opened, "zoo", LABELS, folder)
        embed(opened, "scans", LABELS[:12], folder, kind="bytes", destination="column")
        embed(opened, "links", ["a", "b"] * 3)
        opened.rows("update links set image = 'https://images.example.org/1.png' where id < 3")
        for table in ("zoo", "scans", "links"):
            opened.rows(f"select featurize.create_training_view('{table}_set', '{table}_looks', 'label')")
        opened.rows("select featurize.freeze_training_view('zoo_set', 'pair')")
        opened.rows("delete from pair where label not in ('bee', 'cow')")
        train(opened, "judge", "zoo_set", vectors)
        kept = [number for number, label in enumerate(LABELS) if label in ("bee", "cow")]
        train(opened, "pair_judge", "pair", vectors[kept])
        yield opened


@pytest.fixture
def run_cli(
    zoo: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunCli:
    """Run a command in this process, and return its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", zoo.url)

    def run(*arguments: str, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["pgfeaturize", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        assert end.value.code == status, output
        return output.out + output.err

    return run


def words(svg: Path) -> set[str]:
    """Return the texts in an SVG plot."""
    return set(re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text("utf-8")))


def hint(output: str) -> str:
    """Return the hint in an error message."""
    found = re.search(r"^Hint: (.+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


class TestHeatmap:
    """`pgfeaturize plot heatmap`."""

    def test_default_file(self, run_cli: RunCli, tmp_path: Path) -> None:
        assert run_cli("plot", "heatmap", "zoo_set") == "heatmap.png\n"
        with Image.open(tmp_path / "heatmap.png") as image:
            assert image.format == "PNG"
            assert image.width > 700

    def test_classes_and_counts(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("plot", "heatmap", "zoo_set", "--rows", "10", "--out", "deep/a.svg")
        output = words(tmp_path / "deep" / "a.svg")
        assert {"ant", "bee", "cow", "$eel$", "10 of 30", "1"} <= output
        assert "zoo_set: 6 features of 91 rows" in output

    def test_one_class(self, run_cli: RunCli, zoo: Database, tmp_path: Path) -> None:
        zoo.rows("select featurize.freeze_training_view('zoo_set', 'ants')")
        zoo.rows("delete from ants where label <> 'ant'")
        run_cli("plot", "heatmap", "ants", "--out", "a.svg")
        assert "ant" in words(tmp_path / "a.svg")
        run_cli("plot", "map", "ants", "--out", "b.svg")
        assert "ant" in words(tmp_path / "b.svg")


class TestMap:
    """`pgfeaturize plot map`."""

    @pytest.mark.parametrize("method", ["pca", "tsne"])
    def test_labels_and_splits(self, run_cli: RunCli, tmp_path: Path, method: str) -> None:
        run_cli("plot", "map", "zoo_set", "--method", method, "--out", "a.svg")
        assert {"ant", "bee", "cow", "$eel$", "train", "test"} <= words(tmp_path / "a.svg")

    def test_some_of_the_rows(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("plot", "map", "zoo_set", "--rows", "31", "--method", "pca", "--out", "a.svg")
        assert any(text.startswith("zoo_set: 31 of 91 rows") for text in words(tmp_path / "a.svg"))

    @pytest.mark.parametrize("view", ["zoo_set", "scans_set"])
    def test_images(self, run_cli: RunCli, tmp_path: Path, view: str) -> None:
        plain = run_cli("plot", "map", view, "--method", "pca", "--out", "plain.svg")
        run_cli("plot", "map", view, "--method", "pca", "--thumbnails", "5", "--out", "a.svg")
        assert plain
        assert "<image" not in (tmp_path / "plain.svg").read_text()
        assert (tmp_path / "a.svg").read_text().count("<image") == 5

    def test_images_that_are_not_here_stay_points(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("plot", "map", "links_set", "--method", "pca", "--thumbnails", "9", "--out", "a.svg")
        assert "<image" not in (tmp_path / "a.svg").read_text()

    def test_images_whose_featurizer_is_gone(self, run_cli: RunCli, zoo: Database, tmp_path: Path) -> None:
        zoo.rows("select featurize.freeze_training_view('scans_set', 'old_scans')")
        zoo.rows("update featurize.training_view set featurizer_id = null where relation = 'old_scans'::regclass")
        output = run_cli("plot", "map", "old_scans", "--thumbnails", "5", "--method", "pca", status=2)
        assert "its featurizer was dropped" in output
        assert "Leave out" in hint(output)
        run_cli("plot", "map", "old_scans", "--method", "pca")
        assert (tmp_path / "map.png").exists()


class TestConfusion:
    """`pgfeaturize plot confusion`."""

    def test_counts(self, run_cli: RunCli, zoo: Database, tmp_path: Path) -> None:
        run_cli("plot", "confusion", "judge")
        with Image.open(tmp_path / "confusion.png") as image:
            assert min(image.size) > 400
        run_cli("plot", "confusion", "judge", "--out", "a.svg", "--split", "train")
        output = words(tmp_path / "a.svg")
        counts = {str(rows) for (rows,) in zoo.rows("select rows from featurize.confusion('judge', 'train')")}
        assert counts - {"0"} <= output
        assert {"ant", "bee", "cow", "$eel$", "predicted", "label"} <= output

    def test_no_rows_to_ask_about(self, run_cli: RunCli, zoo: Database) -> None:
        zoo.rows("alter table pair rename column split to was_split")
        zoo.rows("alter table pair add column split text default 'train'")
        try:
            for image in ("confusion", "roc"):
                output = run_cli("plot", image, "pair_judge", status=2)
                assert "cannot be evaluated on its test rows" in output
                assert "training_report" in hint(output)
        finally:
            zoo.rows("alter table pair drop column split")
            zoo.rows("alter table pair rename column was_split to split")


class TestRoc:
    """`pgfeaturize plot roc`."""

    def test_of_two_classes_the_last(self, run_cli: RunCli, zoo: Database, tmp_path: Path) -> None:
        run_cli("plot", "roc", "pair_judge", "--out", "a.svg")
        auc = zoo.value("select auc from featurize.evaluate('pair_judge')")
        assert {f"cow: AUC {auc:.4f}", "chance: AUC 0.5"} <= words(tmp_path / "a.svg")

    def test_of_more_each(self, run_cli: RunCli, tmp_path: Path) -> None:
        run_cli("plot", "roc", "judge")
        assert (tmp_path / "roc.png").exists()
        run_cli("plot", "roc", "judge", "--out", "a.svg", "--split", "train")
        output = " ".join(words(tmp_path / "a.svg"))
        assert all(f"{label}: AUC" in output for label in ("ant", "bee", "cow", "$eel$"))
        run_cli("plot", "roc", "judge", "--positive", "bee", "--out", "a.svg")
        output = " ".join(words(tmp_path / "a.svg"))
        assert "bee: AUC" in output
        assert "ant: AUC" not in output

    def test_too_many(self, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pgfeaturize.cli.plot.MAX_CURVES", 3)
        output = run_cli("plot", "roc", "judge", status=2)
        assert "too many curves" in output
        assert hint(output) == "Pass --positive with one of them: $eel$, ant, bee, cow."


class TestRefused:
    """Errors name the remedy."""

    @pytest.mark.parametrize(
        ("arguments", "message", "remedy"),
        [
            (["heatmap", "nobody"], 'no training view "nobody"', "existing training views: ants"),
            (["map", "nobody"], 'no training view "nobody"', "existing training views: ants"),
            (["confusion", "nobody"], 'no classifier "nobody"', "judge"),
            (["roc", "nobody"], 'no classifier "nobody"', "judge"),
            (["roc", "judge", "--positive", "yak"], "has no class 'yak'", "ant, bee, cow"),
            (["confusion", "judge", "--split", "all"], "split cannot be 'all'", "train, test"),
            (["heatmap", "zoo_set", "--out", "a.pdf"], "not a file that a plot can be written to", ".png or .svg"),
            (["map", "zoo_set", "--out", "a"], "not a file that a plot can be written to", ".png or .svg"),
            (["map", "zoo_set", "--method", "lda"], 'no method "lda"', "pca, tsne, umap"),
            (["heatmap", "zoo_set", "--out", "/proc/a.png"], "cannot be written", "may write"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_cannot_be(
        self, run_cli: RunCli, tmp_path: Path, arguments: list[str], message: str, remedy: str
    ) -> None:
        output = run_cli("plot", *arguments, status=2)
        assert message in output
        assert remedy in hint(output)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("image", ["heatmap", "map"])
    def test_an_empty_view(self, run_cli: RunCli, zoo: Database, image: str) -> None:
        if not zoo.value("select to_regclass('bare_set') is not null"):
            embed(zoo, "bare", [])
            zoo.rows("select featurize.create_training_view('bare_set', 'bare_looks', 'label')")
        output = run_cli("plot", image, "bare_set", status=2)
        assert 'training view "bare_set" has no rows' in output
        assert "training_report" in hint(output)

    @pytest.mark.parametrize(
        "arguments",
        [("heatmap", "zoo_set"), ("map", "zoo_set"), ("confusion", "judge"), ("roc", "judge")],
        ids=lambda value: value[0],
    )
    def test_without_matplotlib(
        self, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, str]
    ) -> None:
        for module in list(sys.modules):
            if module.startswith(("matplotlib", "pgfeaturize.plot.")):
                monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        output = run_cli("plot", *arguments, status=2)
        assert "matplotlib, which is not installed" in output
        assert hint(output) == "Type: pip install 'matplotlib>=3.9'"

    def test_without_umap(self, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "umap", None)
        output = run_cli("plot", "map", "zoo_set", "--method", "umap", status=2)
        assert "umap, which is not installed" in output
        assert hint(output) == "Type: pip install 'matplotlib>=3.9' 'umap-learn>=0.5.7'"
