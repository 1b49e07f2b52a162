"""Dry runs: which shapes a network's nodes have, at no cost where it is built without memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx
from torch.overrides import TorchFunctionMode

from pgfeaturize.errors import ModelError, WrongNetwork
from pgfeaturize.models.graph.trace import Graph

Shapes = Mapping[fx.Node, tuple[int, ...]]

# One that no network has by itself: windows and tokens are never taken for images.
_IMAGES = 3


@contextmanager
def meta_init() -> Iterator[None]:
    """Within, modules are built on the meta device: their parameters have shapes and no memory.

    Not the whole of torch as `torch.device("meta")` does: builders calculate with tensors, too.
    """
    with _MetaInit():
        yield


class _MetaInit(TorchFunctionMode):
    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        where = {"device": "meta"} if function is torch.empty else {}
        return function(*args, **{**(kwargs or {}), **where})


def shapes(
    graph: Graph, input_shape: tuple[int, ...], remedy: str, images: int = _IMAGES
) -> Shapes:
    """Of each node that gives something for each image: the shape, without the batch.

    Args:
        graph: with all its parameters on one device; nothing is computed on meta.
        input_shape: (channels, height, width) of an image.
        remedy: what to do if it takes no such images.

    Raises:
        WrongNetwork: it does not take such images.
    """
    run = _Shapes(graph.module, images)
    device = next((tensor.device for tensor in graph.module.parameters()), torch.device("cpu"))
    with torch.inference_mode(), taking(graph.backbone, images, input_shape, remedy):
        run.run(torch.zeros(images, *input_shape, device=device))
    return run.shapes


@contextmanager
def taking(backbone: str, images: int, input_shape: tuple[int, ...], remedy: str) -> Iterator[None]:
    """Within, what goes wrong means that the network does not take such images."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # whatever the code of a network does with what does not fit
        many = "an image" if images == 1 else f"{images} images"
        raise WrongNetwork(
            f'backbone "{backbone}" does not take {many} of shape {input_shape}: '
            f"{str(error).strip().partition(chr(10))[0]}",
            remedy,
        ) from error


class _Shapes(fx.Interpreter):
    def __init__(self, module: fx.GraphModule, images: int) -> None:
        super().__init__(module)
        self.extra_traceback = False
        self._images = images
        self.shapes: dict[fx.Node, tuple[int, ...]] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if isinstance(value, Tensor) and value.dim() > 1 and len(value) == self._images:
            self.shapes[n] = tuple(value.shape[1:])
        return value
