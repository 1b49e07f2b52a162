"""benchmarks/RESULTS.md: the figures, the machine, and reasons for missed aims."""

import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import torch

from benchmarks.measure import Figure
from benchmarks.scene import images_are
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute

RESULTS = Path(__file__).with_name("RESULTS.md")
#: Below this line `--write` changes nothing.
REMARKS = "## Remarks"


def write(url: str, command: str, figures: Iterable[tuple[str, Figure]]) -> None:
    """Update the file; keep the remarks at its end, and rows of benchmarks that were not run."""
    before = RESULTS.read_text() if RESULTS.exists() else ""
    table, _, remarks = before.partition(REMARKS)
    rows = [(name, _row(name, figure)) for name, figure in figures]
    old = [(name, row) for name, row in _rows(table) if name not in dict(rows)]
    lines = [
        "# Benchmark results",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}; do not edit above the remarks.",
        *([f"From earlier runs, which may have been on other machines: {', '.join(dict(old))}."] if old else []),
        "",
        "Ratios of two sides that were measured in turns in one run: the median, and in brackets the extremes of the",
        f"pairs. Networks have random weights; images: {images_are()}.",
        "",
        *(f"- {line}" for line in machine(url)),
        "",
        "| benchmark | what | aim | measured | pairs | verdict |",
        "|---|---|---|---|---|---|",
        *(row for _, row in old + rows),
    ]
    RESULTS.write_text("\n".join(lines) + f"\n\n{REMARKS}{remarks or chr(10)}")


def _rows(table: str) -> Iterator[tuple[str, str]]:
    """Existing rows by benchmark."""
    lines = (line for line in table.splitlines() if line.startswith("| "))
    for line in list(lines)[1:]:
        yield line.split(" | ")[0].removeprefix("| "), line


def _row(name: str, figure: Figure) -> str:
    what = f"{figure.what}; {figure.note}" if figure.note else figure.what
    cells = (name, what, figure.aimed, figure.measured, len(figure.values), figure.verdict)
    return f"| {' | '.join(map(str, cells))} |"


def machine(url: str) -> Iterator[str]:
    """Description of the machine, one line per fact."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"{_processor()}, {cores} cores, {memory:.0f} GiB of memory, no GPU used"
    yield f"{platform.system()} {platform.release()}"
    with connect(url) as connection:
        server = connection.info.parameter_status("server_version")
        (vector,) = execute(connection, "vector_version")
    yield f"PostgreSQL {server}, pgvector {vector.default_version}, torch {torch.__version__}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())
