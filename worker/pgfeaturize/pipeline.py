"""Pictures to vectors: read → decode → prepare → forward → collect. Knows of no database.

Threads read and decode, all cores of them by default; one more thread owns the device. So while
one batch is in the network the next is being decoded, and a batch of one waits for nothing.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from pgfeaturize import images
from pgfeaturize.errors import ImageError
from pgfeaturize.images import Limits, Preprocessing, Roots
from pgfeaturize.models import Network

Picture = str | bytes
Vector = npt.NDArray[np.float32]
Outcome = Vector | ImageError


class Pipeline:
    """Embeds batches of pictures, several at a time; a context manager, to be closed.

    Args:
        roots: where paths may lead.
        limits: what one picture may cost.
        threads: that read and decode; default: one for each core this process may use.
    """

    def __init__(
        self, roots: Roots, limits: Limits | None = None, threads: int | None = None
    ) -> None:
        self._roots = roots
        self._limits = limits or Limits()
        self._decoders = ThreadPoolExecutor(threads or _cores(), "decode")
        self._device = ThreadPoolExecutor(1, "forward")
        self._memory = _Memory()
        self._open: set[Future[list[Outcome]]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(self, network: Network, pictures: Sequence[Picture]) -> "Future[list[Outcome]]":
        """Start to embed `pictures`, paths or encoded bytes, and return at once.

        Batches go through the network in the order in which they are ready. Have two or three
        of them under way to keep the device busy.

        Returns:
            a future list, in the order of `pictures`, of float32 vectors (dim,), unchecked, or
            of the ImageError of that one picture. The future raises what the network raises.
        """
        batch = _Batch(self, network, pictures)
        self._open.add(batch.result)
        batch.result.add_done_callback(self._open.discard)
        batch.start()
        return batch.result

    def embed(self, network: Network, pictures: Sequence[Picture]) -> list[Outcome]:
        """Embed `pictures` and wait for it."""
        return self.submit(network, pictures).result()

    def close(self) -> None:
        """Cancel what has not reached the network yet, and wait for what has."""
        for result in list(self._open):
            result.cancel()
        self._decoders.shutdown(cancel_futures=True)
        self._device.shutdown(cancel_futures=True)


class _Batch:
    """Some pictures on their way through one network."""

    def __init__(self, pipeline: Pipeline, network: Network, pictures: Sequence[Picture]) -> None:
        self.result: Future[list[Outcome]] = Future()
        self._pipeline = pipeline
        self._network = network
        self._pictures = pictures
        self._how = Preprocessing.from_json(network.model.preprocessing)
        self._errors: dict[int, ImageError] = {}
        self._mistake: Exception | None = None
        self._left = len(pictures)
        self._lock = threading.Lock()
        self._pixels = pipeline._memory.take(len(pictures), self._how.shape)

    def start(self) -> None:
        if not self._pictures:
            self.result.set_result([])
        for slot in range(len(self._pictures)):
            self._pipeline._decoders.submit(self._decode, slot)

    def _decode(self, slot: int) -> None:
        try:
            if not self.result.cancelled():
                self._fill(slot)
        except ImageError as error:
            self._errors[slot] = error
        except Exception as error:  # a mistake of ours: the future raises it, and ends
            self._mistake = error
        with self._lock:
            self._left -= 1
            ready = self._left == 0
        if ready:
            self._pipeline._device.submit(self._forward)

    def _fill(self, slot: int) -> None:
        picture = self._pictures[slot]
        limits = self._pipeline._limits
        if isinstance(picture, str):
            data = images.read(picture, self._pipeline._roots, limits)
            image = images.decode(data, limits, f'"{picture}"')
        else:
            image = images.decode(picture, limits)
        images.prepare(image, self._how, out=self._pixels[slot])

    def _forward(self) -> None:
        if not self.result.set_running_or_notify_cancel():
            return
        try:
            self.result.set_result(self._collect())
        except Exception as error:
            self.result.set_exception(error)
        finally:
            self._pipeline._memory.give(self._pixels)

    def _collect(self) -> list[Outcome]:
        if self._mistake:
            raise self._mistake
        good = [slot for slot in range(len(self._pictures)) if slot not in self._errors]
        outcomes: dict[int, Outcome] = dict(self._errors)
        if good:
            pixels = self._pixels[good] if self._errors else self._pixels[: len(good)]
            outcomes.update(zip(good, self._network.embed(pixels), strict=True))
        return [outcomes[slot] for slot in range(len(self._pictures))]


class _Memory:
    """Blocks of pixels used again: fresh pages cost a good part of a decoding."""

    #: Blocks kept for images of one shape: as many as there are batches under way.
    KEPT = 4

    def __init__(self) -> None:
        self._free: defaultdict[tuple[int, int, int], list[images.Pixels]] = defaultdict(list)

    def take(self, n: int, shape: tuple[int, int, int]) -> images.Pixels:
        """uint8 (n or more, channels, height, width), channels last in memory, as networks want."""
        free = self._free[shape]
        for number, block in enumerate(free):
            if len(block) >= n:
                return free.pop(number)
        channels, height, width = shape
        return np.empty((n, height, width, channels), np.uint8).transpose(0, 3, 1, 2)

    def give(self, block: images.Pixels) -> None:
        """Back for another batch, unless larger ones are kept; nobody may look at it any more."""
        _, channels, height, width = block.shape
        free = self._free[channels, height, width]
        free.append(block)
        free.sort(key=len, reverse=True)
        del free[self.KEPT :]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
