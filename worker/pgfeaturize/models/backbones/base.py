"""Backbones: where the networks of each kind come from, and what is usual for them."""

from dataclasses import dataclass

import torch
from torch import nn

from pgfeaturize.errors import UnknownModel
from pgfeaturize.models.default_preprocessing import Json
from pgfeaturize.models.graph.shape_inference import meta_init, taking
from pgfeaturize.models.graph.trace import Graph, trace
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.files import NONE, RANDOM, digest, load_weights, weights_path
from pgfeaturize.models.weights.loading import fill, init_batchnorm_stats


@dataclass(frozen=True)
class Built:
    """A whole network with its weights.

    Attributes:
        network: in eval mode.
        digest: tells its weights from others, and its code where that is not of a fixed release.
        missing: parameters for which the weights have nothing that fits; not to be used.
    """

    network: nn.Module
    digest: str
    missing: frozenset[str] = frozenset()


class Backbone:
    """Networks of one architecture and with weights of one name. Subclasses make them.

    Attributes:
        name: what a model calls it.
        weights: those that were given, or else `usual`.
        usual: the weights taken where none are given; empty: some must be given.
        without_file: weights that no file holds, as far as they make sense here.
        remedy: what to do if it does not take the images it is given.
        preserve_precision: whether it is to run in the very precision and layout that it was made for.
        node: where it is cut if not where `Graph.usual_cut` says.
    """

    usual = ""
    without_file: tuple[str, ...] = (RANDOM,)
    remedy = "Give the preprocessing that it was trained with."
    preserve_precision = False
    node: str | None = None

    def __init__(self, name: str, weights: str | None = None) -> None:
        self.name = name
        self.weights = weights or self.usual
        self._check()

    def _check(self) -> None:
        """Raise UnknownModel if there are no such weights."""
        if self.weights in (NONE, RANDOM) and self.weights not in self.without_file:
            raise UnknownModel(
                f'backbone "{self.name}" cannot have {self.weights} weights',
                f'Give "{self.usual}", or leave them out.',
            )
        weights_path(Model("", self.name, "", "", 0, self.weights, {}))

    def preprocessing(self) -> Json:
        """What is usual with these weights."""
        raise NotImplementedError

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        """The whole network before it has weights, for images of (channels, height, width)."""
        raise NotImplementedError

    def sketch(self, input_shape: tuple[int, int, int]) -> nn.Module:
        """The network for a dry run: where possible without memory, on the meta device."""
        with meta_init(), taking(self.name, 1, input_shape, self.remedy):
            return self.network(input_shape).to("meta")

    def graph(self, network: nn.Module) -> Graph:
        """The network as a graph."""
        return trace(self.name, network)

    def build(self, model: Model, _device: torch.device, *, offline: bool) -> Built:
        """The network with the weights of `model`; on the CPU unless it is bound to a device.

        Raises:
            ModelError: WeightsMissing, for one.
        """
        with taking(self.name, 1, model.input_shape, self.remedy):
            network = self.network(model.input_shape).eval()
            if self.weights == RANDOM:
                init_batchnorm_stats(network, model.input_shape)
        if self.weights in (NONE, RANDOM):
            return Built(network, digest(network.state_dict()))
        state = load_weights(model, offline=offline)
        return Built(network, digest(state), fill(network, state))
