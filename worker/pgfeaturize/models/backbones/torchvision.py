"""The classification networks of torchvision."""

from typing import Any

import torchvision
from torch import nn

from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.default_preprocessing import Json, imagenet

# Arguments that torchvision sets only when it loads the weights itself.
_INCEPTION_ARGUMENTS = {"transform_input": True, "aux_logits": True, "init_weights": False}


class Torchvision(Backbone):
    """A network of `torchvision.models`, with weights of its enum."""

    def __init__(self, name: str, weights: str | None = None) -> None:
        self._enum: Any = torchvision.models.get_model_weights(name)
        first = "IMAGENET1K_V1"
        self.default_weights = first if first in self._enum.__members__ else self._enum.DEFAULT.name
        super().__init__(name, weights)
        if name.startswith("mobilenet_v3"):
            self.node = "flatten"  # as in the paper: the output of the average pooling
        if weights == "IMAGENET1K_FEATURES":
            self.node = "features"  # these weights have no classifier

    def models(self) -> dict[str, str]:
        """Return the weights of each named model of this backbone."""
        return {self._model(weights.name): weights.name for weights in self._enum}

    def _model(self, weights: str) -> str:
        short = weights.removeprefix("IMAGENET1K_").removesuffix("_V1").lower()
        return self.name if weights == self.default_weights else f"{self.name}_{short}"

    def preprocessing(self) -> Json:
        known = self.weights if self.weights in self._enum.__members__ else self.default_weights
        transforms = self._enum[known].transforms()
        return imagenet(
            transforms.crop_size * 2,
            *transforms.resize_size,
            interpolation=transforms.interpolation.value,
            mean=list(transforms.mean),
            std=list(transforms.std),
        )

    def network(self, input_shape: tuple[int, int, int]) -> nn.Module:
        _, height, width = input_shape
        arguments: dict[str, Any] = {}
        if self.name in ("googlenet", "inception_v3"):
            arguments = _INCEPTION_ARGUMENTS
        elif self.name.startswith("vit_"):
            arguments = {"image_size": height}
        elif self.name.startswith("maxvit_"):
            arguments = {"input_size": (height, width)}
        network: nn.Module = torchvision.models.get_model(self.name, weights=None, **arguments)
        return network


def backbones() -> list[str]:
    """Return the names of all classification networks of torchvision."""
    return [str(name) for name in torchvision.models.list_models(module=torchvision.models)]
