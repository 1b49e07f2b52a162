"""Rows that look alike: those nearest to a file, and pairs of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgfeaturize.cli import report
from pgfeaturize.cli.featurizers import featurizer
from pgfeaturize.cli.progress_bars import busy
from pgfeaturize.db import vectors
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import ImageError, SettingsError, SpaceMismatch
from pgfeaturize.plot.contact_sheet import Pair, Row, Tile, draw, draw_pairs
from pgfeaturize.settings import offline


@dataclass(frozen=True)
class SearchOptions:
    """What both kinds of search have in common.

    Attributes:
        featurizer: name; None: the only one.
        filter: condition in SQL on the rows.
        metric: cosine, l2, ip or l1.
        sheet: where to draw what is found.
        label: column to show under an image; None: `label`, where there is one.
    """

    featurizer: str | None
    filter: str | None
    metric: str
    sheet: Path | None
    label: str | None


@dataclass(frozen=True)
class EmbedOptions:
    """How an image is embedded here.

    Attributes:
        device: auto, cpu, cuda or cuda:N.
        packages: whose functions may build networks.
    """

    device: str
    packages: tuple[str, ...] = ()


def search(
    connection: Connection, options: SearchOptions, image: Path, k: int, embed_options: EmbedOptions
) -> None:
    """Print the `k` rows nearest to a file, and draw them if a sheet is wanted."""
    declared = featurizer(connection, options.featurizer)
    vectors.register_vectors(connection)
    vector = _vector(connection, declared, image, embed_options)
    with _filtering(options, declared):
        found = execute(
            connection,
            "nearest_rows",
            declared.name,
            vector,
            k,
            options.filter,
            options.metric,
            options.sheet is not None,
        )
    _check_label(options, declared, [row.item for row in found])
    rows = ([row.distance, row.image or "", row.item] for row in found)
    report.console.print(report.rows_table(["distance", "image", "row"], rows))
    if not found:
        _say_nothing(declared)
    if options.sheet:
        tiles = [_tile(options, row.item, row.image, row.bytes, row.distance) for row in found]
        report.console.print(draw([Row(Tile(str(image), image.name), tiles)], options.sheet))


def duplicates(
    connection: Connection, options: SearchOptions, max_distance: float, limit: int
) -> None:
    """Print the closest pairs of rows, and draw them if a sheet is wanted."""
    declared = featurizer(connection, options.featurizer)
    with _filtering(options, declared), busy(f"comparing the rows of {declared.source}"):
        found = execute(
            connection,
            "duplicate_rows",
            declared.name,
            max_distance,
            options.filter,
            options.metric,
            limit,
            options.sheet is not None,
        )
    _check_label(options, declared, [row.item for row in found])
    columns = ["distance", "image", "other", "row", "other row"]
    rows = ([r.distance, r.image, r.other_image, r.item, r.other] for r in found)
    report.console.print(report.rows_table(columns, rows))
    pairs = found[0].pairs if found else 0
    more = f", the closest {limit} shown" if pairs > limit else ""
    report.console.print(f"pairs not farther apart than {max_distance:g}: {pairs}{more}")
    if options.sheet and found:
        report.console.print(draw_pairs([_pair(options, row) for row in found], options.sheet))


def _vector(
    connection: Connection, declared: Any, image: Path, embed_options: EmbedOptions
) -> vectors.Vector:
    """Embed a file that the user has named himself, so wherever it is."""
    from pgfeaturize.images import AccessPolicy
    from pgfeaturize.models import Model, load_network, pick_device
    from pgfeaturize.pipeline import Pipeline

    model = Model(
        declared.model,
        declared.backbone,
        declared.node,
        declared.pooling,
        declared.dim,
        declared.weights,
        declared.preprocessing,
    )
    network = load_network(
        [model],
        pick_device(embed_options.device),
        offline=offline(),
        packages=embed_options.packages,
    )
    _check_space(connection, model.name, network.fingerprints[0])
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        [outcome] = pipeline.embed(network, [str(image.absolute())])
    if isinstance(outcome, ImageError):
        raise SettingsError(
            f"nothing can be searched for: {outcome.message}",
            outcome.hint or "Name an image that can be opened on this machine.",
        ) from outcome
    return outcome


def _check_space(connection: Connection, model: str, fingerprint: str) -> None:
    current = execute(connection, "current_space", model)
    if current and current[0].fingerprint != fingerprint:
        raise SpaceMismatch(
            f"this machine's network of model {model} is not the one whose vectors are stored",
            f"Run `pgfeaturize models verify {model}`, here and where the worker runs.",
        )


@contextmanager
def _filtering(options: SearchOptions, declared: Any) -> Iterator[None]:
    """Where there is a filter, what PostgreSQL does not understand is that."""
    try:
        yield
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        if options.filter is None:
            raise
        raise SettingsError(
            f'rows of {declared.source} cannot be filtered by "{options.filter}": '
            f"{error.diag.message_primary}",
            "Write what may stand after WHERE in a query on that table; "
            "functions other than PostgreSQL's own with their schema.",
        ) from error


def _check_label(options: SearchOptions, declared: Any, items: list[Any]) -> None:
    if options.label and items and options.label not in items[0]:
        raise SettingsError(
            f"{declared.source} has no column {options.label} to be shown",
            f"It has: {', '.join(items[0])}.",
        )


def _say_nothing(declared: Any) -> None:
    report.console.print(
        f"no row has been found: none meets the filter, or none is embedded; "
        f"see `pgfeaturize status {declared.name}`"
    )


def _pair(options: SearchOptions, row: Any) -> Pair:
    one = _tile(options, row.item, row.image, row.bytes)
    other = _tile(options, row.other, row.other_image, row.other_bytes)
    return Pair(one, other, f"{row.distance:.3f}")


def _tile(
    options: SearchOptions, item: Any, image: str | None, bytes_: Any, distance: float | None = None
) -> Tile:
    """A row's image over its distance and its label, or the file's name where it has none."""
    label = item.get(options.label or "label")
    text = " ".join(str(label).split()) if label is not None else Path(image or "").name
    lines = [text] if distance is None else [f"{distance:.3f}", text]
    return Tile(bytes_ if bytes_ is not None else image, "\n".join(lines))
