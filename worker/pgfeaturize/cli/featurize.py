"""Featurizing without a database: image files to JSON."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TextIO

from pgfeaturize.cli import image_files
from pgfeaturize.db.vectors import Outcome
from pgfeaturize.errors import ImageError
from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import Model, Network, load_network, pick_device
from pgfeaturize.pipeline import EmbedRequest, Pipeline
from pgfeaturize.printable import printable
from pgfeaturize.settings import offline

#: Maximum number of batches in the pipeline.
BATCHES = 3


def write_json(
    out: TextIO, paths: Sequence[Path], model: Model, device: str, batch: int, packages: Sequence[str] = ()
) -> int:
    """Write [{"image_path": …, "feature_vector": […]}, …]; return the number of failed files."""
    failed = 0
    separator = "["
    network = load_network([model], pick_device(device), offline=offline(), packages=packages)
    for path, outcome in _embed(paths, network, batch):
        entry: dict[str, Any] = {"image_path": str(path) if image_files.is_text(path) else printable(path)}
        if isinstance(outcome, ImageError):
            failed += 1
            entry |= {"feature_vector": None, "error": outcome.reason, "detail": str(outcome)}
        else:
            entry["feature_vector"] = [float(str(value)) for value in outcome]
        out.write(separator + "\n" + json.dumps(entry, ensure_ascii=False))
        separator = ","
    out.write("\n]\n")
    return failed


def _embed(files: Sequence[Path], network: Network, batch: int) -> Iterator[tuple[Path, Outcome]]:
    """Embed files that the user has named; they may be anywhere."""
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        batches: deque[tuple[Sequence[Path], Future[Any]]] = deque()
        for start in range(0, len(files), batch):
            group = files[start : start + batch]
            paths = [str(file) for file in group]
            batches.append((group, pipeline.submit(paths, [EmbedRequest(network)])))
            if len(batches) == BATCHES:
                yield from _outcomes(*batches.popleft())
        for submitted in batches:
            yield from _outcomes(*submitted)


def _outcomes(files: Sequence[Path], future: Future[Any]) -> Iterator[tuple[Path, Outcome]]:
    yield from zip(files, future.result().outcomes[0], strict=True)
