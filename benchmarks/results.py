"""benchmarks/RESULTS.md: the figures, the machine, and reasons for missed aims."""

import os
import platform
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import torch

from benchmarks.measure import Figure
from benchmarks.scene import device, images_are
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute

RESULTS = Path(__file__).with_name("RESULTS.md")
#: Below this line `--write` changes nothing.
REMARKS = "## Remarks"
HEAD = """# Benchmark results

Do not edit above the remarks: `python -m benchmarks --write` does. There is a section for each machine.

Ratios of two sides that were measured in turns in one run: the median, and in brackets the extremes of the pairs.
Networks have random weights."""


def write(url: str, command: str, figures: Iterable[tuple[str, Figure]]) -> None:
    """Update the section of this machine; keep those of others, rows of benchmarks that were not run, and the remarks."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    body, _, remarks = before.partition(REMARKS)
    sections = _sections(body)
    title, *facts = machine(url)
    rows = [(name, _row(name, figure)) for name, figure in figures]
    old = [(name, row) for name, row in _rows(sections.get(title, "")) if name not in dict(rows)]
    lines = [
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}; images: {images_are()}.",
        *([f"From earlier runs: {', '.join(dict(old))}."] if old else []),
        "",
        *(f"- {line}" for line in facts),
        "",
        "| benchmark | what | aim | measured | pairs | verdict |",
        "|---|---|---|---|---|---|",
        *(row for _, row in old + rows),
    ]
    sections[title] = "\n".join(lines)
    parts = [f"## {name}\n\n{text}" for name, text in sections.items()]
    RESULTS.write_text("\n\n".join([HEAD, *parts, f"{REMARKS}{remarks or chr(10)}"]), encoding="utf-8")


def _sections(body: str) -> dict[str, str]:
    """Existing sections by the name of the machine."""
    _, *parts = re.split(r"^## ", body, flags=re.MULTILINE)
    return {title: text.strip() for title, _, text in (part.partition("\n") for part in parts)}


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
    used = torch.cuda.get_device_name(device()) if device().type == "cuda" else "no GPU used"
    yield f"{_processor()}, {cores} cores, {memory:.0f} GiB of memory, {used}"
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
