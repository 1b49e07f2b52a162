"""The pipeline keeps the order, fails bad images only, and never waits unnecessarily."""

import hashlib
import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pgfeaturize import errors, images
from pgfeaturize.images import AccessPolicy, Limits, Uri
from pgfeaturize.models import Model, Network, load_network, lookup
from pgfeaturize.pipeline import EmbedRequest, Pipeline
from pgfeaturize.pipeline.batch import Batch
from tests.conftest import until
from tests.unit.sample_images import encoded
from tests.unit.web_server import answer, started

WAIT = 30


@pytest.fixture(scope="module")
def network() -> Network:
    return load(LENET)


LENET = lookup("lenet_digits")


def load(*models: Model) -> Network:
    return load_network(models, torch.device("cpu"), offline=True)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Write twenty different images."""
    folder = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    for number in range(20):
        pixels = random.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    (folder / "text.png").write_text("no image")
    return sorted(str(path) for path in folder.glob("[0-9]*.png"))


@pytest.fixture
def pipeline(paths: list[str]) -> Any:
    with Pipeline(AccessPolicy.of([Path(paths[0]).parent]), threads=3) as pipeline:
        yield pipeline


def embed(pipeline: Pipeline, network: Network, images: list[Any]) -> list[Any]:
    return submit(pipeline, network, images).result(WAIT).outcomes[0]


def submit(pipeline: Pipeline, network: Network, images: list[Any]) -> Any:
    return pipeline.submit(images, [EmbedRequest(network)])


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


def test_a_bad_image_harms_only_its_slot(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
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


def test_nothing_but_bad_images(pipeline: Pipeline, network: Network) -> None:
    assert [type(each) for each in embed(pipeline, network, ["", ""])] == [errors.EmptyPath] * 2


def test_no_images(pipeline: Pipeline, network: Network) -> None:
    assert embed(pipeline, network, []) == []


def test_limits_are_kept(network: Network, paths: list[str]) -> None:
    with Pipeline(AccessPolicy.of([Path(paths[0]).parent]), Limits(pixels=63)) as pipeline:
        assert isinstance(embed(pipeline, network, paths[:1])[0], errors.TooManyPixels)


def test_outcomes_outlive_later_batches(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    first = embed(pipeline, network, paths[:4])
    kept = [vector.copy() for vector in first]
    for _ in range(5):
        embed(pipeline, network, paths[4:8])
    assert all((one == other).all() for one, other in zip(first, kept, strict=True))


class Held(Network):
    """A network that waits for an event, and records the thread it runs in."""

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
    fill = Batch._fill

    def counted(batch: Any, slot: int) -> None:
        fill(batch, slot)
        decoded.release()

    monkeypatch.setattr(Batch, "_fill", counted)
    futures = [submit(pipeline, held, paths[start : start + 4]) for start in (0, 4, 8)]
    assert held.entered.wait(WAIT)
    for _ in range(12):  # all three batches, while the first is still waiting
        assert decoded.acquire(timeout=WAIT)
    assert not any(future.done() for future in futures)
    held.leave.set()
    outcomes = [outcome for future in futures for outcome in future.result(WAIT).outcomes[0]]
    expected = embed(pipeline, network, paths[:12])
    assert all(same(*pair) for pair in zip(outcomes, expected, strict=True))
    assert len(held.threads) == 1


def test_batches_of_several_networks(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    other = load(LENET)
    futures = [submit(pipeline, each, paths) for each in (network, other) * 4]
    first = futures[0].result(WAIT).outcomes[0]
    for future in futures[1:]:
        assert all(same(*pair) for pair in zip(first, future.result(WAIT).outcomes[0], strict=True))


@pytest.mark.slow
def test_a_network_is_loaded_while_another_runs(pipeline: Pipeline, paths: list[str]) -> None:
    """While torch.fx traces, it patches the modules of all threads."""
    light = replace(lookup("mobilenet_v3_small"), weights="random")
    running = load(light)
    loading = threading.Thread(target=load, args=[light])
    loading.start()
    while loading.is_alive():
        assert len(embed(pipeline, running, paths[:2])) == 2
    loading.join()


def test_a_network_that_breaks_fails_the_batch_only(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    broken = Held(network)
    broken.embed = lambda _: 1 / 0  # type: ignore[assignment, method-assign]
    with pytest.raises(ZeroDivisionError):
        embed(pipeline, broken, paths)
    assert len(embed(pipeline, network, paths)) == len(paths)


def test_an_unexpected_error_costs_its_image_alone(
    pipeline: Pipeline, network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = images.read_source
    monkeypatch.setattr(images, "read_source", lambda source, *rest: 1 / (source != paths[1]) and read(source, *rest))
    first, failed, *others = embed(pipeline, network, paths)
    assert isinstance(failed, errors.UnexpectedError)
    assert failed.message == f'"{paths[1]}": ZeroDivisionError: division by zero'
    assert not any(isinstance(other, errors.ImageError) for other in (first, *others))


def test_storage_that_is_not_there_fails_no_image(
    pipeline: Pipeline, network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: Any) -> bytes:
        raise errors.StorageUnavailable("the directory is missing")

    monkeypatch.setattr(images, "read_source", read)
    with pytest.raises(errors.StorageUnavailable):
        embed(pipeline, network, paths)


def test_closing_finishes_what_runs_and_cancels_the_rest(network: Network, paths: list[str]) -> None:
    held = Held(network)
    pipeline = Pipeline(AccessPolicy.of([Path(paths[0]).parent]), threads=2)
    futures = [submit(pipeline, held, paths[:4]) for _ in range(3)]
    assert held.entered.wait(WAIT)
    closing = threading.Thread(target=pipeline.close)
    closing.start()
    (running,) = (future for future in futures if future.running())
    for future in set(futures) - {running}:
        with pytest.raises(CancelledError):
            future.result(WAIT)
    held.leave.set()
    closing.join(WAIT)
    assert len(running.result(WAIT).outcomes[0]) == 4
    with pytest.raises(RuntimeError, match="closed"):
        submit(pipeline, network, paths)


# One decode for all networks


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the names of images when they are decoded."""
    names: list[str] = []
    decode = images.decode

    def counted(data: bytes, limits: Limits, name: str, *more: Any) -> Any:
        names.append(name)
        return decode(data, limits, name, *more)

    monkeypatch.setattr(images, "decode", counted)
    return names


