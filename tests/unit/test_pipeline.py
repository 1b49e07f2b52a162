"""The pipeline: order is kept, a bad picture harms itself only, nothing waits without need."""

import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pgfeaturize import errors
from pgfeaturize.images import Limits, Roots
from pgfeaturize.models import CATALOGUE, Network, load_network
from pgfeaturize.pipeline import Pipeline

WAIT = 30


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network(CATALOGUE["lenet_digits"], torch.device("cpu"), offline=True)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Twenty pictures, no two alike."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for number in range(20):
        pixels = random.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    (folder / "text.png").write_text("no picture")
    return sorted(str(path) for path in folder.glob("[0-9]*.png"))


@pytest.fixture
def pipeline(paths: list[str]) -> Any:
    with Pipeline(Roots.of([Path(paths[0]).parent]), threads=3) as pipeline:
        yield pipeline


def embed(pipeline: Pipeline, network: Network, pictures: list[Any]) -> list[Any]:
    return pipeline.submit(network, pictures).result(WAIT)


def same(one: Any, other: Any) -> bool:
    return np.allclose(one, other, rtol=1e-4, atol=1e-5)


def test_order_is_kept(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    alone = [embed(pipeline, network, [path])[0] for path in paths]
    together = embed(pipeline, network, paths)
    assert all(vector.dtype == np.float32 and vector.shape == (800,) for vector in together)
    assert all(same(*pair) for pair in zip(alone, together, strict=True))
    assert not same(together[0], together[1])


def test_paths_and_bytes_alike(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    data = Path(paths[3]).read_bytes()
    by_path, by_name, by_bytes = embed(pipeline, network, [paths[3], Path(paths[3]).name, data])
    assert same(by_path, by_bytes)
    assert same(by_path, by_name)


def test_a_bad_picture_harms_only_its_slot(
    pipeline: Pipeline, network: Network, paths: list[str]
) -> None:
    bad = ["", "gone.png", "text.png", "/etc/passwd", b"", b"junk"]
    mixed = [each for pair in zip(paths, bad, strict=False) for each in pair]
    outcomes = embed(pipeline, network, mixed)
    expected = embed(pipeline, network, paths)
    assert [type(outcome) for outcome in outcomes[1::2]] == [
        *(errors.EmptyPath, errors.MissingFile, errors.NotAnImage),
        *(errors.OutsideRoots, errors.EmptyFile, errors.NotAnImage),
    ]
    assert all(same(*pair) for pair in zip(outcomes[::2], expected, strict=False))
    assert "text.png" in str(outcomes[5])


def test_nothing_but_bad_pictures(pipeline: Pipeline, network: Network) -> None:
    assert [type(each) for each in embed(pipeline, network, ["", ""])] == [errors.EmptyPath] * 2


def test_no_pictures(pipeline: Pipeline, network: Network) -> None:
    assert embed(pipeline, network, []) == []


def test_limits_are_kept(network: Network, paths: list[str]) -> None:
    with Pipeline(Roots.of([Path(paths[0]).parent]), Limits(pixels=63)) as pipeline:
        assert isinstance(embed(pipeline, network, paths[:1])[0], errors.TooManyPixels)


def test_outcomes_outlive_later_batches(
    pipeline: Pipeline, network: Network, paths: list[str]
) -> None:
    first = embed(pipeline, network, paths[:4])
    kept = [vector.copy() for vector in first]
    for _ in range(5):
        embed(pipeline, network, paths[4:8])
    assert all((one == other).all() for one, other in zip(first, kept, strict=True))


class Held(Network):
    """A network that waits for leave, and knows which thread it runs in."""

    def __init__(self, network: Network) -> None:
        self.__dict__.update(network.__dict__)
        self.entered, self.leave = threading.Event(), threading.Event()
        self.threads: set[str] = set()

    def embed(self, batch: Any) -> Any:
        self.threads.add(threading.current_thread().name)
        self.entered.set()
        assert self.leave.wait(WAIT)
        return super().embed(batch)


def test_the_next_batch_is_decoded_while_one_is_in_the_network(
    pipeline: Pipeline, network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, decoded = Held(network), threading.Semaphore(0)
    fill = pipeline_batch()._fill

    def counted(batch: Any, slot: int) -> None:
        fill(batch, slot)
        decoded.release()

    monkeypatch.setattr(pipeline_batch(), "_fill", counted)
    futures = [pipeline.submit(held, paths[start : start + 4]) for start in (0, 4, 8)]
    assert held.entered.wait(WAIT)
    for _ in range(12):  # all three batches, while the first is still held
        assert decoded.acquire(timeout=WAIT)
    assert not any(future.done() for future in futures)
    held.leave.set()
    outcomes = [outcome for future in futures for outcome in future.result(WAIT)]
    expected = embed(pipeline, network, paths[:12])
    assert all(same(*pair) for pair in zip(outcomes, expected, strict=True))
    assert len(held.threads) == 1


def pipeline_batch() -> Any:
    from pgfeaturize import pipeline

    return pipeline._Batch


def test_batches_of_several_networks(
    pipeline: Pipeline, network: Network, paths: list[str]
) -> None:
    other = load_network(CATALOGUE["lenet_digits"], torch.device("cpu"), offline=True)
    futures = [pipeline.submit(each, paths) for each in (network, other) * 4]
    first = futures[0].result(WAIT)
    for future in futures[1:]:
        assert all(same(*pair) for pair in zip(first, future.result(WAIT), strict=True))


def test_a_network_that_breaks_fails_the_batch_only(
    pipeline: Pipeline, network: Network, paths: list[str]
) -> None:
    broken = Held(network)
    broken.embed = lambda _: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    with pytest.raises(ZeroDivisionError):
        embed(pipeline, broken, paths)
    assert len(embed(pipeline, network, paths)) == len(paths)


def test_a_mistake_in_decoding_ends_the_future(
    pipeline: Pipeline, network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgfeaturize.images.read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        embed(pipeline, network, paths)


def test_closing_finishes_what_runs_and_cancels_the_rest(
    network: Network, paths: list[str]
) -> None:
    held = Held(network)
    pipeline = Pipeline(Roots.of([Path(paths[0]).parent]), threads=2)
    futures = [pipeline.submit(held, paths[:4]) for _ in range(3)]
    assert held.entered.wait(WAIT)
    closing = threading.Thread(target=pipeline.close)
    closing.start()
    (running,) = (future for future in futures if future.running())
    for future in set(futures) - {running}:
        with pytest.raises(CancelledError):
            future.result(WAIT)
    held.leave.set()
    closing.join(WAIT)
    assert len(running.result(WAIT)) == 4
    with pytest.raises(RuntimeError):
        pipeline.submit(network, paths)
