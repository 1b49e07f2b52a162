"""Preprocesses images: resizes them, crops or pads them, and orders the channels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pgfeaturize.errors import BadPreprocessing
from pgfeaturize.images.resampling import FILTERS, WITHOUT_ANTIALIAS, Span, interpolate, resample

Pixels = npt.NDArray[np.uint8]

_RESIZES = ("imagenet", "iso_crop", "iso_pad", "aniso")
#: Maximum side of a network's input in pixels: SQL users register models, workers pay the memory.
_MAX_SIDE = 4096


@dataclass(frozen=True)
class Preprocessing:
    """How an image becomes the input of a network; part of every model and its fingerprint.

    Attributes:
        resize: "imagenet": resize the shorter side to `shorter`, crop the center, and pad smaller images with black, as
            torchvision does. "iso_crop": keep the aspect ratio, cover `size`, crop the center. "iso_pad": keep the
            aspect ratio, fit into `size`, pad with black. "aniso": stretch to `size`.
        shorter: shorter side before the crop, in pixels; None unless resize is "imagenet".
        size: (height, width) of the network's input, in pixels.
        interpolation: "nearest", "box", "bilinear", "hamming", "bicubic" or "lanczos".
        antialias: True: as torchvision resizes Pillow images. False: as torchvision resizes tensors with
            antialias=False; only with "nearest", "bilinear" and "bicubic".
        channels: 3 for color, 1 for gray.
        order: order of the channels, "rgb" or "bgr".
        offset, scale, mean, std: the input is ((value - offset) * scale - mean) / std for values from 0 to 255; mean
            and std have one number per channel, in `order`.
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
        """Build it from the `preprocessing` of a model, which has exactly the fields of this class.

        Raises:
            BadPreprocessing: fields are missing, unknown or wrong; the message names all of them.
        """
        _check(document)
        lists = {name: tuple(map(float, document[name])) for name in ("mean", "std")}
        return cls(**{**document, **lists, "size": tuple(document["size"])})

    def to_json(self) -> dict[str, Any]:
        """Return the document that `from_json` reads."""
        lists = {name: list(getattr(self, name)) for name in ("size", "mean", "std")}
        return {**asdict(self), **lists}

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the network's input."""
        return self.channels, *self.size


def _check(document: Mapping[str, Any]) -> None:
    if not isinstance(document, Mapping):
        raise BadPreprocessing("preprocessing is wrong: it must be a JSON object")
    known = [field.name for field in fields(Preprocessing)]
    wrong = [f"{name} is missing" for name in known if name not in document]
    wrong += [f"{name} is unknown" for name in document if name not in known]
    rules = _rules(dict.fromkeys(known) | dict(document))
    wrong += [rule for rule, holds in rules.items() if not holds and rule.split()[0] in document]
    if wrong:
        raise BadPreprocessing(f"preprocessing is wrong: {'; '.join(wrong)}", f"Its fields are {', '.join(known)}.")


def _rules(of: Mapping[str, Any]) -> dict[str, bool]:
    """Return a rule for each field, which starts with the field's name, and whether it holds."""
    kinds = FILTERS if of["antialias"] is not False else WITHOUT_ANTIALIAS
    return {
        f"resize must be one of {', '.join(_RESIZES)}": of["resize"] in _RESIZES,
        f"shorter must be a whole number from 1 to {_MAX_SIDE}, or null unless resize is imagenet": (
            _is_side(of["shorter"])
            if of["resize"] == "imagenet"
            else of["shorter"] is None
            # If resize is wrong, shorter cannot be checked.
            or of["resize"] not in _RESIZES
        ),
        f"size must be [height, width], whole numbers from 1 to {_MAX_SIDE}": (
            _is_list(of["size"]) and len(of["size"]) == 2 and all(map(_is_side, of["size"]))
        ),
        f"interpolation must be one of {', '.join(FILTERS)}, "
        f"without antialias one of {', '.join(WITHOUT_ANTIALIAS)}": of["interpolation"] in tuple(kinds),
        "antialias must be true or false": isinstance(of["antialias"], bool),
        "channels must be 1 or 3": _is_side(of["channels"]) and of["channels"] in (1, 3),
        "order must be rgb or bgr, rgb for one channel": (
            of["order"] == "rgb" or (of["order"] == "bgr" and of["channels"] != 1)
        ),
        "offset must be a number": _is_number(of["offset"]),
        "scale must be a number other than 0": _is_number(of["scale"]) and of["scale"] != 0,
        "mean must be a list of one number for each channel": _are_numbers(of["mean"], of["channels"]),
        "std must be a list of one positive number for each channel": (
            _are_numbers(of["std"], of["channels"]) and all(value > 0 for value in of["std"])
        ),
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_side(value: object) -> bool:
    return isinstance(value, int) and _is_number(value) and 1 <= value <= _MAX_SIDE


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _are_numbers(value: Any, channels: object) -> bool:
    counted = channels not in (1, 3) or (_is_list(value) and len(value) == channels)
    return counted and _is_list(value) and all(map(_is_number, value))


def preprocess(image: Image.Image, how: Preprocessing, out: Pixels | None = None) -> Pixels:
    """Return the pixels of the network's input: uint8, shape `how.shape`.

    With antialias they equal those of torchvision's transforms on the same Pillow image, within one level. Only the
    crop is computed, so an image of 20,000 × 1 pixels does no harm.

    Args:
        image: mode "RGB" or "L", of any size.
        out: array of any strides to write to and return; default: a new C-contiguous array.
    """
    if how.channels == 1:
        image = image.convert("L")
    if out is None:
        out = np.empty(how.shape, np.uint8)
    columns, rows = _spans(image.size, how)
    crop = (resample if how.antialias else interpolate)(image, columns, rows, how.interpolation)
    if crop.shape[:2] != how.size:
        out[...] = 0
    # For a color network, a gray image is resampled once and repeated by broadcasting.
    planes = crop[None] if crop.ndim == 2 else crop.transpose(2, 0, 1)
    out[:, rows.target, columns.target] = planes[::-1] if how.order == "bgr" else planes
    return out


def _spans(size: tuple[int, int], how: Preprocessing) -> tuple[Span, Span]:
    """Return the crop of an image of `size` (width, height) along its columns and rows."""
    height, width = how.size
    resized = _resized(*size, how)
    return Span.centered(size[0], resized[0], width), Span.centered(size[1], resized[1], height)


def _resized(width: int, height: int, how: Preprocessing) -> tuple[int, int]:
    """Return (width, height) of the resized image before the crop."""
    new_height, new_width = how.size
    if how.resize == "aniso":
        return new_width, new_height
    # Whether the new width determines the new height, or the other way around.
    by_width = width * new_height <= height * new_width
    if how.resize == "iso_pad":
        by_width = not by_width
    if how.resize == "imagenet":
        by_width = width <= height
        new_height = new_width = how.shorter or 0
    # Computed in floating point and rounded down, as in torchvision; at least one pixel.
    if by_width:
        return new_width, max(int(new_width * height / width), 1)
    return max(int(new_height * width / height), 1), new_height
