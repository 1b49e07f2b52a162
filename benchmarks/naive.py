"""Speed of a worker, compared with a simple loop.

The loop: Pillow, torchvision's transform, the network in eager mode on one image, one INSERT.
"""

from collections.abc import Iterator

from benchmarks.measure import Aim, Bench, Figure, in_turns
from benchmarks.scene import Child, create_database, photos
from benchmarks.stream import stream
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute

MODELS: dict[str, tuple[Aim | None, int, int]] = {"resnet50": (Aim("≥", 1.5), 32, 3)}
QUICK: dict[str, tuple[Aim | None, int, int]] = {"resnet18": (None, 4, 2)}
TABLE = "naive_vectors"


def run(bench: Bench) -> Iterator[Figure]:
    """Rows per second of a worker ÷ those of the loop."""
    for model, (aim, batch, batches) in bench.effort.choose(MODELS, QUICK).items():
        pairs = _pairs(bench, model, batch, batches)
        loop, ours = (min(side) for side in zip(*pairs, strict=True))
        yield Figure(
            f"{model}: rows/s from queue to database ÷ a loop of Pillow, torchvision and INSERT",
            [one / other for one, other in pairs],
            aim,
            note=f"{1 / ours:.1f} and {1 / loop:.1f} rows/s at best",
        )


def _pairs(bench: Bench, model: str, batch: int, batches: int) -> list[tuple[float, float]]:
    """Seconds per row: of the loop, and of a worker."""
    images = photos(bench)
    rows = bench.effort.choose(len(images), 4)
    url = create_database(bench, f"naive_loop_{model}")
    with connect(url) as connection:
        execute(connection, "create_vectors", table=TABLE)
    with stream(bench, f"naive_{model}", model, batch) as flow, Child("naive", model, TABLE, *images, url=url) as loop:
        return in_turns(
            lambda: loop.seconds(rows) / rows,
            lambda: flow.seconds(images, batches) / (batch * batches),
            bench.effort.pairs,
        )
