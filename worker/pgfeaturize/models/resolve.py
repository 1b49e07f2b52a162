"""Fills in omitted parameters of a model: traces its network and infers the shapes."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import torch
from torch import fx

from pgfeaturize.errors import ModelError, UnknownNode, WrongDimension
from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.backbones.registry import find, seeded
from pgfeaturize.models.default_preprocessing import Json, merged
from pgfeaturize.models.graph.pooling import MAX_DIM, Pool, format_shape, no_vector
from pgfeaturize.models.graph.shape_inference import shapes
from pgfeaturize.models.graph.trace import OUTPUT, Graph
from pgfeaturize.models.spec import Model


@dataclass(frozen=True)
class Node:
    """A node where a network can be cut.

    Attributes:
        name: name of the node.
        shape: shape of its output for one image.
        size: number of values of that output.
        default: whether models without a node are cut here.
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
    packages: Collection[str] = (),
) -> Model:
    """Return a complete model. No weights are loaded or downloaded.

    Args:
        node: node to cut at; default: the input of the prediction layer.
        cut: instead of a node, the number of layers to omit at the end; see `Graph.cut`.
        pooling: default: "none" if the node's output is a vector, "avg" if neither node nor cut is given.
        dim: expected dimension; default: that of the node.
        weights: default: the first version for ImageNet, or those of the backbone.
        preprocessing: fields that differ from the preprocessing of the weights. A new `size` also changes `shorter`; a
            new `order` reverses mean and std.
        packages: Python packages that may be imported to build a network.

    Raises:
        ModelError: one of its subclasses.
    """
    if node is not None and cut is not None:
        raise ModelError(f'model "{name}" has both a node and a cut', "Give only one of them.")
    traced = _trace(name, backbone, weights, preprocessing, packages)
    is_default = node is None and cut is None
    if node is None:
        node = traced.default_node() if cut is None else traced.graph.cut(cut)
    shape = traced.shape(node)
    if pooling is None and len(shape) > 1 and not is_default:
        raise no_vector(backbone, node, shape)
    pooling = pooling or ("none" if len(shape) == 1 else "avg")
    size = _dim(traced.unresolved, node, pooling, shape)
    model = replace(traced.unresolved, node=node, pooling=pooling, dim=size)
    if dim not in (None, model.dim):
        raise WrongDimension(
            f'model "{name}" has vectors of {model.dim:,} values, not {dim:,}', f"Omit dim, or give {model.dim}."
        )
    return model


def nodes(
    backbone: str, *, weights: str | None = None, preprocessing: Json | None = None, packages: Collection[str] = ()
) -> list[Node]:
    """Return the nodes where a backbone can be cut, in order of execution.

    Arguments and errors are those of `resolve`.
    """
    traced = _trace("", backbone, weights, preprocessing, packages)
    default = traced.graph.names.get(traced.default_node())
    return [
        Node(name, traced.shapes[node], math.prod(traced.shapes[node]), node is default)
        for name, node in traced.graph.names.items()
        if node in traced.shapes and name != OUTPUT
    ]


@dataclass(frozen=True)
class _TracedBackbone:
    """A traced backbone with the shapes of its nodes.

    Attributes:
        unresolved: the model without node, pooling and dimension.
        shapes: shapes of the outputs for one image.
    """

    kind: Backbone
    unresolved: Model
    graph: Graph
    shapes: Mapping[fx.Node, tuple[int, ...]]

    def default_node(self) -> str:
        """Return the node where models without a node are cut."""
        return self.kind.node or self.graph.default_node()

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a node's output for one image."""
        node = self.graph.node(name)
        if node not in self.shapes:
            raise UnknownNode(
                f'node "{name}" of backbone "{self.kind.name}" has no output per image',
                self.kind.remedy if self.kind.preserve_precision else "See: pgfeaturize models nodes",
            )
        return self.shapes[node]


def _trace(
    name: str, backbone: str, weights: str | None, preprocessing: Json | None, packages: Collection[str]
) -> _TracedBackbone:
    with seeded():
        kind = find(backbone, weights, packages)
        complete = merged(kind.preprocessing(), preprocessing)
        unresolved = Model(name.lower(), backbone, "", "", 0, kind.weights, complete)
        graph = kind.graph(kind.untrained(unresolved.input_shape))
    if kind.preserve_precision:  # it may accept only the batch size of its export
        shapes(graph, unresolved.input_shape, kind.remedy, images=1)
    return _TracedBackbone(kind, unresolved, graph, shapes(graph, unresolved.input_shape, kind.remedy))


def _dim(unresolved: Model, node: str, pooling: str, shape: tuple[int, ...]) -> int:
    _, height, width = unresolved.input_shape
    pooled = Pool(pooling, (height, width))(torch.empty(1, *shape, device="meta"))
    if pooled.dim() != 2:
        raise no_vector(unresolved.backbone, node, shape)
    size = int(pooled.shape[1])
    if size > MAX_DIM:
        raise WrongDimension(
            f'node "{node}" of backbone "{unresolved.backbone}" has {size:,} values ({format_shape(shape)}); '
            f"a vector has at most {MAX_DIM:,}",
            'Choose pooling "avg", "max" or "gem" at a node with a feature map; vectors are never truncated.',
        )
    return size
