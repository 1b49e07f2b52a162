"""Featurizing outside the database: files to JSON, and a file to search with."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pgfeaturize import store
from pgfeaturize.cli import folders, report
from pgfeaturize.cli.sheet import Row, Tile, draw
from pgfeaturize.errors import ImageError, SettingsError
from pgfeaturize.images import Roots
from pgfeaturize.models import Model, load_network, pick_device
from pgfeaturize.pipeline import Pipeline, Want
from pgfeaturize.settings import offline
from pgfeaturize.statements import Connection, execute


def write_json(out: TextIO, paths: Sequence[Path], model: Model, device: str, batch: int) -> int:
    """Write [{"image_path": …, "feature_vector": […]}, …]; return how many files failed."""
    failed = 0
    separator = "["
    for path, outcome in _embedded(list(folders.pictures(paths)), model, device, batch):
        entry: dict[str, Any] = {"image_path": str(path)}
        if isinstance(outcome, ImageError):
            failed += 1
            entry |= {"feature_vector": None, "error": outcome.reason, "detail": str(outcome)}
        else:
            entry["feature_vector"] = [float(str(value)) for value in outcome]
        out.write(separator + "\n" + json.dumps(entry, ensure_ascii=False))
        separator = ","
    out.write("\n]\n")
    return failed


def search(
    connection: Connection,
    image: Path,
    featurizer: str | None,
    k: int,
    sheet: Path | None,
    device: str,
) -> None:
    """Print the rows nearest to a file, and draw them if a sheet is wanted."""
    declared = _featurizer(connection, featurizer)
    model = Model(*declared[3:])
    store.register_vectors(connection)
    [(_, outcome)] = _embedded([image.absolute()], model, device, 1)
    if isinstance(outcome, ImageError):
        raise outcome
    found = execute(connection, "nearest_rows", declared.name, outcome, k)
    rows = ([row.distance, row.image or "", row.item] for row in found)
    report.console.print(report.rows_table(["distance", "image", "row"], rows))
    if sheet:
        tiles = [Tile(row.image or "", f"{row.distance:.3f}") for row in found]
        print(draw([Row(Tile(str(image), image.name), tiles)], sheet))


def _featurizer(connection: Connection, name: str | None) -> Any:
    declared = execute(connection, "featurizers")
    wanted = [row for row in declared if name in (None, row.name)]
    if len(wanted) != 1:
        names = ", ".join(row.name for row in declared) or "none"
        what = f'there is no featurizer "{name}"' if name else "there is not exactly one featurizer"
        raise SettingsError(what, f"Pass --featurizer; there are: {names}.")
    return wanted[0]


def _embedded(
    files: Sequence[Path], model: Model, device: str, batch: int
) -> Iterator[tuple[Path, store.Outcome]]:
    """Embed files that the user has named himself, so wherever they are."""
    network = load_network([model], pick_device(device), offline=offline())
    with Pipeline(Roots.of(["/"])) as pipeline:
        flights = []
        for start in range(0, len(files), batch):
            group = files[start : start + batch]
            wants = pipeline.submit([str(file) for file in group], [Want(network)])
            flights.append((group, wants))
            if len(flights) == 3:
                yield from _landed(*flights.pop(0))
        for flight in flights:
            yield from _landed(*flight)


def _landed(group: Sequence[Path], future: Any) -> Iterator[tuple[Path, store.Outcome]]:
    yield from zip(group, future.result()[0], strict=True)
