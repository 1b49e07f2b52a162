"""What is open, who works on it, and who has been at a picture for too long."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from pgfeaturize.images import Limits, Reach
from pgfeaturize.models import Network
from pgfeaturize.pipeline.batch import Batch, Embedded, Outcome, Picture, Want
from pgfeaturize.pipeline.memory import Memory
from pgfeaturize.pipeline.threads import Threads


class Pipeline:
    """Embeds batches of pictures, several at a time; a context manager, to be closed.

    Args:
        reach: where pictures may come from.
        limits: what one picture may cost.
        threads: that read and decode; default: one for each core this process may use.
    """

    def __init__(
        self,
        reach: Reach,
        limits: Limits | None = None,
        threads: int | None = None,
    ) -> None:
        self.reach = reach
        self.limits = limits or Limits()
        self.memory = Memory()
        self._decoders = Threads(threads or _cores(), "decode")
        self._device = Threads(1, "forward")
        self._open: set[Batch] = set()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(
        self, pictures: Sequence[Picture], wants: Sequence[Want], reach: Reach | None = None
    ) -> "Future[Embedded]":
        """Start to embed `pictures`, and return at once.

        Each picture is read and decoded once, prepared once for each way of preparing it, and goes
        once through each network. Batches go through the networks in the order in which they are
        ready. Have two or three of them under way to keep the device busy.

        Args:
            pictures: paths, addresses (`Uri`) or encoded bytes.
            wants: which networks are to see which of them.
            reach: where these may come from, if not from wherever others may.

        Returns:
            the future of what comes of them. It raises what a network raises.

        Raises:
            RuntimeError: the pipeline is closed.
        """
        if self._closing.is_set():
            raise RuntimeError("the pipeline is closed")
        batch = Batch(self, pictures, wants, reach or self.reach)
        self._open.add(batch)
        batch.result.add_done_callback(lambda _: self._open.discard(batch))
        batch.start(self._decoders.submit, self._device.submit)
        return batch.result

    def embed(self, network: Network, pictures: Sequence[Picture], head: int = 0) -> list[Outcome]:
        """Embed `pictures` by one of the models of `network`, and wait for it."""
        return self.submit(pictures, [Want(network, head)]).result().outcomes[0]

    def close(self) -> None:
        """Cancel what has not reached a network yet, and wait for what has."""
        self._closing.set()
        for batch in list(self._open):
            batch.result.cancel()
        self._decoders.close()
        self._device.close()
        self._watcher.join()

    def _watch(self) -> None:
        """Fail pictures whose thread seems to hang, and let another thread take its place."""
        while not self._closing.wait(min(1.0, self.limits.seconds / 4)):
            for batch in list(self._open):
                for thread in batch.give_up():
                    self._decoders.replace(thread)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
