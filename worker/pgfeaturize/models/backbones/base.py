"""The base class of backbones: builds networks and has their defaults."""

from dataclasses import dataclass

import torch
from torch import nn

from pgfeaturize.errors import UnknownModel
from pgfeaturize.models.default_preprocessing import Json
from pgfeaturize.models.graph.shape_inference import accepting_images, meta_init
from pgfeaturize.models.graph.trace import Graph, trace
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.checkpoints import unwrapped
from pgfeaturize.models.weights.files import NONE, RANDOM, digest, load_weights, weights_path
from pgfeaturize.models.weights.loading import fill, init_batchnorm_stats


@dataclass(frozen=True)
class Built:
    """A whole network with its weights.

    Attributes:
        network: the network in eval mode.
        digest: digest of its weights; of a user's network also of its code.
        missing: parameters that the weights lack; a model must not use them.
        unused: names in the weights that the network lacks.
    """

    network: nn.Module
    digest: str
    missing: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()


class Backbone:
    """An architecture with the name of its weights; subclasses build the network.

    Attributes:
        name: name of the backbone.
        weights: given weights, or `default_weights`.
        default_weights: weights if none are given; empty: weights must be given.
        without_file: names of weights without a file that this backbone accepts.
        remedy: hint of the error if the network cannot process its images.
        preserve_precision: whether it must run with its own precision and memory layout.
        node: default node, if it is not that of `Graph.default_node`.
    """

    default_weights = ""
    without_file: tuple[str, ...] = (RANDOM,)
    remedy = "Give the preprocessing that the network was trained with."
    preserve_precision = False
    node: str | None = None

    def __init__(self, name: str, weights: str | None = None) -> None:
        self.name = name
        self.weights = weights or self.default_weights
        self._check()

    def _check(self) -> None:
        """Raise UnknownModel if the backbone has no such weights."""
        if self.weights in (NONE, RANDOM) and self.weights not in self.without_file:
            raise UnknownModel(
                f'backbone "{self.name}" cannot have {self.weights} weights',
                f'Give "{self.default_weights}", or omit them.',
            )
        weights_path(Model("", self.name, "", "", 0, self.weights, {}))

    def preprocessing(self) -> Json:
        """Return the default preprocessing of the weights."""
        raise NotImplementedError

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        """Build the whole network without weights, for images of (channels, height, width)."""
        raise NotImplementedError

    def untrained(self, input_shape: tuple[int, int, int]) -> nn.Module:
        """Build the network for shape inference, on the meta device if possible."""
        with meta_init(), accepting_images(self.name, 1, input_shape, self.remedy):
            return self.network(input_shape).to("meta")

    def graph(self, network: nn.Module) -> Graph:
        """Return the network as a graph."""
        return trace(self.name, network)

    def build(self, model: Model, _device: torch.device, *, offline: bool) -> Built:
        """Build the network with the weights of a model, on the CPU or, for a program, on the device.

        Raises:
            ModelError: one of its subclasses, such as WeightsMissing.
        """
        with accepting_images(self.name, 1, model.input_shape, self.remedy):
            network = self.network(model.input_shape).eval()
            if self.weights == RANDOM:
                init_batchnorm_stats(network, model.input_shape)
        if self.weights in (NONE, RANDOM):
            return Built(network, digest(network.state_dict()))
        state = unwrapped(network, load_weights(model, offline=offline))
        unused = frozenset(state) - network.state_dict().keys()
        return Built(network, digest(state), fill(network, state), unused)
