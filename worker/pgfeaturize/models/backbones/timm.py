"""The networks of timm, the optional package of PyTorch image models."""

import math
from typing import Any

import safetensors.torch
import torch
from torch import nn

from pgfeaturize.errors import BadPreprocessing, WrongWeights
from pgfeaturize.models.backbones.base import Backbone, Built
from pgfeaturize.models.default_preprocessing import Json, imagenet
from pgfeaturize.models.graph.trace import Graph, trace
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights import huggingface
from pgfeaturize.models.weights.files import digest


class Timm(Backbone):
    """A network of timm: "timm/<name>", with or without the tag of its weights."""

    default_weights = huggingface.PRETRAINED

    def __init__(self, name: str, weights: str | None = None) -> None:
        self._published = huggingface.published(name)
        super().__init__(name, weights)

    def preprocessing(self) -> Json:
        config = self._published
        _, height, width = config.input_size
        default = imagenet(
            (height, width),
            math.floor(height / config.crop_pct),
            interpolation=config.interpolation,
            mean=list(config.mean),
            std=list(config.std),
        )
        if config.crop_mode == "center" and height == width:
            return default
        if config.crop_mode == "squash" and config.crop_pct == 1:
            return {**default, "resize": "aniso", "shorter": None}
        raise BadPreprocessing(
            f'the preprocessing of backbone "{self.name}" in timm is not supported: '
            f"{config.crop_mode}, {config.crop_pct} of {height} × {width}",
            "Choose another network.",
        )

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return self._create()

    def _create(self, **arguments: Any) -> nn.Module:
        name = self.name.removeprefix(huggingface.PREFIX)
        network: nn.Module = huggingface.timm().create_model(name, **arguments)
        return network

    def graph(self, network: nn.Module) -> Graph:
        models = huggingface.timm().models
        leaves, functions = models.get_notrace_modules(), models.get_notrace_functions()
        return trace(self.name, network, leaves, functions)

    def build(self, model: Model, device: torch.device, *, offline: bool) -> Built:
        if self.weights != huggingface.PRETRAINED:
            return super().build(model, device, offline=offline)
        file = huggingface.pull_pretrained(self.name, offline=offline)
        # timm converts files of older releases; it does not unpickle safetensors files.
        overlay = {"file": str(file), "custom_load": False}
        try:
            network = self._create(pretrained=True, pretrained_cfg_overlay=overlay)
        except RuntimeError as error:
            raise WrongWeights(f'{file} does not fit backbone "{self.name}": {error}') from error
        return Built(network.eval(), digest(safetensors.torch.load_file(file)))
