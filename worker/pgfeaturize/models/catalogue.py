"""The models that pgfeaturize knows, as data: one frozen `Model` each, without torch.

The same rows stand in the table behind the view `featurize.model`; a test keeps them equal.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pgfeaturize.errors import UnknownModel


@dataclass(frozen=True)
class Model:
    """A backbone cut at a node: everything that fixes the function from image to vector.

    Attributes:
        name: lower case.
        backbone: an architecture of torchvision, or "lenet".
        node: where it is cut, a name of torchvision's `get_graph_node_names`.
        pooling: what makes a vector of the node's output: "none" if it is one, "flatten", or
            "avg" or "max" over height and width.
        dim: values of the vector.
        weights: "IMAGENET1K_V1" or another of the backbone's enum, "lenet_digits" (shipped with
            the package) or "random" (seeded; for tests and load runs).
        preprocessing: JSON; read by `pgfeaturize.images.Preprocessing.from_json`.
    """

    name: str
    backbone: str
    node: str
    pooling: str
    dim: int
    weights: str
    preprocessing: Mapping[str, Any] = field(hash=False)

    def to_json(self) -> dict[str, Any]:
        """One row of the catalogue as a JSON object."""
        return asdict(self)


_IMAGENET = {
    "fit": "crop",
    "resize": 256,
    "crop": 224,
    "interpolation": "bilinear",
    "channels": 3,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}
_DIGITS = {
    "fit": "stretch",
    "resize": None,
    "crop": 28,
    "interpolation": "bilinear",
    "channels": 1,
    "mean": [0.5],
    "std": [0.5],
}


def _imagenet(name: str, dim: int, node: str = "flatten") -> Model:
    return Model(name, name, node, "none", dim, "IMAGENET1K_V1", _IMAGENET)


CATALOGUE: Mapping[str, Model] = {
    model.name: model
    for model in (
        _imagenet("resnet18", 512),
        _imagenet("resnet34", 512),
        _imagenet("resnet50", 2048),
        _imagenet("resnet101", 2048),
        _imagenet("resnet152", 2048),
        _imagenet("alexnet", 4096, node="classifier.5"),
        _imagenet("mobilenet_v2", 1280),
        _imagenet("mobilenet_v3_large", 960),
        _imagenet("mobilenet_v3_small", 576),
        Model("lenet_digits", "lenet", "flatten", "none", 800, "lenet_digits", _DIGITS),
    )
}


def lookup(name: str) -> Model:
    """The model called `name`, in any letter case.

    Raises:
        UnknownModel: the hint names the nearest, or all that there are.
    """
    model = CATALOGUE.get(name.lower())
    if model is None:
        near = difflib.get_close_matches(name.lower(), CATALOGUE, n=3)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UnknownModel(
            f'there is no model "{name}"', f"{meant}Known models: {', '.join(CATALOGUE)}."
        )
    return model
