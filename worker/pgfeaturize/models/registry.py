"""The named models: all networks that torchvision has weights for, and those of this package.

The view `featurize.model` has the same rows; a test compares them.
"""

import difflib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pgfeaturize.errors import UnknownModel
from pgfeaturize.models.backbones.torchvision import Torchvision, backbones
from pgfeaturize.models.resolve import resolve
from pgfeaturize.models.spec import Model

_OWN: Mapping[str, Mapping[str, Any]] = {
    # The input size of the original AlexNet; torchvision's is 224.
    "alexnet_227": {"backbone": "alexnet", "preprocessing": {"size": [227, 227], "shorter": 256}},
    "lenet_digits": {"backbone": "lenet"},
    "pixels": {"backbone": "pixels"},
}


def known() -> tuple[str, ...]:
    """Return all names that `lookup` accepts, in natural order."""
    return tuple(_parameters())


@cache
def lookup(name: str) -> Model:
    """Return the model of a name, in upper or lower case.

    Raises:
        UnknownModel: the hint has at most five similar names.
    """
    if name != name.lower():
        return lookup(name.lower())
    if name in _parameters():
        return resolve(name, **_parameters()[name])
    near = difflib.get_close_matches(name, known(), n=5)
    raise UnknownModel(
        f'there is no model "{name}"',
        f"Did you mean {' or '.join(near)}?" if near else "`pgfeaturize models list --all` lists the models.",
    )


@cache
def _parameters() -> dict[str, Mapping[str, Any]]:
    """Return the arguments of `resolve` for each named model."""
    torchvision = {
        name: {"backbone": backbone, "weights": weights}
        for backbone in backbones()
        for name, weights in Torchvision(backbone).models().items()
    }
    return dict(sorted([*torchvision.items(), *_OWN.items()], key=lambda item: _natural_order(item[0])))


def _natural_order(name: str) -> list[str | int]:
    """Return a sort key that puts resnet18 before resnet101."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
