"""The model: a frozen record of plain data, equal to a row of `featurize.model`."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Model:
    """A backbone cut at a node: everything that determines the function from image to vector.

    Attributes:
        name: name in lower case.
        backbone: a classification network of torchvision ("resnet50"); "timm/<name>"; "lenet"; "pixels" (no network);
            "program", a file of torch.export; or "package.module:function", a function that returns a network.
        node: node where it is cut, one of `nodes(backbone)`, or "output".
        pooling: how the node's output becomes a vector: "none" if it is a vector, "flatten", or "avg", "max" or "gem"
            over height and width, or over the tokens of a transformer.
        dim: number of values of the vector.
        weights: "IMAGENET1K_V1" or another member of the backbone's enum in torchvision; "pretrained" with timm;
            "lenet_digits" (part of this package); the name of a file in the weights cache; "random" (seeded; for tests
            and load runs); or "none".
        preprocessing: JSON document for `pgfeaturize.images.Preprocessing.from_json`.
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
        """Key that is equal for models that can share a forward pass."""
        return self.backbone, self.weights, canonical(self.preprocessing)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the network's input for one image."""
        height, width = self.preprocessing["size"]
        return int(self.preprocessing["channels"]), int(height), int(width)

    def to_json(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        return asdict(self)


def canonical(value: Any) -> str:
    """Return canonical JSON: equal values give equal texts."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Make 1 and 1.0 equal, because PostgreSQL may return one for the other."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
