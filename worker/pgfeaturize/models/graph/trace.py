"""A network as a graph: its nodes by name, its layers, and its default node."""

import difflib
import inspect
import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torchvision
from torch import fx, nn
from torch.nn import functional
from torchvision.models.feature_extraction import NodePathTracer

from pgfeaturize.errors import UnknownNode, WrongNetwork

#: Name of the network's own output, in addition to the name of its node.
OUTPUT = "output"

# Modules that do nothing in eval mode.
_NO_OPS = re.compile("Drop|StochasticDepth|Identity")
_TORCHVISION_OPS = [
    kind for kind in vars(torchvision.ops).values() if inspect.isclass(kind) and issubclass(kind, nn.Module)
]

# Functions in traced networks, and in exported programs.
_LINEAR = (functional.linear, functional.conv2d, torch.ops.aten.linear.default, torch.ops.aten.conv2d.default)
_DROPOUT = (functional.dropout, torch.ops.aten.dropout.default)

#: Held while a network is traced and while one runs, because tracing patches nn.Module in all threads.
TRACING = threading.Lock()


@dataclass(frozen=True)
class Graph:
    """A traced network.

    Attributes:
        backbone: name for error messages.
        module: the network as a graph of operations.
        names: its nodes by name, in order of execution; the last is OUTPUT, if it returns one value.
    """

    backbone: str
    module: fx.GraphModule
    names: Mapping[str, fx.Node]

    def node(self, name: str) -> fx.Node:
        """Return the node of a name; for a module with submodules, its last node.

        Raises:
            UnknownNode: the hint has similar names.
        """
        within = [known for known in self.names if known == name or known.startswith(f"{name}.")]
        if within:
            return self.names[within[-1]]
        near = difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
        raise UnknownNode(
            f'backbone "{self.backbone}" has no node "{name}"',
            f"Similar names: {', '.join(near)}." if near else f"Its last nodes: {list(self.names)[-4:]}.",
        )

    def name(self, node: fx.Node) -> str:
        """Return the name of a node."""
        return next(name for name, known in self.names.items() if known is node)

    def default_node(self) -> str:
        """Return the input of the prediction layer, the last layer with weights.

        If that layer is neither linear nor a convolution, the network has none: return OUTPUT.
        """
        layers = self._layers()
        if len(layers) > 1 and self._is_linear(layers[-1]):
            return self.name(self._input(layers[-1]))
        return OUTPUT

    def cut(self, layers: int) -> str:
        """Return the last node when a number of layers is omitted at the end.

        A layer is a module, or an operation with weights. The first omitted layer is the last one with weights, which
        predicts, together with everything after it; the others follow in reverse order of execution. Dropout is not a
        layer, because it does nothing in eval mode.

        Raises:
            UnknownNode: the network has fewer layers.
        """
        known = self._layers()
        if 0 < layers < len(known):
            return self.name(self._input(known[-layers]))
        raise UnknownNode(
            f'backbone "{self.backbone}" cannot be cut {layers} layers from its end',
            f"It has {len(known)} layers; 1 omits the prediction layer.",
        )

    def _layers(self) -> list[fx.Node]:
        nodes = list(self.module.graph.nodes)
        layers = [node for node in nodes if self._is_layer(node)]
        while layers and not self._has_weights(layers[-1]):
            layers.pop()
        return layers

    def _is_layer(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return not self._is_no_op(node)
        return self._has_weights(node)

    def _has_weights(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return any(True for _ in self._module(node).parameters())
        return node.op == "call_function" and any(argument.op == "get_attr" for argument in node.all_input_nodes)

    def _is_linear(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return isinstance(self._module(node), nn.Linear | nn.Conv2d)
        return node.target in _LINEAR

    def _input(self, layer: fx.Node) -> fx.Node:
        source = next(node for node in layer.all_input_nodes if node.op != "get_attr")
        return self._input(source) if self._is_no_op(source) else source

    def _is_no_op(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return bool(_NO_OPS.search(type(self._module(node)).__name__))
        return node.target in _DROPOUT

    def _module(self, node: fx.Node) -> Any:
        return self.module.get_submodule(str(node.target))


def trace(
    backbone: str,
    network: nn.Module,
    leaves: Iterable[type[nn.Module]] = (),
    functions: Iterable[Callable[..., Any]] = (),
) -> Graph:
    """Return a network in eval mode as a graph, with the node names of `get_graph_node_names`.

    Args:
        leaves, functions: modules and functions that become one node each, in addition to those of torch and
            torchvision.

    Raises:
        WrongNetwork: its graph depends on the image.
    """
    tracer = NodePathTracer(
        autowrap_modules=(math, torchvision.ops),
        autowrap_functions=tuple(functions),
        leaf_modules=[*_TORCHVISION_OPS, *leaves],
    )
    try:
        with TRACING:
            traced = tracer.trace(network.eval())
    except Exception as error:  # code of a network raises any error for values that are not tensors
        raise WrongNetwork(
            f'backbone "{backbone}" cannot be traced: {error}',
            "Its operations must not depend on the image. Export it with torch.export.save, and add it as a program.",
        ) from error
    names = {name: node for node, name in tracer.node_to_qualname.items() if _is_call(node)}
    return Graph(backbone, fx.GraphModule(network, traced), with_output(names, traced))


def with_output(names: Mapping[str, fx.Node], graph: fx.Graph) -> dict[str, fx.Node]:
    """Add OUTPUT to the names if the graph returns one value, alone or in a tuple."""
    (returned,) = next(node for node in graph.nodes if node.op == "output").args
    if isinstance(returned, tuple | list) and len(returned) == 1:
        (returned,) = returned
    return {**names, OUTPUT: returned} if isinstance(returned, fx.Node) else dict(names)


def _is_call(node: fx.Node) -> bool:
    return node.op.startswith("call_")
