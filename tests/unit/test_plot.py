"""Plots without a database: layouts, colors, matrices and curves."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox
from PIL import Image

from pgfeaturize.errors import SettingsError
from pgfeaturize.plot import confusion, heatmap, roc, scatter
from pgfeaturize.plot.confusion import Cell
from pgfeaturize.plot.figure import CLASS_COLORS, MARKERS, new_figure, short
from pgfeaturize.plot.layout2d import Layout, check_method, lay_out
from pgfeaturize.plot.roc import Curve, Point
from pgfeaturize.plot.thumbnails import Thumbnails, spread
from pgfeaturize.training.dataset import TrainingSet
from pgfeaturize.training.sample import rows_per_class

#: Labels with special characters, one for each case.
UNUSUAL_LABELS = ["_hidden", "$x^2$", "<b>&amp;", "Äpfel 苹果", "line\nbreak", "a label that is rather long indeed"]


def sample(labels: list[str], dim: int = 8, each: int = 6) -> TrainingSet:
    """Return rows of each class, in clusters."""
    random = np.random.default_rng(0)
    names = np.repeat(labels, each)
    centers = {label: random.normal(size=dim) * 5 for label in labels}
    features = np.array([centers[name] + random.normal(size=dim) for name in names], np.float32)
    splits = np.where(np.arange(len(names)) % 2, "train", "test")
    return TrainingSet([f'{{"id": {n}}}' for n in range(len(names))], names, splits, features)


def svg_texts(svg: Path) -> list[str]:
    """Return the texts in an SVG plot."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text("utf-8"))


class TestHeatmap:
    """A panel for each class."""

    def test_labels_are_written_as_they_are(self, tmp_path: Path) -> None:
        rows, out = sample(UNUSUAL_LABELS), tmp_path / "a.svg"
        heatmap.draw("set", rows, dict.fromkeys(UNUSUAL_LABELS, 6), out)
        texts = svg_texts(out)
        for shown in ("_hidden", "$x^2$", "&lt;b&gt;&amp;amp;", "Äpfel 苹果", "line break"):
            assert shown in texts
        assert "a label that is rather …" in texts
        assert texts.count("6") >= len(UNUSUAL_LABELS)
        assert "set: 8 features of 36 rows" in texts

    def test_more_features_than_pixels_are_averaged(self) -> None:
        features = np.arange(2 * 1300, dtype=np.float32).reshape(2, 1300)
        binned, width = heatmap.binned(features)
        assert width == 3
        assert binned.shape == (2, 434)
        np.testing.assert_allclose(binned[0, :2], [1, 4])
        assert binned[0, -1] == 1299, "the last mean is of one feature"
        np.testing.assert_array_equal(heatmap.binned(features[:, :512])[0], features[:, :512])

    @pytest.mark.slow
    def test_many_classes_leave_out_the_smallest(self, tmp_path: Path) -> None:
        labels = [f"class {n:02}" for n in range(45)]
        counts = {label: 100 - n for n, label in enumerate(labels)}
        heatmap.draw("set", sample(labels, each=2), counts, tmp_path / "a.svg")
        texts = svg_texts(tmp_path / "a.svg")
        assert "class 39" in texts
        assert "class 40" not in texts
        assert any("without the 5 smallest classes" in text for text in texts)

    @pytest.mark.parametrize("value", [0.0, 3.0, -1.0])
    def test_features_that_are_all_the_same(self, value: float, tmp_path: Path) -> None:
        rows = sample(["a"])
        rows.features[:] = value
        heatmap.draw("set", rows, {"a": 6}, tmp_path / "a.png")


