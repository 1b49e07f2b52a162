"""Cost of a featurizer for small transactions: 8 clients that insert a row and commit.

Once with a busy worker, once with an idle one (its featurizer is paused, so that it is notified in vain), and once
without a worker.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import Aim, Bench, Figure, in_turns, quotients
from benchmarks.scene import create_database, photos, program, register, repeated, settled, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

CLIENTS = 8
SCRIPT = Path(__file__).with_suffix(".pgbench")
#: State of the worker, and its aim.
WORKERS = {"busy": None, "asleep": Aim("≥", 0.8), "absent": None}


def run(bench: Bench) -> Iterator[Figure]:
    """Transactions per second with a featurizer ÷ without."""
    for state, aim in WORKERS.items():
        url = create_database(bench, f"insert_single_{state}")
        with connect(url) as connection, ExitStack() as stack:
            _create(connection)
            if state != "absent":
                _start(stack, bench, url, connection, state)
            pairs = _pairs(bench, url)
        yield Figure(
            f"worker {state}: single-row INSERTs of {CLIENTS} clients with ÷ without a featurizer, tps",
            quotients(pairs),
            aim,
            note=f"{max(one for one, _ in pairs):,.0f} and {max(other for _, other in pairs):,.0f} tps at best",
        )


def _create(connection: Connection) -> None:
    for table in ("bare", "featurized", "backlog"):
        execute(connection, "create_usual", table=table)
        execute(connection, "create_usual_index", table=table)
    model = register(connection, "resnet18")
    execute(connection, "create_featurizer", "featurized", "path", model)
    execute(connection, "create_featurizer", "backlog", "path", model)


def _start(stack: ExitStack, bench: Bench, url: str, connection: Connection, state: str) -> None:
    """Start a worker and wait until it is in a state."""
    images = photos(bench)
    execute(connection, "pause", "featurized_resnet18_random")
    stack.enter_context(worker(url, images, bench.scratch / "insert_single.log"))
    if state == "busy":
        execute(connection, "insert_paths", repeated(images, 20_000), table="backlog")
        until(lambda: settled(connection, "backlog_resnet18_random") > 0, "the worker has settled")
    else:
        until(lambda: execute(connection, "worker_is_idle")[0][0], "the worker sleeps")


def _pairs(bench: Bench, url: str) -> list[tuple[float, float]]:
    seconds = bench.effort.choose(4, 1)
    return in_turns(lambda: _rate(url, "featurized", seconds), lambda: _rate(url, "bare", seconds), bench.effort.pairs)


def _rate(url: str, table: str, seconds: int) -> float:
    """Transactions per second of pgbench."""
    command = [str(program("pgbench")), "--no-vacuum", f"--client={CLIENTS}", "--jobs=2"]
    command += [f"--time={seconds}", f"--file={SCRIPT}", f"--define=table={table}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return float(found[1])
