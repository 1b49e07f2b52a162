"""Peak memory of decoding, in a process of its own.

    python -m benchmarks.peak decode FILE              estimate and peak of one image, without its encoded bytes
    python -m benchmarks.peak pipeline BYTES THREADS FILE …   budget and peak of all of them in a pipeline

Both print two numbers of bytes. The peak is the largest resident memory above that before the work.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from pgfeaturize import images


def main(kind: str, *arguments: str) -> None:
    """Print the two numbers."""
    print(*(decode if kind == "decode" else pipeline)(*arguments))


def decode(file: str) -> tuple[int, int]:
    """Estimate and peak of one image."""
    limits = images.Limits(bytes=2**30)
    images.decode(_small(), limits)
    data = Path(file).read_bytes()
    estimate = images.decoding_bytes(Image.open(io.BytesIO(data)))
    return estimate, peak_of(lambda: images.decode(data, limits))


def pipeline(memory: str, threads: str, *files: str) -> tuple[int, int]:
    """Budget and peak of many images."""
    import torch

    from pgfeaturize.models import load_network, lookup
    from pgfeaturize.pipeline import EmbedRequest, Pipeline

    network = load_network([lookup("lenet_digits")], torch.device("cpu"), offline=True)
    policy = images.AccessPolicy.of([str(Path(file).parent) for file in files])
    with Pipeline(policy, images.Limits(seconds=600), int(threads), int(memory)) as pipeline:
        pipeline.embed(network, [_small()])
        work = pipeline.submit

        def all_of_them() -> None:
            for outcome in work(files, [EmbedRequest(network)]).result().outcomes[0]:
                if isinstance(outcome, Exception):
                    raise outcome

        return int(memory), peak_of(all_of_them)


def _small() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (16, 16)).save(file, "PNG")
    return file.getvalue()


def peak_of(work: Callable[[], object]) -> int:
    """Run some work; return by how many bytes the resident memory grew at its peak."""
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
    work()
    return resident("VmHWM") - before


def resident(field: str, process: str = "self") -> int:
    """A field of /proc/PROCESS/status in bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
