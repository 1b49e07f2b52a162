"""Gain from decoding an image once for several models.

Three light networks on large photographs: most of the time goes into decoding. A worker embeds them one model after the
other, from a table for each, then all three together from one table.
"""

from collections.abc import Iterator

from benchmarks.measure import Aim, Bench, Figure, in_turns, quotients
from benchmarks.scene import large_photos
from benchmarks.stream import streams

MODELS = ["mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1"]
AIM = Aim("≤", 0.6)


def run(bench: Bench) -> Iterator[Figure]:
    """Seconds for three featurizers of one column ÷ the sum of the seconds of each alone."""
    batch, batches = bench.effort.choose((16, 6), (2, 2))
    images = large_photos(bench)
    tables = [[model] for model in MODELS] + [MODELS]
    with streams(bench, "together", tables, batch, images) as (*single, joint):
        pairs = in_turns(
            lambda: joint.seconds(images, batches),
            lambda: sum(one.seconds(images, batches) for one in single),
            bench.effort.pairs,
        )
    best = [batch * batches / min(side) for side in zip(*pairs, strict=True)]
    yield Figure(
        f"{', '.join(MODELS)}: seconds together ÷ sum of seconds alone, batch {batch}",
        quotients(pairs),
        AIM,
        note=f"{best[0]:.1f} and {best[1]:.1f} images/s with all three vectors at best",
    )