def test_an_image_is_decoded_once_for_networks_of_two_kinds(
    pipeline: Pipeline, network: Network, paths: list[str], decoded: list[str]
) -> None:
    other = load(lookup("pixels"))
    bad = [*paths[:3], "gone.png"]
    first, second = pipeline.submit(bad, [EmbedRequest(network), EmbedRequest(other)]).result(WAIT).outcomes
    assert len(decoded) == 3
    assert all(vector.shape == (3072,) for vector in second[:3])  # type: ignore[union-attr]
    assert isinstance(first[3], errors.MissingFile)
    assert isinstance(second[3], errors.MissingFile)
    for kind, outcomes in ((network, first), (other, second)):
        assert all(same(*p) for p in zip(outcomes, embed(pipeline, kind, paths[:3]), strict=False))


def test_two_nodes_of_one_backbone_take_one_forward_pass(
    pipeline: Pipeline, network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deeper = replace(LENET, name="deeper", node="fc1", dim=500)
    both = load(LENET, deeper)
    passes = []
    forward = both.embed
    monkeypatch.setattr(both, "embed", lambda pixels: passes.append(len(pixels)) or forward(pixels))  # type: ignore[func-returns-value]
    wants = [EmbedRequest(both, 1, [3, 0]), EmbedRequest(both, 0, [0, 1])]
    second, first = pipeline.submit(paths[:5], wants).result(WAIT).outcomes
    assert passes == [3]
    alone, alone_deeper = (embed(pipeline, each, paths) for each in (network, load(deeper)))
    assert all(same(*p) for p in zip(first, alone[:2], strict=True))
    assert all(same(*p) for p in zip(second, [alone_deeper[3], alone_deeper[0]], strict=True))


def test_part_of_an_image_is_embedded_for_those_who_want_it(
    pipeline: Pipeline, network: Network, paths: list[str]
) -> None:
    whole = Path(paths[0]).read_bytes()
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8))
    damaged = encoded(noise)[:2000]
    wants = [EmbedRequest(network), EmbedRequest(network, truncated=True)]
    result = pipeline.submit([whole, damaged], wants).result(WAIT)
    (first, refused), (second, part) = result.outcomes
    assert same(first, second)
    assert isinstance(refused, errors.TruncatedImage)
    assert not isinstance(part, errors.ImageError)
    assert part.shape == (800,)
    assert result.truncated == {1: refused}
    assert pipeline.submit([damaged], wants[:1]).result(WAIT).truncated == {}


