"""`python -m benchmarks`: run benchmarks on a temporary server and print the figures."""

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Bench, Effort, Figure
from benchmarks.results import machine, write
from benchmarks.scene import POSTGRES, TEMPLATE, images_are, url_of
from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import execute

NAMES = (
    *("forward", "end_to_end", "together", "naive", "latency"),
    *("insert_single", "insert_bulk", "settle", "search", "embed", "reading", "learning", "memory"),
    *("load", "ceilings"),
)


def main(arguments: Sequence[str]) -> None:
    """Run the requested benchmarks; a missed aim is reported, and is not an error."""
    parser = _parser()
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    os.environ["PGFEATURIZE_DEVICE"] = wanted.device
    effort = Effort(pairs=2, quick=True) if wanted.quick else Effort(pairs=wanted.pairs)
    figures = []
    with _server(effort, wanted.json) as bench:
        for line in (*machine(bench.url), f"images: {images_are()}"):
            print(line)
        for name in wanted.names or NAMES:
            for figure in _run(name, bench):
                figures.append((name, figure))
        if wanted.write:
            write(bench.url, " ".join(["python -m benchmarks", *arguments]), figures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side")
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--json", type=Path, help="file for the figures of ceilings")
    parser.add_argument("--write", action="store_true", help="renew benchmarks/RESULTS.md")
    return parser


@contextmanager
def _server(effort: Effort, json: Path | None) -> Iterator[Bench]:
    """Start an embedded server with default settings and a template database."""
    with (
        tempfile.TemporaryDirectory(prefix="pgfeaturize-") as scratch,
        embedded_server.running(Path(scratch) / "server", POSTGRES) as url,
    ):
        with connect(url) as connection:
            execute(connection, "create_database", database=TEMPLATE, template="template1")
        migrate(url_of(url, TEMPLATE))
        yield Bench(url, Path(scratch), effort, json)


def _run(name: str, bench: Bench) -> Iterator[Figure]:
    """Run one benchmark and print its figures."""
    started = time.monotonic()
    for figure in importlib.import_module(f"benchmarks.{name}").run(bench):
        aim = f"  aim {figure.aimed}: {figure.verdict}" if figure.aim else ""
        print(f"\n{name}: {figure.what}")
        print(f"    {figure.measured}  {len(figure.values)} pairs{aim}")
        print(f"    {figure.note}", flush=True)
        yield figure
    print(f"    [{time.monotonic() - started:.0f} s]", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
