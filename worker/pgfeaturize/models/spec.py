"""What a model is: one frozen record of plain data, the same as a row of `featurize.model`."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Model:
    """A backbone cut at a node: everything that fixes the function from image to vector.

    Attributes:
        name: lower case.
        backbone: a classification network of torchvision ("resnet50"); "timm/<name>"; "lenet";
            "pixels", which is no network at all; "program", a file of torch.export; or
            "package.module:function", which makes a network of the user's own.
        node: where it is cut, a name out of `nodes(backbone)`, or "output".
        pooling: what makes a vector of the node's output: "none" if it is one, "flatten", or
            "avg", "max" or "gem" over height and width, or over the tokens of a transformer.
        dim: values of the vector.
        weights: "IMAGENET1K_V1" or another of the backbone's enum in torchvision; "pretrained"
            with timm; "lenet_digits" (shipped with the package); the name of a file in the store;
            "random" (seeded; for tests and load runs); or "none" where the backbone needs none.
        preprocessing: JSON; read by `pgfeaturize.images.Preprocessing.from_json`.
    """

    name: str
    backbone: str
    node: str
    pooling: str
    dim: int
    weights: str
    preprocessing: Mapping[str, Any] = field(hash=False)

    @property
    def forward_key(self) -> Hashable:
        """Equal where one forward pass can serve both models."""
        return self.backbone, self.weights, canonical(self.preprocessing)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of one image as the network sees it."""
        height, width = self.preprocessing["size"]
        return int(self.preprocessing["channels"]), int(height), int(width)

    def to_json(self) -> dict[str, Any]:
        """One row of the catalogue as a JSON object."""
        return asdict(self)


def canonical(value: Any) -> str:
    """`value` as JSON in one spelling, so that equal values give equal texts."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """PostgreSQL gives back 1.0 where 1 was stored, and the reverse."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
