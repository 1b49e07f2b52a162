"""Contact sheets: each row a query image and its neighbours, with labels and distances."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pgfeaturize.errors import ImageError
from pgfeaturize.images import Limits, decode

CELL, GAP, CAPTION = 112, 8, 18
PAPER, INK, QUIET = "white", "#202020", "#707070"


@dataclass(frozen=True)
class Tile:
    """One picture with the text under it."""

    path: str
    caption: str


@dataclass(frozen=True)
class Row:
    """A query and what was found for it."""

    query: Tile
    found: Sequence[Tile]


def draw(rows: Sequence[Row], out: Path) -> Path:
    """Write a contact sheet as PNG; pictures that cannot be read stay grey."""
    columns = 1 + max((len(row.found) for row in rows), default=0)
    step = CELL + GAP
    size = (columns * step + 3 * GAP, len(rows) * (step + CAPTION) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = GAP + number * (step + CAPTION)
        _place(sheet, pen, row.query, (GAP, top), INK)
        for column, tile in enumerate(row.found, start=1):
            _place(sheet, pen, tile, (3 * GAP + column * step, top), QUIET)
    pen.line([(step + GAP, GAP), (step + GAP, size[1] - GAP)], fill="#c0c0c0")
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(out, "PNG")
    return out


def _place(
    sheet: Image.Image, pen: ImageDraw.ImageDraw, tile: Tile, corner: tuple[int, int], ink: str
) -> None:
    picture = _thumbnail(tile.path)
    left = corner[0] + (CELL - picture.width) // 2
    top = corner[1] + (CELL - picture.height) // 2
    sheet.paste(picture, (left, top))
    font = ImageFont.load_default(size=11)
    caption = tile.caption
    while caption and pen.textlength(caption, font) > CELL:
        caption = caption[:-2] + "…"
    pen.text((corner[0] + CELL / 2, corner[1] + CELL + 3), caption, ink, font, anchor="ma")


def _thumbnail(path: str) -> Image.Image:
    """The picture, fitted into a cell; tiny ones are enlarged without blur."""
    try:
        picture = decode(Path(path).read_bytes(), Limits()).convert("RGB")
    except (ImageError, OSError):
        return Image.new("RGB", (CELL, CELL), "#d0d0d0")
    scale = min(CELL / picture.width, CELL / picture.height)
    how = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, how)
