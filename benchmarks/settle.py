"""Cost of claiming and settling a batch; vectors as a parameter, compared with COPY.

COPY needs a temporary table, which is written, read and truncated, and four more round trips. Both encode the batch
with NumPy. The third side is `featurize.settle` as a whole.
"""

import os
import statistics
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Aim, Bench, Figure, in_turns, medians, quotients
from benchmarks.scene import create_database
from pgfeaturize.db import queue, vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, compose, execute

SIZES = ((32, 512, "resnet18"), (32, 2048, "resnet50"), (256, 2048, "resnet50"))
AIM = Aim("≤", 1.0)
#: Rows, dimension, model, and the milliseconds that claim and settle may take together.
BUDGETS = ((1, 512, "resnet18", 3.0), (32, 512, "resnet18", 8.0), (256, 2048, "resnet50", 50.0))
#: Milliseconds of the server's processor per row, at a batch of 256 vectors of 800 values.
CPU_BUDGET = Aim("≤", 0.15)


def run(bench: Bench) -> Iterator[Figure]:
    """Time with a parameter ÷ time with COPY, and time of settle ÷ time with COPY."""
    with connect(create_database(bench, "settle")) as connection:
        vectors.register_vectors(connection)
        execute(connection, "create_staged")
        for rows, dim, model in SIZES:
            yield _written(bench, connection, rows, dim)
            yield _settled(bench, connection, rows, dim, model)
        for rows, dim, model, budget in BUDGETS:
            yield _claimed_and_settled(bench, connection, rows, dim, model, budget)
        yield _cpu(bench, connection)


def _claimed_and_settled(
    bench: Bench, connection: Connection, rows: int, dim: int, model: str, budget: float
) -> Figure:
    """Median milliseconds of a claim and of settling it."""
    writer = Writer(bench, connection, rows, dim)
    settler = Settler(connection, f"claimed_{rows}_{dim}", model, writer)
    settler.round_trip()  # the first plans the statements
    times = bench.effort.choose(30, 3)
    rounds = [[settler.round_trip() for _ in range(times)] for _ in range(bench.effort.pairs)]
    by_round = [[statistics.median(side) * 1e3 for side in zip(*each, strict=True)] for each in rounds]
    claim, settle = (statistics.median(side) for side in zip(*by_round, strict=True))
    return Figure(
        f"{rows} × {dim}: featurize.claim() and featurize.settle() of a batch, median",
        [sum(each) for each in by_round],
        Aim("≤", budget),
        "ms",
        note=f"claim {claim:.2f} ms, settle {settle:.2f} ms",
    )


def _cpu(bench: Bench, connection: Connection) -> Figure:
    """Milliseconds of the processor that the server uses per row for claim and settle."""
    rows, dim = 256, 800
    writer = Writer(bench, connection, rows, dim)
    settler = Settler(connection, "cpu_256_800", "lenet_digits", writer)
    settler.round_trip()
    times = bench.effort.choose(20, 2)
    values = []
    for _ in range(bench.effort.pairs):
        before = settler.cpu
        for _ in range(times):
            settler.round_trip()
        values.append((settler.cpu - before) * 1e3 / (times * rows))
    return Figure(
        f"{rows} × {dim}: processor time of the server for claim and settle, per row",
        values,
        CPU_BUDGET,
        "ms",
        note=f"{times} batches for each value",
    )


def _written(bench: Bench, connection: Connection, rows: int, dim: int) -> Figure:
    writer = Writer(bench, connection, rows, dim)
    pairs = writer.compare(writer.by_parameter, writer.by_copy)
    return Figure(
        f"{rows} × {dim}: INSERT of an array parameter ÷ COPY to a temporary table and INSERT, time",
        quotients(pairs),
        AIM,
        note=_milliseconds(pairs),
    )


def _settled(bench: Bench, connection: Connection, rows: int, dim: int, model: str) -> Figure:
    writer = Writer(bench, connection, rows, dim)
    settler = Settler(connection, f"photos_{rows}_{dim}", model, writer)
    pairs = writer.compare(settler.settle, writer.by_copy)
    return Figure(
        f"{rows} × {dim}: all of featurize.settle() ÷ COPY to a temporary table and INSERT, time",
        quotients(pairs),
        note=_milliseconds(pairs),
    )