class TestMap:
    """Points in a plane."""

    def test_labels_and_splits_are_in_the_legend(self, tmp_path: Path) -> None:
        rows = sample(UNUSUAL_LABELS)
        places = lay_out(rows.features, "pca")
        scatter.draw("set", rows, dict.fromkeys(UNUSUAL_LABELS, 6), places, Thumbnails(), tmp_path / "a.svg")
        texts = svg_texts(tmp_path / "a.svg")
        assert {"_hidden", "$x^2$", "train", "test"} <= set(texts)
        assert any(re.match(r"component 1 \(\d+% of the variance\)", text) for text in texts)

    @pytest.mark.slow
    def test_same_rows_give_the_same_file(self, tmp_path: Path) -> None:
        rows = sample(["a", "b"], each=20)
        for suffix in ("svg", "png"):
            files = [tmp_path / f"{n}.{suffix}" for n in range(2)]
            for file in files:
                places = lay_out(rows.features, "tsne")
                scatter.draw("set", rows, {"a": 20, "b": 20}, places, Thumbnails(), file)
            assert files[0].read_bytes() == files[1].read_bytes()

    def test_many_classes_have_different_styles(self) -> None:
        labels = [str(n) for n in range(len(CLASS_COLORS) * len(MARKERS))]
        assert len({scatter.class_style(labels, label) for label in labels}) == len(labels) == 140
        assert len({scatter.class_style(labels, label)[0] for label in labels[:20]}) == 20

    def test_twenty_colors_can_be_told_apart(self) -> None:
        """Any two differ by more than 17 in CIELAB, where 2.3 is just noticeable."""
        lab = np.array([cielab(color) for color in CLASS_COLORS])
        distances = np.linalg.norm(lab[:, None] - lab, axis=2)
        np.fill_diagonal(distances, np.inf)
        assert distances.min() > 17

    @pytest.mark.parametrize("classes", [1, 2, 10, 11, 20])
    def test_up_to_twenty_classes_are_in_the_legend(self, classes: int, drawn: Callable[..., Figure]) -> None:
        labels = [f"class {n:03}" for n in range(classes)]
        figure = drawn(labels)
        assert [text.get_text() for text in figure.legends[0].get_texts()] == [*labels, "train", "test"]
        assert not figure.axes[0].texts

    @pytest.mark.parametrize("classes", [21, 200, pytest.param(1000, marks=pytest.mark.slow)])
    def test_more_classes_are_named_where_they_are(self, classes: int, drawn: Callable[..., Figure]) -> None:
        labels = [f"class {n:03}" for n in range(classes)]
        figure = drawn(labels)
        assert [text.get_text() for text in figure.legends[0].get_texts()] == ["train", "test"]
        names = figure.axes[0].texts
        assert 15 < len({text.get_text() for text in names}) == len(names) <= 60
        assert f"of {classes:,} classes" in figure.axes[0].get_title(loc="left")
        boxes = [text.get_window_extent() for text in names]
        assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
        assert figure.get_figwidth() < 9, "the legend does not take a large part of the page"

    def test_names_are_those_of_the_classes_and_not_formulas(self, drawn: Callable[..., Figure]) -> None:
        labels = [*UNUSUAL_LABELS, *(f"class {n}" for n in range(20))]
        names = {text.get_text() for text in drawn(labels).axes[0].texts}
        assert {"_hidden", "$x^2$", "Äpfel 苹果"} <= names

    def test_thumbnails_have_names_and_frames(self, drawn: Callable[..., Figure]) -> None:
        figure = drawn(
            ["dog", "thing"], Thumbnails([(0, Image.new("RGB", (96, 64))), (7, Image.new("RGB", (9, 96)))], 0.05)
        )
        assert {text.get_text() for text in figure.axes[0].texts} == {"dog", "thing"}
        frames = [box.patch for box in figure.axes[0].artists if isinstance(box, AnnotationBbox)]
        assert [to_hex(frame.get_facecolor()).upper() for frame in frames] == list(CLASS_COLORS[:2])

    @pytest.mark.parametrize("stretch", [(1, 1), (5, 1), (1, 5), (1, 0), (0, 0)])
    def test_axes_fit_the_points(self, stretch: tuple[float, float], drawn: Callable[..., Figure]) -> None:
        figure = drawn(["a", "b"], stretch=stretch)
        points = np.concatenate([each.get_offsets() for each in figure.axes[0].collections])
        for limits, values in ((figure.axes[0].get_xlim(), points[:, 0]), (figure.axes[0].get_ylim(), points[:, 1])):
            assert limits[0] < values.min() <= values.max() < limits[1]
        x, y = (
            np.ptp(points, axis=0) / (np.ptp(figure.axes[0].get_xlim()), np.ptp(figure.axes[0].get_ylim()))
        ).tolist()
        assert max(x, y) > 0.9 or stretch == (0, 0)
        assert figure.axes[0].get_aspect() == 1

    def test_no_rows(self, tmp_path: Path) -> None:
        rows = TrainingSet([], np.array([], np.str_), np.array([], np.str_), np.zeros((0, 3), np.float32))
        scatter.draw("set", rows, {}, Layout(np.zeros((0, 2)), ("", ""), "nothing"), Thumbnails(), tmp_path / "a.png")


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Figure]:
    """Return a function that draws a map of classes and returns the figure."""

    def draw(labels: list[str], thumbnails: Thumbnails | None = None, stretch: tuple[float, float] = (1, 1)) -> Figure:
        figures: list[Figure] = []

        @contextmanager
        def keep(*arguments: Any) -> Iterator[Figure]:
            with new_figure(*arguments) as figure:
                figures.append(figure)
                yield figure

        monkeypatch.setattr(scatter, "new_figure", keep)
        rows = sample(labels)
        points = np.random.default_rng(0).normal(size=(len(labels), 2)).repeat(6, axis=0)
        points = (points * 10 + np.random.default_rng(1).normal(size=points.shape)) * stretch
        scatter.draw(
            "set",
            rows,
            dict.fromkeys(labels, 6),
            Layout(points, ("", ""), "t-SNE"),
            thumbnails or Thumbnails(),
            tmp_path / "a.png",
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")
            figures[0].draw_without_rendering()  # sizes of texts at the resolution of the figure, not of the file
        return figures[0]

    return draw


def cielab(color: str) -> Any:
    """Convert a color to lightness, red-green and blue-yellow of CIELAB."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(matrix @ linear / [0.9505, 1, 1.089])
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize(
    ("panels", "shape"), [(1, (1, 1)), (10, (1, 10)), (11, (3, 4)), (12, (3, 4)), (20, (4, 5)), (40, (4, 10))]
)
def test_grid_of_panels_is_balanced(panels: int, shape: tuple[int, int]) -> None:
    assert heatmap.grid_shape(panels) == shape


@pytest.mark.parametrize("panels", range(1, 41))
def test_grid_of_panels_has_few_empty_places(panels: int) -> None:
    lines, columns = heatmap.grid_shape(panels)
    assert 0 <= lines * columns - panels < min(columns, 4)


class TestLayOut:
    """Similar features are close together."""

    @pytest.mark.parametrize("method", ["pca", "tsne"])
    @pytest.mark.slow
    def test_clusters_stay_clusters(self, method: str) -> None:
        rows = sample(["a", "b", "c"], each=20)
        points = lay_out(rows.features, method).points
        assert points.shape == (60, 2)
        centers = points.reshape(3, 20, 2).mean(axis=1)
        nearest = np.linalg.norm(points[:, None] - centers, axis=2).argmin(axis=1)
        np.testing.assert_array_equal(nearest, np.repeat(np.arange(3), 20))

    @pytest.mark.parametrize("shape", [(1, 5), (2, 5), (3, 1), (4, 2)])
    def test_few_rows_and_few_features(self, shape: tuple[int, int]) -> None:
        features = np.random.default_rng(0).random(shape).astype(np.float32)
        points = lay_out(features, "pca").points
        assert points.shape == (shape[0], 2)
        assert np.isfinite(points).all()
        with pytest.raises(SettingsError, match="too few") as raised:
            lay_out(features, "tsne")
        assert "pca" in raised.value.hint

    @pytest.mark.parametrize("method", ["pca", "tsne"])
    def test_rows_that_are_all_the_same(self, method: str) -> None:
        assert np.isfinite(lay_out(np.ones((12, 5), np.float32), method).points).all()

    def test_one_feature(self) -> None:
        features = np.arange(12, dtype=np.float32)[:, None]
        assert lay_out(features, "tsne").points.shape == (12, 2)

    def test_unknown_method(self) -> None:
        with pytest.raises(SettingsError, match='no method "lda"') as raised:
            check_method("lda")
        assert "pca, tsne, umap" in raised.value.hint


def test_thumbnails_do_not_overlap() -> None:
    points = np.random.default_rng(0).random((500, 2))
    rows, share = spread(points, 40)
    assert len(rows) == len(set(rows)) == 40
    gaps = np.abs(points[rows][:, None] - points[rows]).max(axis=2)
    np.fill_diagonal(gaps, 1)
    assert gaps.min() >= share * np.ptp(points, axis=0).max()
    assert spread(points, 4)[1] > spread(points, 400)[1], "fewer thumbnails are larger"
    assert spread(np.zeros((3, 2)), 2)[0] != []


@pytest.mark.parametrize(("counts", "rows", "limit"), [([5, 5], 20, 5), ([1, 100, 100], 21, 10), ([7, 7, 7], 2, 1)])
def test_rows_per_class(counts: list[int], rows: int, limit: int) -> None:
    assert rows_per_class(counts, rows) == limit


class TestConfusion:
    """A confusion matrix."""

    def test_counts_and_percentages(self, tmp_path: Path) -> None:
        table = [("$a$", "$a$", 3), ("$a$", "_b", 1), ("_b", "$a$", 0), ("_b", "_b", 1200)]
        confusion.draw("judge", "test", [Cell(*row) for row in table], tmp_path / "a.svg")
        texts = svg_texts(tmp_path / "a.svg")
        assert {"$a$", "_b", "predicted", "label", "3", "75%", "1", "25%", "1,200"} <= set(texts)
        assert "judge: accuracy 99.9% on 1,204 test rows" in texts
        assert "0" not in texts, "an empty cell stays empty"

    @pytest.mark.slow
    def test_numbers_of_up_to_thirty_classes(self, tmp_path: Path) -> None:
        for classes, readable in ((30, True), (31, False)):
            labels = [f"class {n:02}" for n in range(classes)]
            cells = [Cell(a, b, 12345 if a == b else 0) for a in labels for b in labels]
            confusion.draw("judge", "test", cells, tmp_path / "a.svg")
            texts = svg_texts(tmp_path / "a.svg")
            assert ("12,345" in texts) is readable
            assert texts.count("class 07") == 2

    @pytest.mark.slow
    def test_size_is_limited_for_many_classes(self, tmp_path: Path) -> None:
        labels = [f"class {n:03}" for n in range(250)]
        cells = [Cell(a, b, int(a == b)) for a in labels for b in labels]
        confusion.draw("judge", "train", cells, tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as image:
            assert max(image.size) < 8000


class TestRoc:
    """Curves."""

    def test_area(self) -> None:
        rates = [(np.inf, 0, 0), (0.9, 0, 0.5), (0.5, 0.25, 1), (0.1, 1, 1)]
        curve = Curve.of("a", [Point(*rate) for rate in rates])
        assert curve is not None
        assert curve.auc == pytest.approx(0.75 * 0.25 + 0.75)

    @pytest.mark.parametrize("points", [[], [(1, 0, 0)], [(1, None, 0), (0, None, 1)]])
    def test_rows_of_one_class_have_no_curve(self, points: list[tuple[Any, ...]]) -> None:
        assert Curve.of("a", [Point(*point) for point in points]) is None

    def test_ten_curves(self, tmp_path: Path) -> None:
        diagonal = [Point(1, 0, 0), Point(0, 1, 1)]
        curves = [Curve.of(label, diagonal) for label in UNUSUAL_LABELS + list("abcd")]
        roc.draw("judge", "test", [curve for curve in curves if curve], tmp_path / "a.svg")
        assert "_hidden: AUC 0.5000" in svg_texts(tmp_path / "a.svg")
        assert "chance: AUC 0.5" in svg_texts(tmp_path / "a.svg")
        drawing = (tmp_path / "a.svg").read_text()
        assert drawing.count("stroke-dasharray: ") == 2, "only the line of chance is dashed, here and in the legend"
        assert "stroke-opacity: 0.5" not in drawing


def test_short() -> None:
    assert short("a  b\nc") == "a b c"
    assert len(short("x" * 100)) == 24


def test_layout_without_axes_has_no_ticks(tmp_path: Path) -> None:
    rows = sample(["a"])
    places = Layout(np.random.default_rng(0).random((6, 2)), ("", ""), "nothing")
    scatter.draw("set", rows, {"a": 6}, places, Thumbnails(), tmp_path / "a.svg")
    assert set(svg_texts(tmp_path / "a.svg")) == {"a", "train", "test", "set: 6 rows by nothing"}
