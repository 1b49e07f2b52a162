"""What a user leaves out of a model, found by a dry run of its network."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import torch
from torch import fx

from pgfeaturize.errors import ModelError, UnknownNode, WrongDimension
from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.backbones.registry import find, seeded
from pgfeaturize.models.default_preprocessing import Json, merged
from pgfeaturize.models.graph.pooling import LONGEST, Pool, no_vector, shown
from pgfeaturize.models.graph.shape_inference import shapes
from pgfeaturize.models.graph.trace import OUTPUT, Graph
from pgfeaturize.models.spec import Model


@dataclass(frozen=True)
class Node:
    """A place where a network can be cut.

    Attributes:
        name: what a model calls it.
        shape: of what it gives for an image.
        size: how many values that are.
        default: whether a model is cut here that names no node.
    """

    name: str
    shape: tuple[int, ...]
    size: int
    default: bool


def resolve(
    name: str,
    backbone: str,
    *,
    node: str | None = None,
    cut: int | None = None,
    pooling: str | None = None,
    dim: int | None = None,
    weights: str | None = None,
    preprocessing: Json | None = None,
    offline: bool = False,
    packages: Collection[str] = (),
) -> Model:
    """A model with all that is not given as it is usual, or as its network turns out to be.

    Args:
        node: where to cut; default: what the prediction is made of.
        cut: instead of a node, how many layers to leave out at the end; see `Graph.cut`.
        pooling: default: "none" if the node gives a vector, "avg" if no node was asked for.
        dim: default: as many values as there are.
        weights: default: those for ImageNet (their first version), or what the backbone has.
        preprocessing: fields that are not as those of the weights. With another `size` goes
            another `shorter`, with another `order` mean and std.
        offline: as everywhere; a dry run fetches nothing in any case.
        packages: see `find`.

    Raises:
        ModelError: one of its subclasses.
    """
    del offline
    if node is not None and cut is not None:
        raise ModelError(f'model "{name}" has both a node and a cut', "Leave one of them out.")
    trial = _try(name, backbone, weights, preprocessing, packages)
    usual = node is None and cut is None
    if node is None:
        node = trial.usual() if cut is None else trial.graph.cut(cut)
    shape = trial.shape(node)
    if pooling is None and len(shape) > 1 and not usual:
        raise no_vector(backbone, node, shape)
    pooling = pooling or ("none" if len(shape) == 1 else "avg")
    size = _dim(trial.unresolved, node, pooling, shape)
    model = replace(trial.unresolved, node=node, pooling=pooling, dim=size)
    if dim not in (None, model.dim):
        raise WrongDimension(
            f'model "{name}" gives vectors of {model.dim:,} values, not {dim:,}',
            f"Leave dim out, or pass {model.dim}.",
        )
    return model


def nodes(
    backbone: str,
    *,
    weights: str | None = None,
    preprocessing: Json | None = None,
    offline: bool = False,
    packages: Collection[str] = (),
) -> list[Node]:
    """Where a backbone can be cut, in order of execution.

    Args, Raises: as `resolve`.
    """
    del offline
    trial = _try("", backbone, weights, preprocessing, packages)
    usual = trial.graph.names.get(trial.usual())
    return [
        Node(name, trial.shapes[node], math.prod(trial.shapes[node]), node is usual)
        for name, node in trial.graph.names.items()
        if node in trial.shapes and name != OUTPUT
    ]


@dataclass(frozen=True)
class _Trial:
    """A network that has been run, for a model that has no node yet."""

    kind: Backbone
    unresolved: Model
    graph: Graph
    shapes: Mapping[fx.Node, tuple[int, ...]]

    def usual(self) -> str:
        """Where it is cut if nobody says otherwise."""
        return self.kind.node or self.graph.usual_cut()

    def shape(self, name: str) -> tuple[int, ...]:
        """What the node of that name gives for an image."""
        node = self.graph.node(name)
        if node not in self.shapes:
            raise UnknownNode(
                f'node "{name}" of backbone "{self.kind.name}" gives nothing for each image',
                self.kind.remedy
                if self.kind.preserve_precision
                else "See: pgfeaturize models nodes",
            )
        return self.shapes[node]


def _try(
    name: str,
    backbone: str,
    weights: str | None,
    preprocessing: Json | None,
    packages: Collection[str],
) -> _Trial:
    with seeded():
        kind = find(backbone, weights, packages)
        how = merged(kind.preprocessing(), preprocessing)
        unresolved = Model(name.lower(), backbone, "", "", 0, kind.weights, how)
        graph = kind.graph(kind.sketch(unresolved.input_shape))
    if kind.preserve_precision:  # it may have been made for so many images and no others
        shapes(graph, unresolved.input_shape, kind.remedy, images=1)
    return _Trial(kind, unresolved, graph, shapes(graph, unresolved.input_shape, kind.remedy))


def _dim(unresolved: Model, node: str, pooling: str, shape: tuple[int, ...]) -> int:
    _, height, width = unresolved.input_shape
    pooled = Pool(pooling, (height, width))(torch.empty(1, *shape, device="meta"))
    if pooled.dim() != 2:
        raise no_vector(unresolved.backbone, node, shape)
    size = int(pooled.shape[1])
    if size > LONGEST:
        raise WrongDimension(
            f'node "{node}" of backbone "{unresolved.backbone}" gives {size:,} values ({shown(shape)}), '
            f"more than the {LONGEST:,} of the longest vector",
            'Choose pooling "avg", "max" or "gem" at a node with a map; vectors are never cut off.',
        )
    return size
