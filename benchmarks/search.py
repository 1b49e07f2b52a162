"""Recall, speed and size of indexes, for features of three dimensions.

The tables fit into memory: the server of this benchmark has shared_buffers = 4 GB and otherwise default settings. Every
fifth row repeats an image of another one, the more often the more popular it is, by Zipf's law. One client searches for
the ten nearest of images that are there.
"""

import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from benchmarks.features import SIDE, Features, features
from benchmarks.gallery import Built, Gallery
from benchmarks.measure import Aim, Bench, Figure, in_turns
from benchmarks.scene import POSTGRES
from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import execute
from pgfeaturize.settings import pgserver

#: Aims of the methods of each model: recall in percent, and speed ÷ that of a scan.
AIMS: Mapping[str, Mapping[str, tuple[Aim | None, Aim | None]]] = {
    "resnet18": {"hnsw": (Aim("≥", 95), Aim("≥", 30))},
    "resnet50": {"halfvec": (Aim("≥", 95), Aim("≥", 30)), "projection": (Aim("≥", 97), None), "bits": (None, None)},
    "alexnet": {"bits": (Aim("≥", 95), Aim("≥", 30))},
}
#: Aims for the size of an index ÷ the size that it is compared with.
SMALLER = {"bits": ("the vectors", Aim("≤", 0.1)), "projection": ("halfvec", Aim("≤", 0.34))}
#: Fraction of the rows that repeat an image.
REPEATED = 0.2


def run(bench: Bench) -> Iterator[Figure]:
    """Recall, speed and size of each method."""
    rows = bench.effort.choose(100_000, 2_000)
    repeats = round(rows * REPEATED)
    order = _rows(rows - repeats, repeats)
    made = features(bench, list(AIMS), rows - repeats)
    with _server(bench) as url:
        for model, methods in AIMS.items():
            with Gallery(url, made[model], order) as gallery:
                what = f"{model}, {rows:,} × {gallery.dim}"
                yield _spread(made[model], what)
                yield from _figures(bench, gallery, what, methods)
                if "bits" in methods:
                    yield _control(bench, gallery, what)


def _rows(different: int, repeats: int) -> npt.NDArray[np.int64]:
    """Return the crop of each row: every crop once, popular ones again, in random order."""
    dice = np.random.default_rng(0)
    popularity = 1 / np.arange(1.0, different + 1)
    again = dice.choice(different, repeats, p=popularity / popularity.sum())
    return dice.permutation(np.concatenate([np.arange(different), again]))


@contextmanager
def _server(bench: Bench) -> Iterator[str]:
    """Start a server with large shared_buffers and the schema."""
    directory = bench.scratch / "search"
    with embedded_server.running(directory, POSTGRES) as url, connect(url) as connection:
        execute(connection, "set_shared_buffers")
    server = pgserver().get_server(directory / "pg", cleanup_mode=None, postgres_version=POSTGRES)
    server.ensure_postgres_running()  # it believes that it has been all the time
    with embedded_server.running(directory, POSTGRES) as url:
        migrate(url)
        yield url


def _spread(made: Features, what: str) -> Figure:
    """Measure how far near images stand out from others."""
    near, any_one = made.distances()
    return Figure(
        f"{what}: distance of any image ÷ of the tenth nearest",
        [any_one / near],
        note=f"{any_one:.3f} and {near:.3f} in the median; features of a seeded network over "
        f"{SIDE}-pixel crops of photographs",
    )


def _figures(
    bench: Bench, gallery: Gallery, what: str, methods: Mapping[str, tuple[Aim | None, Aim | None]]
) -> Iterator[Figure]:
    sizes = {"the vectors": gallery.size}
    for method, (recall, speed) in methods.items():
        built = gallery.build(method)
        sizes[method] = built.size
        yield _size(f"{what}, {method}", built, sizes, *SMALLER.get(method, ("the vectors", None)))
        yield _speed(bench, gallery, f"{what}, {method}", speed)
        yield _recall(bench, gallery, f"{what}, {method}", recall)


def _size(what: str, built: Built, sizes: Mapping[str, int], other: str, aim: Aim | None) -> Figure:
    return Figure(
        f"{what}: bytes of the index ÷ those of {other}",
        [built.size / sizes[other]],
        aim,
        note=f"{built.size / 1e6:,.0f} and {sizes[other] / 1e6:,.0f} MB; built in {built.seconds:.0f} s",
    )


def _speed(bench: Bench, gallery: Gallery, what: str, aim: Aim | None) -> Figure:
    searches, scans = bench.effort.choose((20, 3), (2, 1))
    gallery.by_index(100), gallery.by_scan(1)  # first time is slow
    pairs = in_turns(lambda: gallery.by_index(searches), lambda: gallery.by_scan(scans), bench.effort.pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Figure(
        f"{what}: queries/s by the index ÷ by looking at all rows",
        [scan / search for search, scan in pairs],
        aim,
        note=f"{1 / ours:,.0f} and {1 / theirs:,.1f} queries/s",
    )


def _recall(bench: Bench, gallery: Gallery, what: str, aim: Aim | None) -> Figure:
    sample = bench.effort.choose(100, 10)
    return Figure(f"{what}: recall@10", [100 * gallery.recall(sample)], aim, "%", note=f"of {sample} rows")


def _control(bench: Bench, gallery: Gallery, what: str) -> Figure:
    """Measure recall without centering, the negative control."""
    built = gallery.build_signs()
    sample = bench.effort.choose(30, 10)
    return Figure(
        f"{what}, signs as they are, as many candidates: recall@10",
        [100 * gallery.recall_by_signs(sample)],
        None,
        "%",
        note=f"negative control to bits; of {sample} rows; {built.size / 1e6:,.0f} MB; built in {built.seconds:.0f} s",
    )