def _milliseconds(pairs: Sequence[tuple[float, float]]) -> str:
    one, other = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    return f"{one:.1f} and {other:.1f} ms"


class Writer:
    """Writes the same vectors repeatedly, under new keys."""

    def __init__(self, bench: Bench, connection: Connection, rows: int, dim: int) -> None:
        self._effort = bench.effort
        self._connection = connection
        self._next = 1
        for table in ("by_parameter", "by_copy"):
            execute(connection, "drop_table", table=table)
            execute(connection, "create_vectors", table=table)
        self.vectors = np.random.default_rng(0).random((rows, dim), np.float32)

    def compare(self, one: Callable[[], float], other: Callable[[], float]) -> list[tuple[float, float]]:
        """Pairs of medians."""
        times = self._effort.choose(15, 2)
        one(), other()  # first time is slow
        return [medians(in_turns(one, other, times)) for _ in range(self._effort.pairs)]

    def by_parameter(self) -> float:
        """Seconds of one INSERT."""
        ids, started = self._ids(), time.perf_counter()
        block = vectors.VectorArray(self.vectors)
        execute(self._connection, "insert_vectors", ids, block, table="by_parameter")
        return time.perf_counter() - started

    def by_copy(self) -> float:
        """Seconds of a transaction with a COPY and an INSERT."""
        ids, started = self._ids(), time.perf_counter()
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy(compose("copy_staged", staged="staged")) as copy:
                copy.write(_copied(ids, self.vectors))
            execute(self._connection, "insert_staged", table="by_copy", staged="staged")
        return time.perf_counter() - started

    def _ids(self) -> list[int]:
        first, self._next = self._next, self._next + len(self.vectors)
        return list(range(first, self._next))


class Settler:
    """Settles leases of a featurizer as a worker does, without running a network."""

    def __init__(self, connection: Connection, table: str, model: str, writer: Writer) -> None:
        self._connection = connection
        self._table = table
        self._vectors = writer.vectors
        self.cpu = 0.0
        execute(connection, "create_narrow", table=table)
        self._name = str(execute(connection, "create_featurizer", table, "path", model)[0][0])
        self._space = execute(connection, "register_space", model, "0" * 64)[0][0]
        self._id = next(f.featurizer_id for f in execute(connection, "pending_featurizers") if f.name == self._name)
        execute(connection, "backfill_step", self._id, 1)

    def settle(self) -> float:
        """Seconds of one call, on rows that were inserted and claimed before."""
        return self.round_trip()[1]

    def round_trip(self) -> tuple[float, float]:
        """Seconds of a claim and of settling it, on rows that were inserted before."""
        rows = len(self._vectors)
        execute(self._connection, "insert_paths", ["/photo.jpg"] * rows, table=self._table)
        cpu, begun = self._server_seconds(), time.perf_counter()
        claim = queue.claim(self._connection, 0, [self._id], queue.ClaimSize(rows), timedelta(seconds=60))
        assert claim is not None
        (lease,) = claim.leases
        started = time.perf_counter()
        queue.settle(
            self._connection, lease.id, self._space, lease.jobs, list(self._vectors), [bytes(32)] * len(lease.jobs)
        )
        ended = time.perf_counter()
        self.cpu += self._server_seconds() - cpu
        return started - begun, ended - started

    def _server_seconds(self) -> float:
        """Seconds of the processor that the backend of this connection has used."""
        status = Path(f"/proc/{self._connection.info.backend_pid}/stat").read_text()
        user, system = status.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _copied(ids: Sequence[int], vectors: npt.NDArray[np.float32]) -> bytes:
    """Rows (id, embedding) in the binary format of COPY."""
    rows, dim = vectors.shape
    item = np.dtype(
        [
            *(("fields", ">i2"), ("eight", ">i4"), ("id", ">i8"), ("bytes", ">i4")),
            *(("dim", ">u2"), ("unused", ">u2"), ("x", ">f4", (dim,))),
        ]
    )
    block = np.empty(rows, item)
    block["fields"], block["eight"], block["id"], block["bytes"] = 2, 8, ids, 4 + 4 * dim
    block["dim"], block["unused"], block["x"] = dim, 0, vectors
    return b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + block.tobytes() + b"\xff\xff"
