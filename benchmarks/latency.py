"""Time from the commit of an INSERT until its vector is visible to other sessions.

The system and the worker are idle. A trigger on the embedding table notifies a third connection when the vector is
committed; the bare forward of one image, timed next to it in another process, is subtracted. The rest is the time for
notification, claim, reading, decoding and storing.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.measure import Aim, Bench, Figure
from benchmarks.scene import Child, create_database, images_of, register, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

AIM = Aim("≤", 10.0)


def run(bench: Bench) -> Iterator[Figure]:
    """Milliseconds from commit to vector, minus those of the network."""
    for model in ("lenet_digits", "resnet18"):
        times = np.array(_times(bench, model, images_of(bench, model))) * 1e3
        over = list(times[:, 0] - times[:, 1])
        waited, bare = np.median(times, axis=0)
        yield Figure(
            f"{model}: from commit to visible vector, less the bare forward of one image, median",
            over,
            AIM,
            "ms",
            note=f"95 of 100 within {np.percentile(over, 95):.1f} ms; "
            f"in all {waited:.1f} ms, of these forward {bare:.1f} ms",
        )


def _times(bench: Bench, model: str, images: Sequence[str]) -> list[tuple[float, float]]:
    """Pairs of seconds: from commit to vector, and of the forward pass alone."""
    url = create_database(bench, f"latency_{model}")
    samples = bench.effort.choose(20 * bench.effort.pairs, 3)
    folders = sorted({str(Path(image).parents[1]) + "/-" for image in images})
    with ExitStack() as stack:
        connection, ear = (stack.enter_context(connect(url)) for _ in range(2))
        stack.enter_context(worker(url, folders, bench.scratch / f"latency_{model}.log"))
        bare = stack.enter_context(Child("forward", model, "1", *images[:1]))
        _create(connection, ear, model)
        _wait(connection, ear, images[0])  # the model is loaded
        return [
            (_wait(connection, ear, image), bare.seconds(1))
            for _, image in zip(range(samples), list(images) * samples, strict=False)
        ]


def _create(connection: Connection, ear: Connection, model: str) -> None:
    execute(connection, "create_narrow", table="photos")
    name = execute(connection, "create_featurizer", "photos", "path", register(connection, model))
    execute(connection, "create_announcement", function="announce")
    execute(connection, "announce", table=str(name[0][0]), function="announce")
    execute(ear, "listen_visible")


def _wait(connection: Connection, ear: Connection, image: str) -> float:
    """Seconds from the commit of a row to the notification about its vector."""
    until(lambda: execute(connection, "worker_is_idle")[0][0], "the worker sleeps")
    time.sleep(0.02)
    row = execute(connection, "insert_path", image, table="photos")[0][0]
    started = time.perf_counter()
    (news,) = ear.notifies(timeout=60, stop_after=1)
    assert news.payload == str(row)
    return time.perf_counter() - started
