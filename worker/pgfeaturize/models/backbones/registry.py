"""Finding and building the backbone that a model names."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn

from pgfeaturize.errors import UnknownModel
from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.backbones.builtin import LeNetBackbone, PixelsBackbone
from pgfeaturize.models.backbones.factory import Factory
from pgfeaturize.models.backbones.program import Program
from pgfeaturize.models.backbones.timm import Timm
from pgfeaturize.models.backbones.torchvision import Torchvision, backbones
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights import huggingface

_SEED = 20_240_229
_OWN: Mapping[str, type[Backbone]] = {
    "lenet": LeNetBackbone,
    "pixels": PixelsBackbone,
    "program": Program,
}


def find(name: str, weights: str | None = None, packages: Collection[str] = ()) -> Backbone:
    """The backbone of that name, with weights of that name.

    Args:
        weights: default: those that are usual for it.
        packages: from which functions may be called to make a network.

    Raises:
        UnknownModel: no such backbone, or no such weights of it.
        PackageMissing, PackageRefused: the code that makes it cannot or may not be imported.
    """
    if name in _OWN:
        return _OWN[name](name, weights)
    if name.startswith(huggingface.PREFIX):
        return Timm(name, weights)
    if ":" in name:
        return Factory(name, weights, packages)
    known = backbones()
    if name in known:
        return Torchvision(name, weights)
    near = difflib.get_close_matches(name, known) or ["resnet50"]
    raise UnknownModel(f'there is no backbone "{name}"', f"Did you mean {' or '.join(near)}?")


@contextmanager
def seeded() -> Iterator[None]:
    """Random numbers are always the same within, and nobody else's change."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(_SEED)
        yield


def build(model: Model, *, offline: bool = False, packages: Collection[str] = ()) -> nn.Module:
    """The whole backbone of `model` with its weights, on the CPU, in eval mode.

    Raises:
        ModelError: UnknownModel or WeightsMissing, for two.
    """
    with seeded():
        backbone = find(model.backbone, model.weights, packages)
        return backbone.build(model, torch.device("cpu"), offline=offline).network
