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
    """ "timm/<name>", the name with or without the tag of its weights."""

    usual = huggingface.PRETRAINED

    def __init__(self, name: str, weights: str | None = None) -> None:
        self._published = huggingface.published(name)
        super().__init__(name, weights)

    def preprocessing(self) -> Json:
        of = self._published
        _, height, width = of.input_size
        usual = imagenet(
            (height, width),
            math.floor(height / of.crop_pct),
            interpolation=of.interpolation,
            mean=list(of.mean),
            std=list(of.std),
        )
        if of.crop_mode == "center" and height == width:
            return usual
        if of.crop_mode == "squash" and of.crop_pct == 1:
            return {**usual, "resize": "aniso", "shorter": None}
        raise BadPreprocessing(
            f'timm prepares images for backbone "{self.name}" as nothing here does: '
            f"{of.crop_mode}, {of.crop_pct} of {height} × {width}",
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
        # timm knows what has changed since the file was written; it unpickles no such file.
        overlay = {"file": str(file), "custom_load": False}
        try:
            network = self._create(pretrained=True, pretrained_cfg_overlay=overlay)
        except RuntimeError as error:
            raise WrongWeights(f'{file} does not fit backbone "{self.name}": {error}') from error
        return Built(network.eval(), digest(safetensors.torch.load_file(file)))
