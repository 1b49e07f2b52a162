"""From an image to the pixels that a network sees: resized, cut or padded, channels in order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pgfeaturize.errors import BadPreprocessing
from pgfeaturize.images.resampling import FILTERS, POINTS, Span, resample, sample

Pixels = npt.NDArray[np.uint8]

_RESIZES = ("imagenet", "iso_crop", "iso_pad", "aniso")
#: The longest side a network may see: a model comes from SQL users, memory is the worker's.
_LONGEST = 4096


@dataclass(frozen=True)
class Preprocessing:
    """How an image becomes the input of a network; part of every model and its fingerprint.

    Attributes:
        resize: "imagenet": the shorter side becomes `shorter`, the center is cut out, black is
            around what is too small: torchvision's rule. "iso_crop": keeps the aspect, covers
            `size`, the center is cut out. "iso_pad": keeps the aspect, fits into `size`, black
            is around it. "aniso": stretched to `size`.
        shorter: the shorter side before the cut; None unless resize is "imagenet".
        size: (height, width) that the network sees.
        interpolation: "nearest", "box", "bilinear", "hamming", "bicubic" or "lanczos".
        antialias: True: as torchvision on a Pillow image, every pixel counts. False: as
            torchvision on a tensor, a few pixels around each point; "nearest", "bilinear" and
            "bicubic" only.
        channels: 3 for colors, 1 for gray.
        order: of the channels, "rgb" or "bgr".
        offset, scale, mean, std: the network sees ((value - offset) * scale - mean) / std of
            values 0…255; mean and std have a number for each channel, in `order`.
    """

    resize: str
    shorter: int | None
    size: tuple[int, int]
    interpolation: str
    antialias: bool
    channels: int
    order: str
    offset: float
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        _check(vars(self))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Preprocessing":
        """From the `preprocessing` of a model: exactly the fields of this class.

        Raises:
            BadPreprocessing: fields are missing, unknown or wrong; all of them are named.
        """
        _check(document)
        lists = {name: tuple(map(float, document[name])) for name in ("mean", "std")}
        return cls(**{**document, **lists, "size": tuple(document["size"])})

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        lists = {name: list(getattr(self, name)) for name in ("size", "mean", "std")}
        return {**asdict(self), **lists}

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of what the network sees."""
        return self.channels, *self.size


def _check(document: Mapping[str, Any]) -> None:
    if not isinstance(document, Mapping):
        raise BadPreprocessing("preprocessing is wrong: it must be a JSON object")
    known = [field.name for field in fields(Preprocessing)]
    wrong = [f"{name} is missing" for name in known if name not in document]
    wrong += [f"{name} is unknown" for name in document if name not in known]
    of = dict.fromkeys(known) | dict(document)
    wrong += [rule for rule, kept in _rules(of).items() if not kept and rule.split()[0] in document]
    if wrong:
        raise BadPreprocessing(
            f"preprocessing is wrong: {'; '.join(wrong)}", f"Its fields are {', '.join(known)}."
        )


def _rules(of: Mapping[str, Any]) -> dict[str, bool]:
    """What each field must be, the field's name first, and whether it is."""
    kinds = FILTERS if of["antialias"] is not False else POINTS
    return {
        f"resize must be one of {', '.join(_RESIZES)}": of["resize"] in _RESIZES,
        f"shorter must be a whole number from 1 to {_LONGEST}, or null unless resize is imagenet": (
            _side(of["shorter"])
            if of["resize"] == "imagenet"
            else of["shorter"] is None
            # Where one field is wrong, those that depend on it are not to blame.
            or of["resize"] not in _RESIZES
        ),
        f"size must be [height, width], whole numbers from 1 to {_LONGEST}": (
            _listed(of["size"]) and len(of["size"]) == 2 and all(map(_side, of["size"]))
        ),
        f"interpolation must be one of {', '.join(FILTERS)}, "
        f"without antialias one of {', '.join(POINTS)}": of["interpolation"] in tuple(kinds),
        "antialias must be true or false": isinstance(of["antialias"], bool),
        "channels must be 1 or 3": _side(of["channels"]) and of["channels"] in (1, 3),
        "order must be rgb or bgr, rgb for one channel": (
            of["order"] == "rgb" or (of["order"] == "bgr" and of["channels"] != 1)
        ),
        "offset must be a number": _number(of["offset"]),
        "scale must be a number other than 0": _number(of["scale"]) and of["scale"] != 0,
        "mean must be a list of one number for each channel": _numbers(of["mean"], of["channels"]),
        "std must be a list of one positive number for each channel": (
            _numbers(of["std"], of["channels"]) and all(value > 0 for value in of["std"])
        ),
    }


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _side(value: object) -> bool:
    return isinstance(value, int) and _number(value) and 1 <= value <= _LONGEST


def _listed(value: object) -> bool:
    return isinstance(value, list | tuple)


def _numbers(value: Any, channels: object) -> bool:
    right = channels not in (1, 3) or (_listed(value) and len(value) == channels)
    return right and _listed(value) and all(map(_number, value))


def preprocess(image: Image.Image, how: Preprocessing, out: Pixels | None = None) -> Pixels:
    """The pixels that the network sees: uint8, shape `how.shape`, C-contiguous.

    With antialias as torchvision's own transforms on the same Pillow image, within one level.
    Of an image that is much longer than wide only the window is resampled: 20,000 × 1 is harmless.

    Args:
        image: mode "RGB" or "L", of any size.
        out: where to put the pixels, of any strides; it is then what is returned.
    """
    if how.channels == 1:
        image = image.convert("L")
    if out is None:
        out = np.empty(how.shape, np.uint8)
    across, down = _spans(image.size, how)
    window = (resample if how.antialias else sample)(image, across, down, how.interpolation)
    if window.shape[:2] != how.size:
        out[...] = 0
    # A gray image for a network of colors: resampled once, then repeated.
    planes = window[None] if window.ndim == 2 else window.transpose(2, 0, 1)
    out[:, down.place, across.place] = planes[::-1] if how.order == "bgr" else planes
    return out


def _spans(size: tuple[int, int], how: Preprocessing) -> tuple[Span, Span]:
    """Across and down: what is taken of an image of `size` (width, height), and where it goes."""
    height, width = how.size
    resized = _resized(*size, how)
    return Span.centered(size[0], resized[0], width), Span.centered(size[1], resized[1], height)


def _resized(width: int, height: int, how: Preprocessing) -> tuple[int, int]:
    """(width, height) of the whole image before the cut; what is not given is rounded down."""
    tall, wide = how.size
    if how.resize == "aniso":
        return wide, tall
    by_width = width * tall <= height * wide  # of an image narrower than the size: to cover it
    if how.resize == "iso_pad":
        by_width = not by_width
    if how.resize == "imagenet":
        by_width = width <= height
        tall = wide = how.shorter or 0
    # Floating point, as torchvision rounds; never nothing at all.
    if by_width:
        return wide, max(int(wide * height / width), 1)
    return max(int(tall * width / height), 1), tall
