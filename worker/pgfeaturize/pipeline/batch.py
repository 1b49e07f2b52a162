"""A batch of images: each is decoded once, for all networks that need it."""

import hashlib
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from weakref import WeakKeyDictionary

from pgfeaturize import failpoints, images
from pgfeaturize.errors import (
    ImageError,
    ReadFailed,
    StorageUnavailable,
    TooManySeconds,
    TruncatedImage,
    UnexpectedError,
)
from pgfeaturize.images import AccessPolicy, ImageSource, Limits, Preprocessing
from pgfeaturize.models import Network
from pgfeaturize.pipeline.block import Block
from pgfeaturize.pipeline.buffer_pool import BufferPool
from pgfeaturize.pipeline.memory_budget import ImageMemory, MemoryBudget
from pgfeaturize.pipeline.request import BatchResult, EmbedRequest, Vector

log = logging.getLogger("pgfeaturize")

Submit = Callable[[Callable[[], None]], None]
SubmitImage = Callable[[Callable[[], None], ImageSource], None]


class Batch:
    """Images between submit and result."""

    def __init__(
        self,
        limits: Limits,
        buffers: BufferPool,
        budget: MemoryBudget,
        sources: Sequence[ImageSource],
        requests: Sequence[EmbedRequest],
        access_policy: AccessPolicy,
    ) -> None:
        self.result: Future[BatchResult] = Future()
        self._limits = limits
        self._buffers = buffers
        self._budget = budget
        self._sources = list(sources)
        self._names = [images.source_name(source) for source in sources]
        self._access_policy = access_policy
        self._requests = [(request, _slots(request, len(sources))) for request in requests]
        needed = self._slots_by_preprocessing().items()
        self._blocks = [Block(preprocessing, slots, buffers) for preprocessing, slots in needed]
        self._digests: list[bytes | None] = [None] * len(sources)
        self._errors: dict[int, ImageError] = {}
        self._storage_error: StorageUnavailable | None = None
        self._truncated: dict[int, TruncatedImage] = {}
        self._wants_truncated = any(request.truncated for request in requests)
        #: Start time and thread of the images that are being decoded, by slot.
        self._decoding: dict[int, tuple[float, threading.Thread]] = {}
        self._memory: dict[int, ImageMemory] = {}
        self._decode_seconds = 0.0
        self._remaining = set(range(len(sources)))
        self._has_abandoned_threads = False
        self._lock = threading.Lock()

    def _slots_by_preprocessing(self) -> dict[Preprocessing, list[int]]:
        needed: defaultdict[Preprocessing, set[int]] = defaultdict(set)
        for request, slots in self._requests:
            needed[_preprocessing(request.network)].update(slots)
        return {preprocessing: sorted(slots) for preprocessing, slots in needed.items()}

    def start(self, decoders: SubmitImage, device: Submit) -> None:
        """Submit each image to the decoders, then the whole batch to the device."""
        self._device = device
        if not self._sources:
            self.result.set_result(BatchResult([[] for _ in self._requests], []))
        self._budget.count_claimed(sum(map(images.stored_bytes, self._sources)))
        for slot, source in enumerate(list(self._sources)):
            decoders(partial(self._decode, slot), source)

    def _decode(self, slot: int) -> None:
        if self.result.cancelled():
            return
        self._decoding[slot] = time.monotonic(), threading.current_thread()
        error: ImageError | StorageUnavailable | None = None
        try:
            self._fill(slot)
        except ImageError as caught:
            # Its traceback would keep the image in memory until the batch is settled.
            error = caught.with_traceback(None)
            error.__cause__ = error.__context__ = None
        except StorageUnavailable as caught:
            error = caught
        except Exception as caught:
            log.exception("%s cannot be read or decoded", self._names[slot])
            error = UnexpectedError(f"{self._names[slot]}: {type(caught).__name__}: {caught}")
        self._end(slot, error)

    def _fill(self, slot: int) -> None:
        with ImageMemory(self._budget, self._names[slot], partial(self._paused, slot)) as memory:
            self._memory[slot] = memory
            try:
                self._read_and_decode(slot, memory)
            finally:
                self._forget(slot)

    def _read_and_decode(self, slot: int, memory: ImageMemory) -> None:
        """Fill the pixels of an image into all blocks; when it returns, the image is freed."""
        limits = self._limits
        data = images.read_source(self._sources[slot], self._access_policy, limits, memory.reserve_encoded)
        self._digests[slot] = hashlib.sha256(data).digest()
        note = partial(self._truncated.setdefault, slot) if self._wants_truncated else None
        image = images.decode(data, limits, self._names[slot], partial(self._reserve, memory), note)
        for block in self._blocks:
            block.fill(slot, image)

    def _reserve(self, memory: ImageMemory, image: images.Image) -> None:
        """Wait for the memory that decoding and preprocessing an image will take."""
        after = max(images.preprocessing_bytes(image.size, block.preprocessing) for block in self._blocks)
        memory.reserve_decoding(images.decoding_bytes(image) + after)

    def _forget(self, slot: int) -> None:
        """Release the encoded image, unless it is only a path."""
        claimed = images.stored_bytes(self._sources[slot])
        self._sources[slot] = ""
        self._budget.count_claimed(-claimed)

    @contextmanager
    def _paused(self, slot: int) -> Iterator[None]:
        """Stop the clock of an image while it waits for memory."""
        started, thread = self._decoding.pop(slot)
        since = time.monotonic()
        yield
        self._decoding[slot] = started + time.monotonic() - since, thread

    def _end(self, slot: int, error: ImageError | StorageUnavailable | None) -> None:
        """Record that an image is decoded or failed, unless it was given up meanwhile."""
        with self._lock:
            if slot not in self._remaining:
                return
            self._remaining.discard(slot)
            if started := self._decoding.pop(slot, None):
                self._decode_seconds += time.monotonic() - started[0]
            if isinstance(error, ImageError):
                self._errors[slot] = error
            elif error is not None:
                self._storage_error = error
            ready = not self._remaining
        if ready:
            failpoints.hit("after_images")
            self._device(self._forward)

    def give_up(self) -> Iterator[threading.Thread]:
        """Fail the images over the time limit; yield the threads that hang on them."""
        seconds = self._limits.seconds
        for slot, (started, thread) in list(self._decoding.items()):
            if slot in self._remaining and time.monotonic() - started > seconds:
                self._has_abandoned_threads = True
                self._memory[slot].abandon()
                yield thread
                if self._digests[slot] is None:  # the storage hangs, which is not the fault of the image
                    self._end(slot, ReadFailed(f"reading {self._names[slot]} took over {seconds:g} s"))
                else:
                    self._end(slot, TooManySeconds(f"{self._names[slot]} took over {seconds:g} s"))

    def _forward(self) -> None:
        if not self.result.set_running_or_notify_cancel():
            return
        try:
            collected = self._collect()
            failpoints.hit("after_forward")
            self.result.set_result(collected)
        except Exception as error:
            self.result.set_exception(error)
        finally:
            # An abandoned thread may still write into its block, so that block is not reused.
            for block in self._blocks if not self._has_abandoned_threads else ():
                self._buffers.give(block.pixels)

    def _collect(self) -> BatchResult:
        if self._storage_error:
            raise self._storage_error
        started = time.monotonic()
        vectors = {network: self._embed(network) for network in self._networks()}
        forward = time.monotonic() - started
        outcomes = [
            [self._error(slot, request) or vectors[request.network][slot][request.output] for slot in slots]
            for request, slots in self._requests
        ]
        return BatchResult(outcomes, self._digests, self._decode_seconds, forward, self._truncated)

    def _error(self, slot: int, request: EmbedRequest) -> ImageError | None:
        return self._errors.get(slot) or (None if request.truncated else self._truncated.get(slot))

    def _networks(self) -> list[Network]:
        return list({request.network: None for request, _ in self._requests})

    def _embed(self, network: Network) -> dict[int, Sequence[Vector]]:
        """Return the vectors of all outputs for each image that is requested and did not fail."""
        requested = {slot for request, slots in self._requests if request.network is network for slot in slots}
        decoded = sorted(requested - self._errors.keys())
        if not decoded:
            return {}
        (block,) = (block for block in self._blocks if block.preprocessing == _preprocessing(network))
        outputs = network.embed(block.rows(decoded))
        return dict(zip(decoded, zip(*outputs, strict=True), strict=True))


def _slots(request: EmbedRequest, number: int) -> Sequence[int]:
    return range(number) if request.slots is None else request.slots


#: Preprocessing by network, so that it is validated once and not for each batch.
_validated: WeakKeyDictionary[Network, Preprocessing] = WeakKeyDictionary()


def _preprocessing(network: Network) -> Preprocessing:
    if network not in _validated:
        _validated[network] = Preprocessing.from_json(network.models[0].preprocessing)
    return _validated[network]
