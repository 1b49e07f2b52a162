"""The classification networks of torchvision."""

from typing import Any

import torchvision
from torch import nn

from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.default_preprocessing import Json, imagenet

# What torchvision sets only if it loads the weights itself: the scale of pixels that they want.
_SCALED = {"transform_input": True, "aux_logits": True, "init_weights": False}


class Torchvision(Backbone):
    """A network of `torchvision.models`, with weights out of its enum."""

    def __init__(self, name: str, weights: str | None = None) -> None:
        self._enum: Any = torchvision.models.get_model_weights(name)
        first = "IMAGENET1K_V1"
        self.usual = first if first in self._enum.__members__ else self._enum.DEFAULT.name
        super().__init__(name, weights)
        if name.startswith("mobilenet_v3"):
            self.node = "flatten"  # as the original: not the layer after the average pooling
        if weights == "IMAGENET1K_FEATURES":
            self.node = "features"  # they were published without a classifier

    def models(self) -> dict[str, str]:
        """The names of models with its weights, and those weights."""
        return {self._model(one.name): one.name for one in self._enum}

    def _model(self, weights: str) -> str:
        short = weights.removeprefix("IMAGENET1K_").removesuffix("_V1").lower()
        return self.name if weights == self.usual else f"{self.name}_{short}"

    def preprocessing(self) -> Json:
        known = self.weights if self.weights in self._enum.__members__ else self.usual
        theirs = self._enum[known].transforms()
        return imagenet(
            theirs.crop_size * 2,
            *theirs.resize_size,
            interpolation=theirs.interpolation.value,
            mean=list(theirs.mean),
            std=list(theirs.std),
        )

    def network(self, input_shape: tuple[int, int, int]) -> nn.Module:
        _, height, width = input_shape
        arguments: dict[str, Any] = {}
        if self.name in ("googlenet", "inception_v3"):
            arguments = _SCALED
        elif self.name.startswith("vit_"):
            arguments = {"image_size": height}
        elif self.name.startswith("maxvit_"):
            arguments = {"input_size": (height, width)}
        network: nn.Module = torchvision.models.get_model(self.name, weights=None, **arguments)
        return network


def backbones() -> list[str]:
    """The names of all of them."""
    return [str(name) for name in torchvision.models.list_models(module=torchvision.models)]
