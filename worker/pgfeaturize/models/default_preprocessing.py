"""Default preprocessing as JSON, and how given fields override it.

`pgfeaturize.images.Preprocessing` defines and checks the fields.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pgfeaturize.errors import BadPreprocessing

Json = Mapping[str, Any]

_MAX_SIDE = 4096


def imagenet(size: Sequence[int] = (224, 224), shorter: int | None = 256, **changes: Any) -> Json:
    """Return torchvision's: resize to `shorter`, crop the center, ImageNet's mean and std."""
    default = {
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
    return default | changes


def stretched(size: Sequence[int], channels: int) -> Json:
    """Return preprocessing that stretches the whole image, with values from -1 to 1."""
    half = [0.5] * channels
    return imagenet(size, resize="aniso", shorter=None, channels=channels, mean=half, std=half)


def merged(default: Json, given: Json | None) -> Json:
    """Return the default with the given fields, and with the fields that depend on them.

    Raises:
        BadPreprocessing: a given field does not exist, or size or channels are wrong; `pgfeaturize.images` checks the
            other fields.
    """
    given = given or {}
    size = given.get("size", default["size"])
    if not (isinstance(size, list | tuple) and len(size) == 2 and all(map(_is_side, size))):
        raise BadPreprocessing(f"size cannot be {size}", "Give [height, width].")
    if given.get("channels", 3) not in (1, 3):
        raise BadPreprocessing(f"channels cannot be {given['channels']}", "There are 3, or 1.")
    if unknown := sorted(given.keys() - default.keys()):
        raise BadPreprocessing(f"preprocessing has no {' or '.join(unknown)}", f"Fields: {', '.join(default)}.")
    return {**default, **_dependent(default, given), **given}


def _dependent(default: Json, given: Json) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "size" in given and default["shorter"]:  # keep the proportion of the crop
        fields["shorter"] = round(default["shorter"] * min(given["size"]) / min(default["size"]))
    if given.get("resize", "imagenet") != "imagenet":
        fields["shorter"] = None
    if given.get("order", default["order"]) != default["order"]:
        fields |= {name: default[name][::-1] for name in ("mean", "std")}
    return fields


def _is_side(value: object) -> bool:
    return isinstance(value, int) and 0 < value <= _MAX_SIDE
