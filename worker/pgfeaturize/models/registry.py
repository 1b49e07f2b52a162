"""The models that have a name from the start: what torchvision has weights for, and our own.

The same rows stand in the table behind the view `featurize.model`; a test keeps them equal.
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
    # The size of the original; torchvision's is 224.
    "alexnet_227": {"backbone": "alexnet", "preprocessing": {"size": [227, 227], "shorter": 256}},
    "lenet_digits": {"backbone": "lenet"},
    "pixels": {"backbone": "pixels"},
}


def known() -> tuple[str, ...]:
    """All names that `lookup` knows, networks of a kind together."""
    return tuple(_recipes())


@cache
def lookup(name: str) -> Model:
    """The model called `name`, in any letter case; its dimension found by a dry run.

    Raises:
        UnknownModel: the hint names the nearest, or all that there are.
    """
    if name != name.lower():
        return lookup(name.lower())
    if name in _recipes():
        return resolve(name, **_recipes()[name])
    near = difflib.get_close_matches(name, known(), n=3)
    raise UnknownModel(
        f'there is no model "{name}"',
        f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known())}.",
    )


@cache
def _recipes() -> dict[str, Mapping[str, Any]]:
    """What `resolve` needs to know of each model."""
    theirs = {
        name: {"backbone": backbone, "weights": weights}
        for backbone in backbones()
        for name, weights in Torchvision(backbone).models().items()
    }
    return dict(sorted([*theirs.items(), *_OWN.items()], key=lambda item: _numbers(item[0])))


def _numbers(name: str) -> list[str | int]:
    """For sorting: resnet18 before resnet101."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
