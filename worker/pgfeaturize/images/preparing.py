"""From a picture to the pixels that a network sees, as torchvision does it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.Image import Resampling

from pgfeaturize.errors import ModelError

Pixels = npt.NDArray[np.uint8]

_FILTERS = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes the input of a network; part of every model and its fingerprint.

    Shrinking is always antialiased, as Pillow does it.

    Attributes:
        fit: "crop": resize, keeping the aspect, and cut the centre out; "stretch": into the square.
        resize: the shorter side before cropping; None: not resized.
        crop: the side of the square that the network sees.
        interpolation: "nearest", "box", "bilinear", "hamming", "bicubic" or "lanczos".
        channels: 3 for RGB, 1 for grey.
        mean, std: one of each per channel; the network sees (value / 255 - mean) / std.
    """

    fit: str
    resize: int | None
    crop: int
    interpolation: str
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        wrong = [rule for rule, kept in self._rules().items() if not kept]
        if wrong:
            raise ModelError(f"preprocessing is wrong: {'; '.join(wrong)}")

    def _rules(self) -> dict[str, bool]:
        return {
            'fit is "crop" or "stretch"': self.fit in ("crop", "stretch"),
            "resize is a positive whole number or null": self.resize is None or _side(self.resize),
            'resize is null where fit is "stretch"': self.fit == "crop" or self.resize is None,
            "crop is a positive whole number": _side(self.crop),
            f"interpolation is one of {', '.join(_FILTERS)}": self.interpolation in _FILTERS,
            "channels is 1 or 3": self.channels in (1, 3),
            "mean has a number for each channel": len(self.mean) == self.channels,
            "std has a positive number for each channel": len(self.std) == self.channels
            and all(value > 0 for value in self.std),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Preprocessing":
        """From the `preprocessing` of a model: exactly the fields of this class.

        Raises:
            ModelError: a field is missing, unknown or wrong; all of them are named.
        """
        known = [field.name for field in fields(cls)]
        wrong = [f"{name} is missing" for name in known if name not in document]
        wrong += [f"{name} is unknown" for name in document if name not in known]
        if wrong:
            raise ModelError(
                f"preprocessing is wrong: {'; '.join(wrong)}", f"Fields: {', '.join(known)}."
            )
        numbers = {name: _numbers(name, document[name]) for name in ("mean", "std")}
        return cls(**{**document, **numbers})

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {**asdict(self), "mean": list(self.mean), "std": list(self.std)}

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of what the network sees."""
        return self.channels, self.crop, self.crop


def _side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _numbers(name: str, value: object) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ModelError(f"preprocessing is wrong: {name} is not a list of numbers") from None


def prepare(image: Image.Image, how: Preprocessing, out: Pixels | None = None) -> Pixels:
    """The pixels that the network sees: uint8, shape `how.shape`, C-contiguous.

    As torchvision's Resize and CenterCrop on the same Pillow image, within one level: only the
    window that is cut out is resampled, which also keeps a 20,000 × 1 picture harmless.

    Args:
        image: mode "RGB" or "L", of any size.
        out: where to put the pixels, of any strides; it is then what is returned.
    """
    if how.channels == 1:
        image = image.convert("L")
    window = np.asarray(_window(image, how))
    if out is None:
        out = np.empty(how.shape, np.uint8)
    # A grey picture for a network of colours: resampled once, then repeated.
    out[...] = window if window.ndim == 2 else window.transpose(2, 0, 1)
    return out


def _window(image: Image.Image, how: Preprocessing) -> Image.Image:
    square = (how.crop, how.crop)
    if how.fit == "stretch":
        return image.resize(square, _FILTERS[how.interpolation])
    width, height = _resized(image.size, how.resize)
    across = _Span.within(image.width, width, how.crop)
    down = _Span.within(image.height, height, how.crop)
    window = image.resize(
        (across.length, down.length),
        _FILTERS[how.interpolation],
        box=(across.start, down.start, across.stop, down.stop),
    )
    if window.size == square:
        return window
    padded = Image.new(image.mode, square)  # black, as torchvision pads
    padded.paste(window, (across.before, down.before))
    return padded


def _resized(size: tuple[int, int], shorter: int | None) -> tuple[int, int]:
    """torchvision's rule: the shorter side as wanted, the other rounded down."""
    if shorter is None:
        return size
    width, height = size
    if width <= height:
        return shorter, int(shorter * height / width)
    return int(shorter * width / height), shorter


@dataclass(frozen=True)
class _Span:
    """Along one axis: what is taken of the picture, and where it goes in the square."""

    start: float  # in pixels of the picture
    stop: float
    length: int  # in pixels of the square
    before: int

    @classmethod
    def within(cls, original: int, resized: int, side: int) -> "_Span":
        if resized < side:
            return cls(0, original, resized, (side - resized) // 2)
        offset = round((resized - side) / 2)
        scale = original / resized
        return cls(offset * scale, min((offset + side) * scale, original), side, 0)
