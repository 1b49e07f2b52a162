"""How long `CALL featurize.embed(…)` takes, beyond what the picture and the network take anyway.

The worker is idle. Another process opens and decodes the same pictures and runs the same network
on them, one at a time, in turns with the calls. What is left: asking, waking, taking, answering.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Aim, Bench, Figure
from benchmarks.scene import Child, create_database, pictures_of, register, until, worker
from pgfeaturize.statements import Connection, connect, execute

AIM = Aim("≤", 10.0)


def run(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of a call, less those of decoding and the network."""
    for model in ("lenet_digits", "resnet18"):
        times = np.array(_times(bench, model, pictures_of(bench, model))) * 1e3
        over = list(times[:, 0] - times[:, 1])
        called, bare = np.median(times, axis=0)
        yield Figure(
            f"{model}: CALL featurize.embed(), less decoding and forward of the picture, median",
            over,
            AIM,
            "ms",
            note=f"95 of 100 within {np.percentile(over, 95):.1f} ms; "
            f"in all {called:.1f} ms, of these decoding and forward {bare:.1f} ms",
        )


def _times(bench: Bench, model: str, pictures: list[str]) -> list[tuple[float, float]]:
    """Pairs of seconds: of the call, and of the bare work."""
    url = create_database(bench, f"embed_{model}")
    samples = bench.effort.choose(20 * bench.effort.pairs, 3)
    roots = sorted({str(Path(picture).parents[1]) + "/-" for picture in pictures})
    with (
        connect(url) as connection,
        worker(url, roots, bench.scratch / f"embed_{model}.log"),
        Child("picture", model, *pictures) as bare,
    ):
        name = register(connection, model)
        until(lambda: bool(execute(connection, "workers")), "there is a worker")
        _call(connection, name, pictures[0])  # the model is loaded
        bare.seconds(len(pictures) - 1)  # it has done the first; both go on with the first again
        return [
            (_call(connection, name, picture), bare.seconds(1))
            for _, picture in zip(range(samples), pictures * samples, strict=False)
        ]


def _call(connection: Connection, model: str, picture: str) -> float:
    """Seconds of a call, after a moment of rest."""
    time.sleep(0.02)
    started = time.perf_counter()
    execute(connection, "call_embed", picture, model)
    return time.perf_counter() - started
