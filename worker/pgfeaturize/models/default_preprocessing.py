"""Preprocessing as JSON: the usual one, and what is given of it laid over what is usual.

What the fields do is the business of `pgfeaturize.images`; here they are data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pgfeaturize.errors import BadPreprocessing

Json = Mapping[str, Any]

_LONGEST = 4096


def imagenet(size: Sequence[int] = (224, 224), shorter: int | None = 256, **changes: Any) -> Json:
    """Torchvision's: shorter side to `shorter`, cut the center out, ImageNet's mean and std."""
    usual = {
        "resize": "imagenet",
        "shorter": shorter,
        "size": list(size),
        "interpolation": "bilinear",
        "antialias": True,
        "channels": 3,
        "order": "rgb",
        "offset": 0,
        "scale": 1 / 255,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    }
    return usual | changes


def stretched(size: Sequence[int], channels: int) -> Json:
    """The whole image, whatever its shape, as values from -1 to 1."""
    half = [0.5] * channels
    return imagenet(size, resize="aniso", shorter=None, channels=channels, mean=half, std=half)


def merged(usual: Json, given: Json | None) -> Json:
    """`usual` with the fields of `given` instead, and with what follows from them.

    Raises:
        BadPreprocessing: `given` has fields that do not exist, or an input that cannot be; what
            else may be wrong is for `pgfeaturize.images` to say.
    """
    given = given or {}
    size = given.get("size", usual["size"])
    if not (isinstance(size, list | tuple) and len(size) == 2 and all(map(_is_side, size))):
        raise BadPreprocessing(f"size cannot be {size}", "Give [height, width].")
    if given.get("channels", 3) not in (1, 3):
        raise BadPreprocessing(f"channels cannot be {given['channels']}", "There are 3, or 1.")
    if unknown := sorted(given.keys() - usual.keys()):
        raise BadPreprocessing(
            f"preprocessing has no {' or '.join(unknown)}", f"Fields: {', '.join(usual)}."
        )
    return {**usual, **_consequences(usual, given), **given}


def _consequences(usual: Json, given: Json) -> dict[str, Any]:
    follows: dict[str, Any] = {}
    if "size" in given and usual["shorter"]:  # else a larger image would be cut out of a frame
        follows["shorter"] = round(usual["shorter"] * min(given["size"]) / min(usual["size"]))
    if given.get("resize", "imagenet") != "imagenet":
        follows["shorter"] = None
    if given.get("order", usual["order"]) != usual["order"]:
        follows |= {name: usual[name][::-1] for name in ("mean", "std")}
    return follows


def _is_side(value: object) -> bool:
    return isinstance(value, int) and 0 < value <= _LONGEST
