"""Featurizing outside the database: files to JSON."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pgfeaturize.cli import image_files
from pgfeaturize.db import vectors
from pgfeaturize.errors import ImageError
from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import Model, load_network, pick_device
from pgfeaturize.pipeline import EmbedRequest, Pipeline
from pgfeaturize.settings import offline


def write_json(out: TextIO, paths: Sequence[Path], model: Model, device: str, batch: int) -> int:
    """Write [{"image_path": …, "feature_vector": […]}, …]; return how many files failed."""
    failed = 0
    separator = "["
    for path, outcome in _embedded(list(image_files.images(paths)), model, device, batch):
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


def _embedded(
    files: Sequence[Path], model: Model, device: str, batch: int
) -> Iterator[tuple[Path, vectors.Outcome]]:
    """Embed files that the user has named himself, so wherever they are."""
    network = load_network([model], pick_device(device), offline=offline())
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        flights = []
        for start in range(0, len(files), batch):
            group = files[start : start + batch]
            wants = pipeline.submit([str(file) for file in group], [EmbedRequest(network)])
            flights.append((group, wants))
            if len(flights) == 3:
                yield from _landed(*flights.pop(0))
        for flight in flights:
            yield from _landed(*flight)


def _landed(group: Sequence[Path], future: Any) -> Iterator[tuple[Path, vectors.Outcome]]:
    yield from zip(group, future.result().outcomes[0], strict=True)
