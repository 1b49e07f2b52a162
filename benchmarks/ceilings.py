"""Images per second of each stage of the pipeline alone, and of all together: which of them is the limit.

Each stage runs as the pipeline has it, and in the alternatives that were considered, for the same time. `--json FILE`
writes the rows of the table.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.child import plain, preprocessed
from benchmarks.measure import Bench, Figure
from benchmarks.scene import create_database, device, model_of, photos
from benchmarks.settle import Settler, Writer
from benchmarks.stream import stream
from pgfeaturize.db.connection import connect
from pgfeaturize.db.vectors import register_vectors
from pgfeaturize.models import load_network

#: Model, and images in a batch by type of device.
MODEL, BATCH = "resnet50", {"cuda": 256, "cpu": 32}
#: Seconds for each stage.
SECONDS = 4.0

Work = Callable[[], int]


@dataclass(frozen=True)
class Stage:
    """Speed of a stage.

    Attributes:
        stage: its name.
        how: as the pipeline has it, or an alternative.
        images: per second; None if it could not run.
        note: why it could not run.
        pipeline: whether the pipeline has it so.
    """

    stage: str
    how: str
    images: float | None
    note: str = ""
    pipeline: bool = False


def run(bench: Bench) -> Iterator[Figure]:
    """Measure the stages, print them as a table and as JSON, and compare all together with the slowest."""
    found = []
    for stage in stages(bench):
        speed = f"{stage.images:,.0f} images/s" if stage.images is not None else f"not measured: {stage.note}"
        print(f"    {stage.stage:<16}{stage.how:<34}{'*' if stage.pipeline else ' '} {speed}", flush=True)
        found.append(stage)
    print("    * as the pipeline has it")
    if bench.json:
        bench.json.write_text(json.dumps([asdict(stage) for stage in found], indent=1), encoding="utf-8")
    whole = found[-1]
    slowest = min((s for s in found[:-1] if s.pipeline and s.images), key=lambda s: s.images or 0.0)
    assert whole.images is not None
    assert slowest.images is not None
    yield Figure(
        f"{MODEL} on {device()}: rows/s end to end ÷ images/s of the slowest stage alone",
        [whole.images / slowest.images],
        note=f"{whole.images:,.0f} rows/s; slowest: {slowest.stage}, {slowest.how}, {slowest.images:,.0f} images/s",
    )


def stages(bench: Bench) -> Iterator[Stage]:
    """Measure one stage after the other; the last is all together."""
    files = photos(bench)
    seconds = bench.effort.choose(SECONDS, 0.1)
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as threads:
        yield Stage("read", f"{cores} threads", _rate(_mapped(threads, _read, files), seconds), pipeline=True)
        yield Stage(
            "decode + resize", f"{cores} threads", _rate(_mapped(threads, _prepare, files), seconds), pipeline=True
        )
    yield Stage("decode + resize", "1 thread", _rate(lambda: _prepare(files[:4]), seconds))
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as processes:
        yield Stage("decode + resize", f"{cores} processes", _rate(_mapped(processes, _prepare, files), seconds))
    yield from _device_decoding(files, seconds)
    yield from _forward(bench, files, seconds)
    yield _settling(bench, seconds)
    yield _end_to_end(bench, files)


def _rate(work: Work, seconds: float) -> float:
    """Images per second: repeat the work, which returns its number of images, for some seconds."""
    work()  # first time is slow
    number, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        number += work()
    return number / (time.perf_counter() - started)


def _mapped(pool: Executor, task: Callable[[list[str]], int], files: Sequence[str]) -> Work:
    """Work on all files, four to a task."""
    tasks = [list(files[start : start + 4]) for start in range(0, len(files), 4)] * 4
    return lambda: sum(pool.map(task, tasks))


def _read(files: list[str]) -> int:
    for file in files:
        Path(file).read_bytes()
    return len(files)


def _prepare(files: list[str]) -> int:
    preprocessed(model_of(MODEL), files, len(files))
    return len(files)


def _device_decoding(files: Sequence[str], seconds: float) -> Iterator[Stage]:
    how = "nvJPEG, batches"
    if device().type != "cuda":
        yield Stage("decode", how, None, "there is no CUDA device")
        return
    from torchvision.io import decode_jpeg

    encoded = [torch.from_numpy(np.fromfile(file, np.uint8)) for file in islice(cycle(files), BATCH["cuda"])]

    def decode() -> int:
        decode_jpeg(encoded, device=device())
        torch.cuda.synchronize()
        return len(encoded)

    yield Stage("decode", how, _rate(decode, seconds))


def _forward(bench: Bench, files: list[str], seconds: float) -> Iterator[Stage]:
    """The network alone: from uint8 pixels to vectors, both in the memory of the host."""
    batch = bench.effort.choose(BATCH[device().type], 4)
    model = model_of(MODEL)
    pixels = preprocessed(model, files, batch)
    network = load_network([model], device(), offline=True)
    yield Stage("forward", f"batches of {batch}", _rate(lambda: len(network.embed(pixels)[0]), seconds), pipeline=True)
    if device().type != "cuda":
        yield Stage("forward", "bfloat16, compiled", None, "there is no CUDA device")
        return
    half = plain(model).to(device(), torch.bfloat16)
    given = torch.as_tensor(pixels).to(device(), torch.bfloat16)

    def embed(run: Callable[[torch.Tensor], Any]) -> int:
        with torch.inference_mode():
            run(given)
        torch.cuda.synchronize()
        return batch

    yield Stage("forward", "bfloat16, pixels on the device", _rate(partial(embed, half), seconds))
    compiled = torch.compile(half)
    yield Stage("forward", "bfloat16, compiled, on the device", _rate(partial(embed, compiled), seconds))
    found = torch.zeros((batch, model.dim), device=device())
    yield Stage("device to host", f"float32, {model.dim} values", _rate(lambda: len(found.cpu()), seconds))


def _settling(bench: Bench, seconds: float) -> Stage:
    rows = bench.effort.choose(256, 8)
    with connect(create_database(bench, "ceilings_settle")) as connection:
        register_vectors(connection)
        settler = Settler(connection, "photos", "resnet50", Writer(bench, connection, rows, model_of(MODEL).dim))
        settler.round_trip()
        spent, batches = 0.0, 0
        while spent < seconds:
            spent += sum(settler.round_trip())
            batches += 1
    return Stage("claim + settle", f"1 connection, batches of {rows}", rows * batches / spent, pipeline=True)


def _end_to_end(bench: Bench, files: list[str]) -> Stage:
    batch = bench.effort.choose(BATCH[device().type], 4)
    batches = bench.effort.choose(24 if device().type == "cuda" else 4, 2)
    with stream(bench, "ceilings", MODEL, batch) as flow:
        rate = batch * batches / flow.seconds(files, batches)
    return Stage("end to end", f"a worker, batches of {batch}", rate, pipeline=True)
