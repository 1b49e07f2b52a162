"""Finds and builds the backbone of a model."""

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
_OWN: Mapping[str, type[Backbone]] = {"lenet": LeNetBackbone, "pixels": PixelsBackbone, "program": Program}


def find(name: str, weights: str | None = None, packages: Collection[str] = ()) -> Backbone:
    """Return the backbone of a name.

    Args:
        weights: name of its weights; default: its default weights.
        packages: Python packages that may be imported to build a network.

    Raises:
        UnknownModel: there is no such backbone, or it has no such weights.
        PackageMissing, PackageRefused: its package is not installed, or not in `packages`.
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
    """Seed torch's random numbers inside the block, and restore their state after it."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(_SEED)
        yield


def build(model: Model, *, offline: bool = False, packages: Collection[str] = ()) -> nn.Module:
    """Build the whole backbone of a model with its weights, on the CPU, in eval mode.

    Raises:
        ModelError: one of its subclasses, such as UnknownModel or WeightsMissing.
    """
    with seeded():
        backbone = find(model.backbone, model.weights, packages)
        return backbone.build(model, torch.device("cpu"), offline=offline).network
