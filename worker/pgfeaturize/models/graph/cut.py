"""From a traced network to a plain function of images: cut at the nodes of models, pooled."""

from collections.abc import Sequence

import torch
from torch import Tensor, fx

from pgfeaturize.errors import WrongDimension, WrongWeights
from pgfeaturize.models.backbones.base import Built
from pgfeaturize.models.graph.pooling import Pool, no_vector
from pgfeaturize.models.graph.trace import Graph
from pgfeaturize.models.spec import Model


def cut(models: Sequence[Model], graph: Graph) -> fx.GraphModule:
    """The network up to the last node that one of `models` wants: (n, c, h, w) to their vectors.

    Shares its parameters with the network. Returns a tuple of (n, dim), one for each model.

    Raises:
        UnknownNode: the hint names nodes that sound alike.
    """
    copy = fx.Graph()
    twins: dict[fx.Node, fx.Node] = {}
    copy.graph_copy(graph.module.graph, twins)
    parts = fx.GraphModule(graph.module, copy)
    pools = []
    for number, model in enumerate(models):
        name = f"_pool_{number}"
        _, height, width = model.input_shape
        parts.add_submodule(name, Pool(model.pooling, (height, width)))
        # At once, before the network overwrites what the node gives.
        with copy.inserting_after(twins[graph.node(model.node)]):
            pools.append(copy.call_module(name, (twins[graph.node(model.node)],)))
    _end_after(pools, copy)
    return fx.GraphModule(parts, copy).eval()


def _end_after(pools: Sequence[fx.Node], graph: fx.Graph) -> None:
    """Leave out all that follows, also what would be run for its effects, and what it needed."""
    for node in reversed(graph.nodes):
        if node in pools:
            break
        graph.erase_node(node)
    graph.output(tuple(pools))
    graph.eliminate_dead_code()


def check_weights(model: Model, network: fx.GraphModule, built: Built) -> None:
    """Raise WrongWeights if the weights have nothing for a parameter that `network` uses."""
    missing = sorted(built.missing & network.state_dict().keys())
    if missing:
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        raise WrongWeights(
            f'weights "{model.weights}" do not fit backbone "{model.backbone}": there is no '
            f"{', '.join(missing[:4])}{more}, or it has another shape",
            "Give the weights of this very network; only layers after the cut may differ.",
        )


def check_dimensions(models: Sequence[Model], network: fx.GraphModule, pixels: Tensor) -> None:
    """Raise WrongDimension if the vectors of an image are not as long as `models` say."""
    run = fx.Interpreter(network)  # which, other than the network itself, writes no remarks
    run.extra_traceback = False
    with torch.inference_mode():
        vectors = run.run(pixels)
    for model, vector in zip(models, vectors, strict=True):
        if vector.dim() != 2:
            raise no_vector(model.backbone, model.node, tuple(vector.shape[1:]))
        if vector.shape[1] != model.dim:
            raise WrongDimension(
                f'model "{model.name}" gives vectors of {vector.shape[1]:,} values, the catalogue '
                f"says {model.dim:,}",
                f"Register it with dim => {vector.shape[1]}.",
            )
