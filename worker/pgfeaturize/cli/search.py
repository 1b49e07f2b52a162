"""Similar rows: the neighbors of an image file, and pairs of nearly identical images."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgfeaturize.cli.featurizers import Featurizer, find_featurizer
from pgfeaturize.cli.report import console, rows_table, spinner
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.db.vectors import Vector, register_vectors
from pgfeaturize.errors import ImageError, SettingsError, SpaceMismatch
from pgfeaturize.plot.contact_sheet import Pair, Row, Tile, draw, draw_pairs
from pgfeaturize.settings import offline


@dataclass(frozen=True)
class SearchOptions:
    """Options of both kinds of search, as the command line takes them; None: default."""

    featurizer: str | None
    filter: str | None
    metric: str
    sheet: Path | None
    label: str | None
    columns: list[str] | None = None

    @property
    def shown(self) -> tuple[list[str] | None, str | None]:
        """The columns to show and the label of the contact sheet, for the queries."""
        return self.columns, self.label


@dataclass(frozen=True)
class EmbedOptions:
    """How to embed an image in this process, as the command line takes it."""

    device: str
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Neighbor:
    """A row near to a vector.

    Attributes:
        item: the columns to show; bytes and vectors are null, long texts are cut.
        image: its path or URI; None if the source stores the image.
        data: the image, encoded or as a data URI, if the source stores it and a contact sheet is drawn.
        distance: by the metric of the search.
    """

    item: dict[str, Any]
    image: str | None
    data: bytes | None
    distance: float


@dataclass(frozen=True)
class Duplicate:
    """Two rows with nearly identical images, with the fields of `Neighbor`; `pairs` is the number of pairs in all."""

    item: dict[str, Any]
    image: str | None
    data: bytes | None
    other: dict[str, Any]
    other_image: str | None
    other_data: bytes | None
    distance: float
    pairs: int


def search(connection: Connection, options: SearchOptions, image: Path, k: int, embed: EmbedOptions) -> None:
    """Print the `k` rows nearest to an image file, and draw the contact sheet if requested."""
    featurizer = find_featurizer(connection, options.featurizer)
    register_vectors(connection)
    vector = _embed(connection, featurizer, image, embed)
    draws, by = options.sheet is not None, (options.filter, options.metric)
    with _filter_errors(options, featurizer):
        rows = fetch(connection, Neighbor, "nearest_rows", featurizer.name, vector, k, *by, draws, *options.shown)
    names = _names(options, rows)
    cells = ([row.distance, row.image, *(row.item[name] for name in names)] for row in rows)
    console.print(rows_table(["distance", "image", *names], cells))
    if not rows:
        console.print(
            f"no row found: none meets the filter, or none is embedded; see `pgfeaturize status {featurizer.name}`"
        )
    if options.sheet:
        tiles = [_tile(options, row.item, row.image, row.data, row.distance) for row in rows]
        console.print(draw([Row(Tile(str(image), image.name), tiles)], options.sheet))


def duplicates(connection: Connection, options: SearchOptions, max_distance: float, limit: int) -> None:
    """Print the closest pairs of rows, and draw the contact sheet if requested."""
    featurizer = find_featurizer(connection, options.featurizer)
    draws, by = options.sheet is not None, (options.filter, options.metric)
    with _filter_errors(options, featurizer), spinner(f"comparing the rows of {featurizer.source}"):
        rows = fetch(
            connection, Duplicate, "duplicate_rows", featurizer.name, max_distance, *by, limit, draws, *options.shown
        )
    names = _names(options, rows)
    cells = (
        [r.distance, r.image, r.other_image, *(value for name in names for value in (r.item[name], r.other[name]))]
        for r in rows
    )
    columns = [title for name in names for title in (name, f"other {name}")]
    console.print(rows_table(["distance", "image", "other", *columns], cells))
    pairs = rows[0].pairs if rows else 0
    more = f", the closest {limit} shown" if pairs > limit else ""
    console.print(f"pairs not farther apart than {max_distance:g}: {pairs}{more}")
    if options.sheet and rows:
        console.print(draw_pairs([_pair(options, row) for row in rows], options.sheet))


def _embed(connection: Connection, featurizer: Featurizer, image: Path, options: EmbedOptions) -> Vector:
    """Embed a file that the user has named; it may be anywhere."""
    from pgfeaturize.images import AccessPolicy
    from pgfeaturize.models import load_network, pick_device
    from pgfeaturize.pipeline import Pipeline

    device = pick_device(options.device)
    network = load_network([featurizer.to_model()], device, offline=offline(), packages=options.packages)
    _check_space(connection, featurizer.model, network.fingerprints[0])
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        [outcome] = pipeline.embed(network, [str(image.absolute())])
    if isinstance(outcome, ImageError):
        raise SettingsError(
            f"the image to search for cannot be embedded: {outcome.message}",
            outcome.hint or "Name an image that can be opened on this machine.",
        ) from outcome
    return outcome


def _check_space(connection: Connection, model: str, fingerprint: str) -> None:
    current = execute(connection, "current_space", model)
    if current and current[0].fingerprint != fingerprint:
        raise SpaceMismatch(
            f"the network of model {model} on this machine is not the one whose vectors are stored",
            f"Run `pgfeaturize models verify {model}`, here and where the worker runs.",
        )


@contextmanager
def _filter_errors(options: SearchOptions, featurizer: Featurizer) -> Iterator[None]:
    """Name the filter in errors of PostgreSQL that it causes."""
    try:
        yield
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        if options.filter is None:
            raise
        raise SettingsError(
            f'rows of {featurizer.source} cannot be filtered by "{options.filter}": {error.diag.message_primary}',
            "Write a condition as after WHERE in a query on that table; "
            "qualify functions that are not PostgreSQL's own with their schema.",
        ) from error


def _names(options: SearchOptions, rows: Sequence[Neighbor | Duplicate]) -> list[str]:
    """Return the columns to print, in the order in which the user named them."""
    return options.columns or (list(rows[0].item) if rows else [])


def _pair(options: SearchOptions, row: Duplicate) -> Pair:
    first = _tile(options, row.item, row.image, row.data)
    second = _tile(options, row.other, row.other_image, row.other_data)
    return Pair(first, second, f"{row.distance:.3f}")


def _tile(
    options: SearchOptions, item: dict[str, Any], image: str | None, data: bytes | None, distance: float | None = None
) -> Tile:
    """Return an image with its distance and label; without a label, the name of the file."""
    label = item.get(options.label or "label")
    text = " ".join(str(label).split()) if label is not None else Path(image or "").name
    lines = [text] if distance is None else [f"{distance:.3f}", text]
    return Tile(data if data is not None else image, "\n".join(lines))
