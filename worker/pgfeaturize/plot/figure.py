"""Style, colors and file of all plots."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from pgfeaturize.errors import SettingsError

log = logging.getLogger("pgfeaturize")

INK, QUIET, RULE = "#202020", "#606060", "#c0c0c0"
#: Ten colors that color-blind readers can tell apart (Tol 2021, "muted", and a gray).
COLORS = (
    *("#332288", "#CC6677", "#117733", "#88CCEE", "#882255"),
    *("#DDCC77", "#44AA99", "#AA4499", "#999933", "#666666"),
)
#: Twenty colors of classes: those, and ten more of other lightness between them.
CLASS_COLORS = (
    *COLORS,
    *("#EE3333", "#0077DD", "#F4A3C4", "#66CC00", "#FF9900"),
    *("#7A4A21", "#99AAFF", "#00D5C8", "#AAAAAA", "#111111"),
)
#: Marker of the first twenty classes, of the next twenty, and so on.
MARKERS = "osD^vPX"
#: Maximum length of a label in a plot, in characters.
LONGEST = 24

STYLE = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a label with dollar signs is not a formula
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "savefig.dpi": 180,
    "svg.fonttype": "none",  # text stays text, for search and screen readers
    "svg.hashsalt": "pgfeaturize",  # the same plot gives the same file
}


@contextmanager
def new_figure(out: Path, width: float, height: float) -> Iterator[Figure]:
    """Return a figure of a size in inches; write it as PNG or SVG when the block ends.

    Raises:
        SettingsError: the file cannot be written.
    """
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure((width, height), layout="constrained", facecolor="white")
        yield figure
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            _save(figure, out)
    missing = [warning for warning in caught if "missing from font" in str(warning.message)]
    if missing and out.suffix.lower() != ".svg":
        log.warning("the font lacks some letters of the labels; write an SVG, which uses the viewer's fonts")
    for warning in caught:
        if warning not in missing:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _save(figure: Figure, out: Path) -> None:
    svg = out.suffix.lower() == ".svg"
    metadata = {"Creator": "pgfeaturize", "Date": None} if svg else {"Software": "pgfeaturize"}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out, metadata=metadata)
    except OSError as error:
        raise SettingsError(
            f"the plot cannot be written to {out}: {error.strerror or error}",
            "Name a file in a directory that you may write to.",
        ) from error


def short(text: str) -> str:
    """Return a label on one line, cut to LONGEST characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def set_names(legend: Legend | None, names: Sequence[str]) -> None:
    """Set the texts of a legend; matplotlib itself leaves out a name that begins with _."""
    texts = legend.get_texts() if legend else []
    for text, name in zip(texts, names, strict=True):
        text.set_text(name)
