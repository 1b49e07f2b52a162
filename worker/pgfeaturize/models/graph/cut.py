"""Cuts a traced network at the nodes of models, and pools their outputs."""

from collections.abc import Sequence

import torch
from torch import Tensor, fx

from pgfeaturize.errors import WrongDimension, WrongWeights
from pgfeaturize.models.graph.pooling import Pool, no_vector
from pgfeaturize.models.graph.trace import Graph
from pgfeaturize.models.spec import Model


def cut(models: Sequence[Model], graph: Graph) -> fx.GraphModule:
    """Return the network up to the last node that one of the models needs.

    It maps (n, c, h, w) to a tuple of (n, dim), one for each model, and shares its parameters with the original
    network.

    Raises:
        UnknownNode: the hint has similar names.
    """
    copy = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    copy.graph_copy(graph.module.graph, copies)
    parts = fx.GraphModule(graph.module, copy)
    pools = []
    for number, model in enumerate(models):
        name = f"_pool_{number}"
        _, height, width = model.input_shape
        parts.add_submodule(name, Pool(model.pooling, (height, width)))
        # Directly after the node, because later operations may overwrite its output.
        node = copies[graph.node(model.node)]
        with copy.inserting_after(node):
            pools.append(copy.call_module(name, (node,)))
    _end_after(pools, copy)
    return fx.GraphModule(parts, copy).eval()


def _end_after(pools: Sequence[fx.Node], graph: fx.Graph) -> None:
    """Remove all nodes after the last pool, including in-place operations, and what only they use."""
    for node in reversed(graph.nodes):
        if node in pools:
            break
        graph.erase_node(node)
    graph.output(tuple(pools))
    graph.eliminate_dead_code()


def check_weights(
    model: Model, network: fx.GraphModule, lacking: frozenset[str], unused: frozenset[str] = frozenset()
) -> None:
    """Raise WrongWeights if the weights lack a parameter that the cut network uses."""
    missing = sorted(lacking & network.state_dict().keys())
    if missing:
        raise WrongWeights(
            f'weights "{model.weights}" do not fit backbone "{model.backbone}": they lack '
            f"{_some(missing)}, or have another shape"
            + (f"; the network has no {_some(sorted(unused))}" if unused else ""),
            "Give the weights of this network; only layers after the cut may differ.",
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def check_dimensions(models: Sequence[Model], network: fx.GraphModule, pixels: Tensor) -> None:
    """Raise WrongDimension if the dimension of a vector differs from that of its model."""
    run = fx.Interpreter(network)  # unlike the network itself, it prints no traceback
    run.extra_traceback = False
    with torch.inference_mode():
        vectors = run.run(pixels)
    for model, vector in zip(models, vectors, strict=True):
        if vector.dim() != 2:
            raise no_vector(model.backbone, model.node, tuple(vector.shape[1:]))
        if vector.shape[1] != model.dim:
            raise WrongDimension(
                f'model "{model.name}" has vectors of {vector.shape[1]:,} values, but is registered with {model.dim:,}',
                f"Register it with dim => {vector.shape[1]}.",
            )
