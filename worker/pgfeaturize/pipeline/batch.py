"""A batch of images: each is decoded once, for all networks that need it."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from pgfeaturize import failpoints, images
from pgfeaturize.errors import ImageError, TooManySeconds
from pgfeaturize.images import AccessPolicy, Limits, Pixels, Preprocessing
from pgfeaturize.models import Network
from pgfeaturize.pipeline.buffer_pool import BufferPool


class Uri(str):
    """A URI of an image; a plain str is a path."""

    __slots__ = ()


Image = str | Uri | bytes
Vector = npt.NDArray[np.float32]
Outcome = Vector | ImageError
Submit = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class BatchResult:
    """Result of embedding one batch.

    Attributes:
        outcomes: for each EmbedRequest a list in the order of its slots: float32 vectors (dim,),
            unchecked, or the ImageError of the image.
        digests: SHA-256 of the bytes of each image; None if it could not be read.
        decoding: seconds of reading and decoding, summed over all threads.
        forward: seconds of the forward passes.
    """

    outcomes: list[list[Outcome]]
    digests: list[bytes | None]
    decoding: float = 0.0
    forward: float = 0.0


@dataclass(frozen=True)
class EmbedRequest:
    """Asks for the vectors of some images by one model.

    Attributes:
        network: the network to run.
        output: index of the model among the outputs of the network.
        slots: indexes of the images in the batch; None: all images.
    """

    network: Network
    output: int = 0
    slots: Sequence[int] | None = None


class Context(Protocol):
    """What a batch uses of its pipeline."""

    limits: Limits
    buffers: BufferPool


class Batch:
    """Images between submit and result."""

    def __init__(
        self,
        context: Context,
        images: Sequence[Image],
        wants: Sequence[EmbedRequest],
        access_policy: AccessPolicy,
    ) -> None:
        self.result: Future[BatchResult] = Future()
        self._context = context
        self._images = images
        self._access_policy = access_policy
        self._wants = [(want, _slots(want, len(images))) for want in wants]
        self._blocks = [
            _Block(how, slots, context.buffers) for how, slots in self._preparations().items()
        ]
        self._digests: list[bytes | None] = [None] * len(images)
        self._errors: dict[int, ImageError] = {}
        self._mistake: Exception | None = None
        self._begun: dict[int, tuple[float, threading.Thread]] = {}
        self._decoding = 0.0
        self._left = set(range(len(images)))
        self._given_up = False
        self._lock = threading.Lock()

    def _preparations(self) -> dict[Preprocessing, list[int]]:
        wanted: defaultdict[Preprocessing, set[int]] = defaultdict(set)
        for want, slots in self._wants:
            wanted[_how(want.network)].update(slots)
        return {how: sorted(slots) for how, slots in wanted.items()}

    def start(self, decoders: Submit, device: Submit) -> None:
        """Submit each image to the decoders, then the whole batch to the device."""
        self._device = device
        if not self._images:
            self.result.set_result(BatchResult([[] for _ in self._wants], []))
        for slot in range(len(self._images)):
            decoders(partial(self._decode, slot))

    def _decode(self, slot: int) -> None:
        if self.result.cancelled():
            return
        self._begun[slot] = time.monotonic(), threading.current_thread()
        error: Exception | None = None
        try:
            self._fill(slot)
        except Exception as caught:
            error = caught
        self._end(slot, error)

    def _fill(self, slot: int) -> None:
        data = self._read(self._images[slot])
        self._digests[slot] = hashlib.sha256(data).digest()
        image = images.decode(data, self._context.limits, self._name(slot))
        for block in self._blocks:
            block.fill(slot, image)

    def _read(self, image: Image) -> bytes:
        access_policy, limits = self._access_policy, self._context.limits
        match image:
            case bytes():
                return image
            case Uri():
                return images.fetch(image, access_policy.urls, access_policy.roots, limits)
            case _:
                return images.read(image, access_policy.roots, limits)

    def _end(self, slot: int, error: Exception | None) -> None:
        """Record that an image is decoded or failed, unless it was given up meanwhile."""
        with self._lock:
            if slot not in self._left:
                return
            self._left.discard(slot)
            if begun := self._begun.pop(slot, None):
                self._decoding += time.monotonic() - begun[0]
            if isinstance(error, ImageError):
                self._errors[slot] = error
            elif error is not None:  # an internal error: the future raises it
                self._mistake = error
            ready = not self._left
        if ready:
            failpoints.hit("after_images")
            self._device(self._forward)

    def give_up(self) -> Iterator[threading.Thread]:
        """Fail the images over the time limit; yield the threads that hang on them."""
        seconds = self._context.limits.seconds
        for slot, (begun, thread) in list(self._begun.items()):
            if time.monotonic() - begun > seconds:
                self._given_up = True
                yield thread
                self._end(slot, TooManySeconds(f"{self._name(slot)} took over {seconds:g} s"))

    def _name(self, slot: int) -> str:
        image = self._images[slot]
        return "the image" if isinstance(image, bytes) else f'"{image}"'

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
            for block in self._blocks if not self._given_up else ():
                self._context.buffers.give(block.pixels)

    def _collect(self) -> BatchResult:
        if self._mistake:
            raise self._mistake
        started = time.monotonic()
        vectors = {network: self._embed(network) for network in self._networks()}
        forward = time.monotonic() - started
        outcomes = [
            [self._errors.get(slot) or vectors[want.network][slot][want.output] for slot in slots]
            for want, slots in self._wants
        ]
        return BatchResult(outcomes, self._digests, self._decoding, forward)

    def _networks(self) -> list[Network]:
        return list({want.network: None for want, _ in self._wants})

    def _embed(self, network: Network) -> dict[int, Sequence[Vector]]:
        """Return the vectors of all outputs for each image that is requested and did not fail."""
        wanted = {slot for want, slots in self._wants if want.network is network for slot in slots}
        good = sorted(wanted - self._errors.keys())
        if not good:
            return {}
        (block,) = (block for block in self._blocks if block.how == _how(network))
        return dict(zip(good, zip(*network.embed(block.rows(good)), strict=True), strict=True))


class _Block:
    """Pixels of some images with the same preprocessing."""

    def __init__(self, how: Preprocessing, slots: Sequence[int], buffers: BufferPool) -> None:
        self.how = how
        self.pixels = buffers.take(len(slots), how.shape)
        self._row = {slot: row for row, slot in enumerate(slots)}

    def fill(self, slot: int, image: images.Image) -> None:
        if slot in self._row:
            images.preprocess(image, self.how, out=self.pixels[self._row[slot]])

    def rows(self, slots: Sequence[int]) -> Pixels:
        """Return the pixels of these images; a view if they are the first ones, else a copy."""
        rows = [self._row[slot] for slot in slots]
        return self.pixels[: len(rows)] if rows == list(range(len(rows))) else self.pixels[rows]


def _slots(want: EmbedRequest, number: int) -> Sequence[int]:
    return range(number) if want.slots is None else want.slots


#: Of each network, so that its preprocessing is validated once and not for each batch.
_preprocessing: WeakKeyDictionary[Network, Preprocessing] = WeakKeyDictionary()


def _how(network: Network) -> Preprocessing:
    if network not in _preprocessing:
        document = network.models[0].preprocessing
        _preprocessing[network] = Preprocessing.from_json(document)
    return _preprocessing[network]
