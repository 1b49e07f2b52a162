"""Contact sheets: a query image and its neighbors in a row, or pairs of images side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pgfeaturize.errors import ImageError, NotAllowed, SettingsError
from pgfeaturize.plot.thumbnails import thumbnail

#: Side of a cell, gap between cells and height of a line of text, in pixels.
CELL, GAP, LINE = 112, 8, 15
BACKGROUND, INK, QUIET, RULE, MISSING = "white", "#202020", "#707070", "#c0c0c0", "#e4e4e4"
#: Neighbors, and pairs, in a line of the sheet.
NEIGHBORS, PAIRS = 10, 4

Position = tuple[int, int]


@dataclass(frozen=True)
class Tile:
    """An image with text below it.

    Attributes:
        image: its path, or the encoded image; None if there is none.
        caption: lines of text, each cut to the width of the image.
    """

    image: str | bytes | None
    caption: str


@dataclass(frozen=True)
class Row:
    """A query and its neighbors."""

    query: Tile
    neighbors: Sequence[Tile]


@dataclass(frozen=True)
class Pair:
    """Two images, and a caption of both."""

    first: Tile
    second: Tile
    caption: str


def draw(rows: Sequence[Row], out: Path) -> Path:
    """Write queries with their neighbors as PNG; an unreadable image is a gray cell with the reason."""
    lines = [line for row in rows for line in _lines(row)]
    columns = 1 + max((len(neighbors) for _, neighbors in lines), default=0)
    step = CELL + GAP
    height = step + _caption_height(tile for row in rows for tile in (row.query, *row.neighbors))
    sheet = _Sheet(columns * step + 3 * GAP, len(lines) * height + GAP)
    for number, (query, neighbors) in enumerate(lines):
        top = GAP + number * height
        if query:
            sheet.place(query, (GAP, top), INK)
        for column, tile in enumerate(neighbors, start=1):
            sheet.place(tile, (3 * GAP + column * step, top), QUIET)
    sheet.pen.line([(step + GAP, GAP), (step + GAP, sheet.height - GAP)], fill=RULE)
    return sheet.save(out)


def draw_pairs(pairs: Sequence[Pair], out: Path) -> Path:
    """Write pairs as PNG, each in a frame."""
    width = 2 * CELL + 3 * GAP
    captions = _caption_height(tile for pair in pairs for tile in (pair.first, pair.second))
    height = CELL + 2 * GAP + LINE + captions
    columns = min(PAIRS, len(pairs))
    lines = -(-len(pairs) // columns)
    sheet = _Sheet(columns * (width + GAP) + GAP, lines * (height + GAP) + GAP)
    for number, pair in enumerate(pairs):
        left = GAP + number % columns * (width + GAP)
        top = GAP + number // columns * (height + GAP)
        sheet.pen.rectangle([left, top, left + width, top + height], outline=RULE)
        sheet.place(pair.first, (left + GAP, top + GAP), QUIET)
        sheet.place(pair.second, (left + 2 * GAP + CELL, top + GAP), QUIET)
        sheet.write(pair.caption, (left + width // 2, top + height - GAP // 2 - LINE), width, INK)
    return sheet.save(out)


def _lines(row: Row) -> Iterator[tuple[Tile | None, Sequence[Tile]]]:
    for start in range(0, max(1, len(row.neighbors)), NEIGHBORS):
        yield row.query if start == 0 else None, row.neighbors[start : start + NEIGHBORS]


def _caption_height(tiles: Iterator[Tile]) -> int:
    return 3 + LINE * max((len(tile.caption.split("\n")) for tile in tiles), default=0)


class _Sheet:
    """The image that tiles are drawn on."""

    def __init__(self, width: int, height: int) -> None:
        self.height = height
        self._image = Image.new("RGB", (width, height), BACKGROUND)
        self.pen = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(size=11)

    def place(self, tile: Tile, corner: Position, color: str) -> None:
        """Draw an image in the middle of a cell, and its caption below the cell."""
        left, top = corner
        try:
            image = thumbnail(tile.image, CELL)
            offset = (left + (CELL - image.width) // 2, top + (CELL - image.height) // 2)
            self._image.paste(image, offset)
        except ImageError as error:
            self._place_error(error, corner)
        for number, text in enumerate(tile.caption.split("\n")):
            self.write(text, (left + CELL // 2, top + CELL + 3 + number * LINE), CELL, color)

    def write(self, text: str, top: Position, width: int, color: str) -> None:
        """Write a line centered below a point, cut to a width in pixels."""
        shown = text
        while shown and self.pen.textlength(shown, self._font) > width:
            shown = shown[:-2] + "…"
        self.pen.text(top, shown, color, self._font, anchor="ma")

    def save(self, out: Path) -> Path:
        """Write the sheet as PNG, and return the path.

        Raises:
            SettingsError: the file cannot be written.
        """
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            self._image.save(out, "PNG")
        except OSError as error:
            raise SettingsError(
                f"the contact sheet cannot be written to {out}: {error.strerror}",
                "Name a file in a directory that you may write to.",
            ) from error
        return out

    def _place_error(self, error: ImageError, corner: Position) -> None:
        left, top = corner
        self.pen.rectangle([left, top, left + CELL - 1, top + CELL - 1], fill=MISSING)
        middle = top + CELL // 2
        reason = "a URL" if isinstance(error, NotAllowed) else error.reason.replace("_", " ")
        self.write("cannot be read:", (left + CELL // 2, middle - LINE), CELL, QUIET)
        self.write(reason, (left + CELL // 2, middle), CELL, QUIET)
