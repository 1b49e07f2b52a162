"""Contact sheets: a query image and its neighbors in a row, or pairs of images side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pgfeaturize.errors import ImageError, SettingsError
from pgfeaturize.images import Limits, Roots, decode, read

CELL, GAP, LINE = 112, 8, 15
PAPER, INK, QUIET, RULE, NOTHING = "white", "#202020", "#707070", "#c0c0c0", "#e4e4e4"
#: So many in a line, then the next begins.
NEIGHBORS, PAIRS = 10, 4

Corner = tuple[int, int]


@dataclass(frozen=True)
class Tile:
    """One image with the text under it.

    Attributes:
        image: its path, or itself, encoded; None where there is none.
        caption: lines that are cut to the width of the image.
    """

    image: str | bytes | None
    caption: str


@dataclass(frozen=True)
class Row:
    """A query and what was found for it."""

    query: Tile
    found: Sequence[Tile]


@dataclass(frozen=True)
class Pair:
    """Two images, and what is to be said of both."""

    one: Tile
    other: Tile
    caption: str


def draw(rows: Sequence[Row], out: Path) -> Path:
    """Write queries with what was found as PNG; images that cannot be read say so."""
    lines = [line for row in rows for line in _lines(row)]
    columns = 1 + max((len(found) for _, found in lines), default=0)
    step = CELL + GAP
    height = step + _caption_height(tile for row in rows for tile in (row.query, *row.found))
    board = Board(columns * step + 3 * GAP, len(lines) * height + GAP)
    for number, (query, found) in enumerate(lines):
        top = GAP + number * height
        if query:
            board.place(query, (GAP, top), INK)
        for column, tile in enumerate(found, start=1):
            board.place(tile, (3 * GAP + column * step, top), QUIET)
    board.pen.line([(step + GAP, GAP), (step + GAP, board.height - GAP)], fill=RULE)
    return board.save(out)


def draw_pairs(pairs: Sequence[Pair], out: Path) -> Path:
    """Write pairs as PNG, each in a frame."""
    width = 2 * CELL + 3 * GAP
    height = CELL + 2 * GAP + LINE + _caption_height(t for p in pairs for t in (p.one, p.other))
    columns = min(PAIRS, len(pairs))
    lines = -(-len(pairs) // columns)
    board = Board(columns * (width + GAP) + GAP, lines * (height + GAP) + GAP)
    for number, pair in enumerate(pairs):
        left = GAP + number % columns * (width + GAP)
        top = GAP + number // columns * (height + GAP)
        board.pen.rectangle([left, top, left + width, top + height], outline=RULE)
        board.place(pair.one, (left + GAP, top + GAP), QUIET)
        board.place(pair.other, (left + 2 * GAP + CELL, top + GAP), QUIET)
        board.write(pair.caption, (left + width // 2, top + height - GAP // 2 - LINE), width, INK)
    return board.save(out)


def _lines(row: Row) -> Iterator[tuple[Tile | None, Sequence[Tile]]]:
    for start in range(0, max(1, len(row.found)), NEIGHBORS):
        yield row.query if start == 0 else None, row.found[start : start + NEIGHBORS]


def _caption_height(tiles: Iterator[Tile]) -> int:
    return 3 + LINE * max((len(tile.caption.split("\n")) for tile in tiles), default=0)


class Board:
    """Figure to put images on."""

    def __init__(self, width: int, height: int) -> None:
        self.height = height
        self._paper = Image.new("RGB", (width, height), PAPER)
        self.pen = ImageDraw.Draw(self._paper)
        self._font = ImageFont.load_default(size=11)

    def place(self, tile: Tile, corner: Corner, ink: str) -> None:
        """Put an image into a cell, and its caption under it."""
        left, top = corner
        image = _image(tile.image)
        if isinstance(image, str):
            self._place_nothing(image, corner)
        else:
            place = (left + (CELL - image.width) // 2, top + (CELL - image.height) // 2)
            self._paper.paste(image, place)
        for number, text in enumerate(tile.caption.split("\n")):
            self.write(text, (left + CELL // 2, top + CELL + 3 + number * LINE), CELL, ink)

    def write(self, text: str, top: Corner, width: int, ink: str) -> None:
        """Write a line below a point, cut to a width in pixels."""
        shown = text
        while shown and self.pen.textlength(shown, self._font) > width:
            shown = shown[:-2] + "…"
        self.pen.text(top, shown, ink, self._font, anchor="ma")

    def save(self, out: Path) -> Path:
        """Write it as PNG."""
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            self._paper.save(out, "PNG")
        except OSError as error:
            raise SettingsError(
                f"the sheet cannot be written to {out}: {error.strerror}",
                "Name a file in a directory that you may write to.",
            ) from error
        return out

    def _place_nothing(self, why: str, corner: Corner) -> None:
        left, top = corner
        self.pen.rectangle([left, top, left + CELL - 1, top + CELL - 1], fill=NOTHING)
        middle = top + CELL // 2
        self.write("unreadable here:", (left + CELL // 2, middle - LINE), CELL, QUIET)
        self.write(why, (left + CELL // 2, middle), CELL, QUIET)


def _image(image: str | bytes | None) -> Image.Image | str:
    """A thumbnail, or why there is none."""
    if isinstance(image, str) and "://" in image:
        return "it is an address"
    try:
        if isinstance(image, str):
            image = read(image, Roots.of([Path.cwd(), "/"]), Limits())
        return _thumbnail(image or b"")
    except ImageError as error:
        return error.reason.replace("_", " ")


def _thumbnail(data: bytes) -> Image.Image:
    """The image, fitted into a cell; tiny ones are enlarged without blur."""
    image = decode(data, Limits()).convert("RGB")
    scale = min(CELL / image.width, CELL / image.height)
    how = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, how)
