"""Some pictures on their way: each decoded once, for all networks that want it."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pgfeaturize import faults, images
from pgfeaturize.errors import ImageError, TooManySeconds
from pgfeaturize.images import Limits, Pixels, Preprocessing, Reach
from pgfeaturize.models import Network
from pgfeaturize.pipeline.memory import Memory


class Uri(str):
    """The address of a picture; a plain str is a path."""

    __slots__ = ()


Picture = str | Uri | bytes
Vector = npt.NDArray[np.float32]
Outcome = Vector | ImageError
Submit = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class Embedded:
    """What came of a batch.

    Attributes:
        outcomes: a list for each Want, in the order of its slots: float32 vectors (dim,),
            unchecked, or the ImageError of that one picture.
        digests: for each picture the SHA-256 of its bytes; None where it could not be read.
        decoding: seconds that threads have spent with reading and decoding, all together.
        forward: seconds in the networks.
    """

    outcomes: list[list[Outcome]]
    digests: list[bytes | None]
    decoding: float = 0.0
    forward: float = 0.0


@dataclass(frozen=True)
class Want:
    """Vectors that are to be made.

    Attributes:
        network: that makes them.
        head: which of its models.
        slots: of which pictures of the batch, by number; None: of all.
    """

    network: Network
    head: int = 0
    slots: Sequence[int] | None = None


class Surroundings(Protocol):
    """What a batch needs of its pipeline."""

    limits: Limits
    memory: Memory


class Batch:
    """Pictures between submission and result."""

    def __init__(
        self,
        around: Surroundings,
        pictures: Sequence[Picture],
        wants: Sequence[Want],
        reach: Reach,
    ) -> None:
        self.result: Future[Embedded] = Future()
        self._around = around
        self._pictures = pictures
        self._reach = reach
        self._wants = [(want, _slots(want, len(pictures))) for want in wants]
        self._blocks = [
            _Block(how, slots, around.memory) for how, slots in self._preparations().items()
        ]
        self._digests: list[bytes | None] = [None] * len(pictures)
        self._errors: dict[int, ImageError] = {}
        self._mistake: Exception | None = None
        self._begun: dict[int, tuple[float, threading.Thread]] = {}
        self._decoding = 0.0
        self._left = set(range(len(pictures)))
        self._given_up = False
        self._lock = threading.Lock()

    def _preparations(self) -> dict[Preprocessing, list[int]]:
        wanted: defaultdict[Preprocessing, set[int]] = defaultdict(set)
        for want, slots in self._wants:
            wanted[_how(want.network)].update(slots)
        return {how: sorted(slots) for how, slots in wanted.items()}

    def start(self, decoders: Submit, device: Submit) -> None:
        """Have each picture decoded by one of the decoders, then all forwarded by the device."""
        self._device = device
        if not self._pictures:
            self.result.set_result(Embedded([[] for _ in self._wants], []))
        for slot in range(len(self._pictures)):
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
        data = self._read(self._pictures[slot])
        self._digests[slot] = hashlib.sha256(data).digest()
        image = images.decode(data, self._around.limits, self._name(slot))
        for block in self._blocks:
            block.fill(slot, image)

    def _read(self, picture: Picture) -> bytes:
        reach, limits = self._reach, self._around.limits
        match picture:
            case bytes():
                return picture
            case Uri():
                return images.fetch(picture, reach.origins, reach.roots, limits)
            case _:
                return images.read(picture, reach.roots, limits)

    def _end(self, slot: int, error: Exception | None) -> None:
        """A picture is decoded or has failed; unless it was given up in the meantime."""
        with self._lock:
            if slot not in self._left:
                return
            self._left.discard(slot)
            if begun := self._begun.pop(slot, None):
                self._decoding += time.monotonic() - begun[0]
            if isinstance(error, ImageError):
                self._errors[slot] = error
            elif error is not None:  # a mistake of ours: the future raises it, and ends
                self._mistake = error
            ready = not self._left
        if ready:
            faults.point("after_images")
            self._device(self._forward)

    def give_up(self) -> Iterator[threading.Thread]:
        """Fail the pictures that have taken too long, and name the threads that hang on them."""
        seconds = self._around.limits.seconds
        for slot, (begun, thread) in list(self._begun.items()):
            if time.monotonic() - begun > seconds:
                self._given_up = True
                yield thread
                self._end(slot, TooManySeconds(f"{self._name(slot)} took over {seconds:g} s"))

    def _name(self, slot: int) -> str:
        picture = self._pictures[slot]
        return "the picture" if isinstance(picture, bytes) else f'"{picture}"'

    def _forward(self) -> None:
        if not self.result.set_running_or_notify_cancel():
            return
        try:
            collected = self._collect()
            faults.point("after_forward")
            self.result.set_result(collected)
        except Exception as error:
            self.result.set_exception(error)
        finally:
            # A thread that was given up may yet write into its block: that goes to nobody else.
            for block in self._blocks if not self._given_up else ():
                self._around.memory.give(block.pixels)

    def _collect(self) -> Embedded:
        if self._mistake:
            raise self._mistake
        started = time.monotonic()
        vectors = {network: self._embed(network) for network in self._networks()}
        forward = time.monotonic() - started
        outcomes = [
            [self._errors.get(slot) or vectors[want.network][slot][want.head] for slot in slots]
            for want, slots in self._wants
        ]
        return Embedded(outcomes, self._digests, self._decoding, forward)

    def _networks(self) -> list[Network]:
        return list({want.network: None for want, _ in self._wants})

    def _embed(self, network: Network) -> dict[int, Sequence[Vector]]:
        """The vectors of all heads, for each picture that some head wants and that did not fail."""
        wanted = {slot for want, slots in self._wants if want.network is network for slot in slots}
        good = sorted(wanted - self._errors.keys())
        if not good:
            return {}
        (block,) = (block for block in self._blocks if block.how == _how(network))
        return dict(zip(good, zip(*network.embed(block.rows(good)), strict=True), strict=True))


class _Block:
    """The pixels of some pictures, prepared in one way."""

    def __init__(self, how: Preprocessing, slots: Sequence[int], memory: Memory) -> None:
        self.how = how
        self.pixels = memory.take(len(slots), how.shape)
        self._row = {slot: row for row, slot in enumerate(slots)}

    def fill(self, slot: int, image: images.Image) -> None:
        if slot in self._row:
            images.prepare(image, self.how, out=self.pixels[self._row[slot]])

    def rows(self, slots: Sequence[int]) -> Pixels:
        """Pixels of these pictures: as they lie, if they are the first ones, else copied."""
        rows = [self._row[slot] for slot in slots]
        return self.pixels[: len(rows)] if rows == list(range(len(rows))) else self.pixels[rows]


def _slots(want: Want, number: int) -> Sequence[int]:
    return range(number) if want.slots is None else want.slots


def _how(network: Network) -> Preprocessing:
    return Preprocessing.from_json(network.models[0].preprocessing)
