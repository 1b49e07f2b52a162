"""Networks that a user's function returns: package.module:function."""

import hashlib
import importlib
from collections.abc import Collection
from dataclasses import replace

import torch
from torch import nn

from pgfeaturize.errors import PackageMissing, PackageRefused, WrongNetwork
from pgfeaturize.models.backbones.base import Backbone, Built
from pgfeaturize.models.default_preprocessing import Json, imagenet
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.files import NONE, RANDOM


class Factory(Backbone):
    """A network that a function without arguments returns; weights "none" are those it returns.

    Without a name of weights, they are "random" if the function returns other values with another seed.

    SQL users choose the function, so a worker imports only packages that its operator allowed.
    """

    default_weights = NONE
    without_file = (NONE, RANDOM)

    def __init__(self, name: str, weights: str | None, packages: Collection[str]) -> None:
        package = name.partition(":")[0].partition(".")[0]
        if package not in packages:
            raise PackageRefused(
                f'backbone "{name}" comes from a package that may not be imported',
                f"If you trust it, give --package {package} to the command, such as pgfeaturize worker.",
            )
        self.name = name
        super().__init__(name, weights or (RANDOM if self._is_random() else NONE))

    def _is_random(self) -> bool:
        """Return whether the function initializes parameters at random, so that nothing has trained them."""
        states = []
        for seed in (1, 2):
            with torch.random.fork_rng(devices=[]):
                torch.default_generator.manual_seed(seed)
                states.append(self.network((0, 0, 0)).state_dict())
        one, other = states
        return any(not torch.equal(tensor, other[name]) for name, tensor in one.items())

    def preprocessing(self) -> Json:
        return imagenet()

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        module, _, function = self.name.partition(":")
        try:
            network = getattr(importlib.import_module(module), function)()
        except Exception as error:  # a user's code raises any error
            raise PackageMissing(
                f'backbone "{self.name}" cannot be built: {error}',
                "Install the package where the worker runs; the name is package.module:function.",
            ) from error
        if not isinstance(network, nn.Module):
            raise WrongNetwork(
                f'backbone "{self.name}" is a {type(network).__name__}, not a torch.nn.Module',
                "The function must return the network.",
            )
        return network

    def untrained(self, input_shape: tuple[int, int, int]) -> nn.Module:
        return self.network(input_shape)

    def build(self, model: Model, device: torch.device, *, offline: bool) -> Built:
        built = super().build(model, device, offline=offline)
        # Another release of the package may compute something else with the same weights.
        code = f"{built.digest}\n{self.graph(built.network).module}"
        return replace(built, digest=hashlib.sha256(code.encode()).hexdigest())