def test_networks_that_want_nothing_of_a_batch(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    wants = [EmbedRequest(network, 0, [1]), EmbedRequest(network, 0, [])]
    some, none = pipeline.submit(paths, wants).result(WAIT).outcomes
    assert len(some) == 1
    assert none == []


def test_digests_are_of_the_bytes_of_each_image(
    pipeline: Pipeline, network: Network, paths: list[str], tmp_path: Path
) -> None:
    data = Path(paths[0]).read_bytes()
    images = [paths[0], data, str(tmp_path / "gone.png"), paths[1]]
    first, again, gone, other = submit(pipeline, network, images).result(WAIT).digests
    assert first == again == hashlib.sha256(data).digest()
    assert gone is None
    assert other not in (None, first)


# Time limit and threads


def test_an_image_that_hangs_is_given_up(network: Network, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, back, decode = threading.Event(), threading.Event(), images.decode

    def hang(data: bytes, limits: Limits, name: str, *more: Any) -> Any:
        if "03.png" in name:
            assert hanging.wait(WAIT)
            back.set()
        return decode(data, limits, name, *more)

    monkeypatch.setattr(images, "decode", hang)
    limits = Limits(seconds=0.3)
    with Pipeline(AccessPolicy.of([Path(paths[0]).parent]), limits, threads=1) as pipeline:
        outcomes = embed(pipeline, network, paths[:6])
        assert isinstance(outcomes[3], errors.TooManySeconds)
        assert "03.png" in str(outcomes[3])
        again = embed(pipeline, network, paths[4:6])  # by the thread that replaced it
        hanging.set()  # what it writes now is discarded
        assert back.wait(WAIT)
        assert all(same(*pair) for pair in zip(outcomes[4:], again, strict=True))
        until(lambda: decoders() == 1, "the thread that was given up has ended")
    assert decoders() == 0


def decoders() -> int:
    return sum(thread.name == "decode" for thread in threading.enumerate())


def test_addresses_are_fetched_and_paths_are_not(pipeline: Pipeline, network: Network, paths: list[str]) -> None:
    address = Path(paths[0]).as_uri()
    fetched, refused, path = embed(pipeline, network, [Uri(address), Uri("https://example.org/1.png"), address])
    assert same(fetched, embed(pipeline, network, paths[:1])[0])
    assert isinstance(refused, errors.NotAllowed)
    assert isinstance(path, errors.MissingFile)


def test_a_slow_host_holds_up_itself_alone(network: Network, paths: list[str]) -> None:
    """At most per_host of its images are fetched at a time, and those of other hosts meanwhile."""
    image = answer(body=Path(paths[0]).read_bytes())
    waiting, most, leave = threading.Semaphore(0), [0, 0], threading.Event()
    lock = threading.Lock()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        with lock:
            most[0] += 1
            most[1] = max(most)
        waiting.release()
        assert leave.wait(WAIT)
        with lock:
            most[0] -= 1
        image(handler)

    with contextmanager(started)() as slow_site, contextmanager(started)() as site:
        slow_site.pages["/slow.png"], site.pages["/a.png"] = slow, image
        policy = AccessPolicy.of([], [slow_site.url, site.url])
        with Pipeline(policy, threads=1, per_host=2) as pipeline:
            late = submit(pipeline, network, [Uri(f"{slow_site.url}/slow.png")] * 6)
            assert all(waiting.acquire(timeout=WAIT) for _ in range(2))
            (fetched,) = embed(pipeline, network, [Uri(f"{site.url}/a.png")])
            assert not late.done()
            leave.set()
            assert all(same(vector, fetched) for vector in late.result(WAIT).outcomes[0])
    assert most == [0, 2]
