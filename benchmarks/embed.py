"""Duration of `CALL featurize.embed(…)` beyond decoding and the network.

The worker is idle. Another process opens and decodes the same images and runs the same network on them, one at a time,
in turns with the calls. The difference is the time for request, notification and answer.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Aim, Bench, Figure
from benchmarks.scene import Child, create_database, images_of, register, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

AIM = Aim("≤", 10.0)


def run(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of a call, minus those of decoding and the network."""
    for model in ("lenet_digits", "resnet18"):
        times = np.array(_times(bench, model, images_of(bench, model))) * 1e3
        over = list(times[:, 0] - times[:, 1])
        called, bare = np.median(times, axis=0)
        yield Figure(
            f"{model}: CALL featurize.embed(), less decoding and forward of the image, median",
            over,
            AIM,
            "ms",
            note=f"95 of 100 within {np.percentile(over, 95):.1f} ms; "
            f"in all {called:.1f} ms, of these decoding and forward {bare:.1f} ms",
        )


def _times(bench: Bench, model: str, images: list[str]) -> list[tuple[float, float]]:
    """Pairs of seconds: of the call, and of decoding and network alone."""
    url = create_database(bench, f"embed_{model}")
    samples = bench.effort.choose(20 * bench.effort.pairs, 3)
    roots = sorted({str(Path(image).parents[1]) + "/-" for image in images})
    with (
        connect(url) as connection,
        worker(url, roots, bench.scratch / f"embed_{model}.log"),
        Child("image", model, *images) as bare,
    ):
        name = register(connection, model)
        until(lambda: bool(execute(connection, "workers")), "there is a worker")
        _call(connection, name, images[0])  # the model is loaded
        bare.seconds(len(images) - 1)  # it has done the first; both go on with the first again
        return [
            (_call(connection, name, image), bare.seconds(1))
            for _, image in zip(range(samples), images * samples, strict=False)
        ]


def _call(connection: Connection, model: str, image: str) -> float:
    """Seconds of a call after a short pause."""
    time.sleep(0.02)
    started = time.perf_counter()
    execute(connection, "call_embed", image, model)
    return time.perf_counter() - started
