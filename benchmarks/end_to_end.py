"""Speed from queue to database, compared with the network alone.

A worker process embeds photographs and stores the vectors; then it is idle while another process runs the same network
on a prepared batch. Both use all cores.
"""

from collections.abc import Iterator

from benchmarks.measure import Aim, Bench, Figure, in_turns, quotients
from benchmarks.scene import Child, photos
from benchmarks.stream import stream

#: Aim, and number of timed batches.
MODELS = {"resnet50": (Aim("≥", 0.93), 5), "resnet18": (Aim("≥", 0.88), 12)}


def run(bench: Bench) -> Iterator[Figure]:
    """Rows per second from queue to database ÷ images per second of the network alone."""
    for model in bench.effort.choose(list(MODELS), ["resnet18"]):
        yield _figure(bench, model)


def _figure(bench: Bench, model: str) -> Figure:
    aim, most = MODELS[model]
    batch, batches = bench.effort.choose((32, most), (4, 2))
    images = photos(bench)
    with (
        stream(bench, f"end_to_end_{model}", model, batch) as flow,
        Child("forward", model, str(batch), *images) as bare,
    ):
        pairs = in_turns(lambda: bare.seconds(batches), lambda: flow.seconds(images, batches), bench.effort.pairs)
    alone, stored = (batch * batches / min(side) for side in zip(*pairs, strict=True))
    return Figure(
        f"{model}: rows/s from queue to database ÷ bare forward, batch {batch}",
        quotients(pairs),
        aim,
        note=f"{stored:.1f} rows/s and {alone:.1f} images/s at best",
    )
