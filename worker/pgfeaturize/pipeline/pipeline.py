"""The pipeline: open batches, the threads that work on them, and the time limit per image."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Self

from pgfeaturize.images import AccessPolicy, ImageSource, Limits, Uri, stored_bytes
from pgfeaturize.models import Network
from pgfeaturize.pipeline.batch import Batch
from pgfeaturize.pipeline.buffer_pool import BufferPool
from pgfeaturize.pipeline.memory_budget import MemoryBudget
from pgfeaturize.pipeline.request import BatchResult, EmbedRequest, Outcome
from pgfeaturize.pipeline.thread_pool import ThreadPool

#: Threads that fetch and decode images of URIs, and how many of them may be for one host.
FETCHERS, PER_HOST = 32, 8


class Pipeline:
    """Embeds batches of images, several at a time. A context manager.

    Args:
        access_policy: directories and URLs that may be read.
        limits: bytes, pixels and seconds per image.
        threads: number of threads that read and decode; default: one per core of this process.
        per_host: images of one host that are fetched at a time.
        memory: bytes for images that are claimed, read and decoded; default: half of what the process may use.
    """

    def __init__(
        self,
        access_policy: AccessPolicy,
        limits: Limits | None = None,
        threads: int | None = None,
        memory: int | None = None,
        per_host: int = PER_HOST,
    ) -> None:
        self.access_policy = access_policy
        self.budget = MemoryBudget(memory)
        self.limits = limits or Limits()
        self._buffers = BufferPool()
        self._decoders = ThreadPool(threads or _cores(), "decode")
        self._fetchers = ThreadPool(FETCHERS, "fetch", per_host)
        self._device = ThreadPool(1, "forward")
        self._open: set[Batch] = set()
        #: time.monotonic() when an image or a forward pass was completed last.
        self.progressed_at = time.monotonic()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self,
        sources: Sequence[ImageSource],
        requests: Sequence[EmbedRequest],
        access_policy: AccessPolicy | None = None,
    ) -> "Future[BatchResult]":
        """Start to embed images; return immediately.

        Each image is read and decoded once, preprocessed once for each preprocessing, and passed once through each
        network. Batches reach the networks in the order in which they are decoded. Two or three batches in flight keep
        the device busy.

        Args:
            sources: paths (str), URIs (`Uri`) or encoded bytes.
            requests: the vectors to compute.
            access_policy: overrides the one of the pipeline.

        Returns:
            future of the result; it raises what a network raises.

        Raises:
            RuntimeError: the pipeline is closed.
        """
        if self._closing.is_set():
            raise RuntimeError("the pipeline is closed")
        batch = Batch(self.limits, self._buffers, self.budget, sources, requests, access_policy or self.access_policy)
        self._open.add(batch)
        batch.result.add_done_callback(lambda _: self._open.discard(batch))
        batch.start(self._decode, lambda call: self._device.submit(partial(self._run, call)))
        return batch.result

    def _decode(self, call: Callable[[], None], source: ImageSource) -> None:
        """Read and decode an image; those of URIs in threads of their own, because servers may be slow."""
        if isinstance(source, Uri) and not stored_bytes(source):
            self._fetchers.submit(partial(self._run, call), source.host)
        else:
            self._decoders.submit(partial(self._run, call))

    def _run(self, call: Callable[[], None]) -> None:
        call()
        self.progressed_at = time.monotonic()

    def embed(self, network: Network, sources: Sequence[ImageSource], output: int = 0) -> list[Outcome]:
        """Embed images by one output of a network, and wait for the result."""
        return self.submit(sources, [EmbedRequest(network, output)]).result().outcomes[0]

    def close(self) -> None:
        """Cancel the batches that have not reached a network, and wait for the others."""
        self._closing.set()
        for batch in list(self._open):
            batch.result.cancel()
        self._decoders.close()
        self._fetchers.close()
        self._device.close()
        self._watcher.join()

    def _watch(self) -> None:
        """Fail images over the time limit, and replace the threads that hang on them."""
        while not self._closing.wait(min(1.0, self.limits.seconds / 4)):
            for batch in list(self._open):
                for thread in batch.give_up():
                    self._decoders.replace(thread)
                    self._fetchers.replace(thread)
                    self.progressed_at = time.monotonic()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
