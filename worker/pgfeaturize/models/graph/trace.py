"""A network as a graph: its nodes by name, its layers, and the node where it is usually cut."""

import difflib
import inspect
import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torchvision
from torch import fx, nn
from torch.nn import functional
from torchvision.models.feature_extraction import NodePathTracer

from pgfeaturize.errors import UnknownNode, WrongNetwork

#: What the network itself returns, whatever its node is called.
OUTPUT = "output"

# Modules that let everything pass when a network is not being trained.
_IDLE = re.compile("Drop|StochasticDepth|Identity")
_OPERATIONS = [
    kind
    for kind in vars(torchvision.ops).values()
    if inspect.isclass(kind) and issubclass(kind, nn.Module)
]

#: Held while a network is traced, and while one runs: torch.fx replaces how modules are called, in
#: all threads.
TRACING = threading.Lock()


@dataclass(frozen=True)
class Graph:
    """A network that has been traced.

    Attributes:
        backbone: what error messages call it.
        module: the network, run operation by operation.
        names: its nodes by name, in order of execution; OUTPUT last, if it returns one value.
    """

    backbone: str
    module: fx.GraphModule
    names: Mapping[str, fx.Node]

    def node(self, name: str) -> fx.Node:
        """The node called `name`; of a module with parts, its last.

        Raises:
            UnknownNode: the hint names nodes that sound alike.
        """
        within = [known for known in self.names if known == name or known.startswith(f"{name}.")]
        if within:
            return self.names[within[-1]]
        near = difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
        raise UnknownNode(
            f'backbone "{self.backbone}" has no node "{name}"',
            f"Near matches: {', '.join(near)}." if near else f"Its last: {list(self.names)[-4:]}.",
        )

    def name(self, node: fx.Node) -> str:
        """What `node` is called."""
        return next(name for name, known in self.names.items() if known is node)

    def usual_cut(self) -> str:
        """The node that the prediction is made of: the input of the last layer with weights.

        Where that layer is neither linear nor a convolution, nothing predicts: OUTPUT.
        """
        layers = self._layers()
        if len(layers) > 1 and self._is_linear(layers[-1]):
            return self.name(self._input(layers[-1]))
        return OUTPUT

    def cut(self, layers: int) -> str:
        """The node that is left when so many layers are cut off the end.

        A layer is a module, or an operation that has weights. The last of them with weights
        makes the prediction, and goes first, with all that follows it; then the others in the
        reverse of the order in which they run. Dropouts are no layers: here they do nothing.

        Raises:
            UnknownNode: there are not so many.
        """
        known = self._layers()
        if 0 < layers < len(known):
            return self.name(self._input(known[-layers]))
        raise UnknownNode(
            f'backbone "{self.backbone}" cannot be cut {layers} layers from its end',
            f"It has {len(known)} layers; 1 leaves out the one that predicts.",
        )

    def _layers(self) -> list[fx.Node]:
        nodes = list(self.module.graph.nodes)
        layers = [node for node in nodes if self._is_layer(node)]
        while layers and not self._has_weights(layers[-1]):
            layers.pop()
        return layers

    def _is_layer(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return not self._is_idle(node)
        return self._has_weights(node)

    def _has_weights(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return any(True for _ in self._module(node).parameters())
        return node.op == "call_function" and any(
            argument.op == "get_attr" for argument in node.all_input_nodes
        )

    def _is_linear(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return isinstance(self._module(node), nn.Linear | nn.Conv2d)
        return node.target in (functional.linear, functional.conv2d)

    def _input(self, layer: fx.Node) -> fx.Node:
        given = next(node for node in layer.all_input_nodes if node.op != "get_attr")
        return self._input(given) if self._is_idle(given) else given

    def _is_idle(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return bool(_IDLE.search(type(self._module(node)).__name__))
        return node.target is functional.dropout

    def _module(self, node: fx.Node) -> Any:
        return self.module.get_submodule(str(node.target))


def trace(
    backbone: str,
    network: nn.Module,
    leaves: Iterable[type[nn.Module]] = (),
    functions: Iterable[Callable[..., Any]] = (),
) -> Graph:
    """`network` in eval mode as a graph, its nodes named as `get_graph_node_names` does.

    Args:
        leaves, functions: modules and functions that are one node each, beside those of torch
            and torchvision.

    Raises:
        WrongNetwork: it is not the same graph for every image.
    """
    tracer = NodePathTracer(
        autowrap_modules=(math, torchvision.ops),
        autowrap_functions=tuple(functions),
        leaf_modules=[*_OPERATIONS, *leaves],
    )
    try:
        with TRACING:
            traced = tracer.trace(network.eval())
    except Exception as error:  # whatever the code of a network does with what is no tensor
        raise WrongNetwork(
            f'backbone "{backbone}" cannot be traced: {error}',
            "What it does must not depend on the image. Export it with torch.export.save, and "
            "add it as a program.",
        ) from error
    names = {name: node for node, name in tracer.node_to_qualname.items() if _computes(node)}
    return Graph(backbone, fx.GraphModule(network, traced), with_output(names, traced))


def with_output(names: Mapping[str, fx.Node], graph: fx.Graph) -> dict[str, fx.Node]:
    """`names`, and OUTPUT if `graph` returns one value, be it alone in a tuple."""
    (returned,) = next(node for node in graph.nodes if node.op == "output").args
    if isinstance(returned, tuple | list) and len(returned) == 1:
        (returned,) = returned
    return {**names, OUTPUT: returned} if isinstance(returned, fx.Node) else dict(names)


def _computes(node: fx.Node) -> bool:
    return node.op.startswith("call_")
