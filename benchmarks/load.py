"""Behavior under load: writers beside workers, a large backfill, many images, an old transaction.

Images are scikit-learn's digits, and the network is the LeNet that comes with the package, so that the queue, not the
network, is the limit.
"""

import re
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.measure import Aim, Bench, Figure, in_turns, quotients
from benchmarks.scene import create_database, images_of, program, register, settled, until, worker
from pgfeaturize.db import queue, vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute

CLIENTS, WORKERS = 32, 2
SCRIPT = Path(__file__).with_suffix(".pgbench")
FEATURIZER = "photos_lenet_digits"
#: Rows that a worker walks over in one transaction of a backfill.
STEP = 1000
#: Number of vectors per round beside an old transaction.
BATCH, DIM = 32, 512


def run(bench: Bench) -> Iterator[Figure]:
    """Conservation of rows, length of transactions, memory, speed."""
    yield from _writers(bench)
    yield from _backfill(bench)
    yield _memory(bench)
    yield _old_transaction(bench)


def _writers(bench: Bench) -> Iterator[Figure]:
    images = images_of(bench, "lenet_digits")
    url = create_database(bench, "load_writers")
    log = bench.scratch / "load.log"
    with connect(url) as connection, worker(url, images, log), worker(url, images, log):
        execute(connection, "create_narrow", table="images")
        execute(connection, "insert_paths", images, table="images")
        execute(connection, "create_narrow", table="photos")
        execute(connection, "create_featurizer", "photos", "path", "lenet_digits")
        until(lambda: len(execute(connection, "workers")) == WORKERS, "workers are there")
        seconds = bench.effort.choose(60, 2)
        command = [str(program("pgbench")), "--no-vacuum", f"--client={CLIENTS}", "--jobs=2"]
        command += [f"--time={seconds}", f"--file={SCRIPT}", url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        failed = re.search(r"^number of failed transactions: (\d+)", done.stdout, re.MULTILINE)
        assert rate, done.stdout
        assert failed, done.stdout
        started = time.perf_counter()
        # Each look counts all rows, and takes from the workers: seldom.
        until(
            lambda: execute(connection, "unsettled", FEATURIZER)[0].rows == 0,
            "all is embedded",
            pause=1.0,
            patience=900.0,
        )
        (after,) = execute(connection, "unsettled", FEATURIZER)
        yield Figure(
            f"{CLIENTS} clients insert, update and delete for {seconds} s beside {WORKERS} workers: "
            "transactions of theirs that failed, and rows that are in no state or in two",
            [float(failed[1]) + (not after.adds_up)],
            Aim("≤", 0),
            note=f"{float(rate[1]):,.0f} tps; all rows embedded {time.perf_counter() - started:.0f} s after the last",
        )


def _backfill(bench: Bench) -> Iterator[Figure]:
    rows = bench.effort.choose(1_000_000, 5_000)
    with connect(create_database(bench, "load_backfill")) as connection:
        execute(connection, "create_narrow", table="photos")
        execute(connection, "insert_numbered", rows, table="photos")
        execute(connection, "create_featurizer", "photos", "path", "lenet_digits")
        steps, modes = [], set()
        while execute(connection, "pending_featurizers")[0].backfilling:
            with connection.transaction():
                started = time.perf_counter()
                execute(connection, "backfill_step", 1, STEP)
                modes.add(execute(connection, "backfill_locks", "photos")[0].modes)
            steps.append((time.perf_counter() - started) * 1e3)
            if len(steps) > 2 * rows // STEP + 2:
                raise RuntimeError("the backfill does not come to an end")
        queued = execute(connection, "queue_size")[0][0]
        yield Figure(
            f"backfill of {rows:,} rows: the longest of {len(steps):,} transactions",
            [max(steps)],
            Aim("≤", 100.0),
            "ms",
            note=f"{np.median(steps):.0f} ms in the median, {sum(steps) / 1e3:.0f} s in all, "
            f"{queued:,} queued; locks on the table: {', '.join(sorted(modes))}",
        )


def _memory(bench: Bench) -> Figure:
    """Repeat the same images."""
    images = images_of(bench, "lenet_digits")
    url = create_database(bench, "load_memory")
    rounds = bench.effort.choose(56, 3)
    log = bench.scratch / "load_memory.log"
    with connect(url) as connection, worker(url, images, log):
        execute(connection, "create_narrow", table="photos")
        execute(connection, "insert_paths", images, table="photos")
        execute(connection, "create_featurizer", "photos", "path", "lenet_digits")
        until(lambda: settled(connection, FEATURIZER) == len(images), "embedded")
        (process,) = [row.pid for row in execute(connection, "workers")]
        sizes = []
        for _ in range(rounds):
            execute(connection, "refresh_and_wait", FEATURIZER)
            execute(connection, "wait_settled", FEATURIZER)
            sizes.append(_resident(process))
    early, late = sizes[min(5, rounds // 2)], sizes[-1]
    return Figure(
        f"worker's memory after {rounds * len(images):,} images ÷ after a tenth of them",
        [late / early],
        Aim("≤", 1.1),
        note=f"{late / 2**20:,.0f} and {early / 2**20:,.0f} MiB",
    )


def _resident(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) * 1024


def _old_transaction(bench: Bench) -> Figure:
    """Seconds of rounds of insert, claim and settle, without ÷ with a transaction that stays open."""
    url = create_database(bench, "load_old")
    rounds = bench.effort.choose(400, 5)
    with connect(url) as connection, connect(url) as old:
        vectors.register_vectors(connection)
        execute(connection, "create_narrow", table="photos")
        model = register(connection, "resnet18")
        execute(connection, "create_featurizer", "photos", "path", model)
        who = execute(connection, "register_worker", "bench", 1, "cpu", "0")[0][0]
        space = execute(connection, "register_space", model, "made up")[0][0]
        execute(connection, "backfill_step", 1, STEP)
        rows = list(np.random.default_rng(0).random((BATCH, DIM), np.float32))

        def go_round() -> None:
            execute(connection, "insert_paths", ["/a.png"] * BATCH, table="photos")
            execute(connection, "pending_featurizers")
            claim = queue.claim(connection, who, [1], queue.ClaimSize(BATCH), timedelta(minutes=1))
            assert claim is not None
            (lease,) = claim.leases
            digests = [bytes(32)] * len(lease.jobs)
            queue.settle(connection, lease.id, space, lease.jobs, rows[: len(lease.jobs)], digests)

        def without() -> float:
            return _seconds(go_round, rounds)

        def beside() -> float:
            with old.transaction():
                execute(old, "hold_snapshot")
                execute(old, "queue_size")
                return _seconds(go_round, rounds)

        without()
        pairs = in_turns(without, beside, bench.effort.pairs)
        dead = execute(connection, "dead_jobs")[0][0]
    return Figure(
        f"rounds of insert, claim and settle of {BATCH} rows beside a transaction that is open all "
        "the while ÷ without it, per second",
        quotients(pairs),
        Aim("≥", 0.8),
        note=f"{rounds} rounds each; {dead:,} dead jobs at the end",
    )


def _seconds(work: object, times: int) -> float:
    assert callable(work)
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started
