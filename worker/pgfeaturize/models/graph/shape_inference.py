"""Infers the shapes of a network's nodes, without computing where it is on the meta device."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx
from torch.overrides import TorchFunctionMode

from pgfeaturize.errors import ModelError, WrongNetwork
from pgfeaturize.models.graph.trace import Graph

Shapes = Mapping[fx.Node, tuple[int, ...]]

# A batch size that no dimension of windows or tokens has.
_IMAGES = 3


@contextmanager
def meta_init() -> Iterator[None]:
    """Build modules on the meta device inside the block: parameters have shapes, but no memory.

    `torch.device("meta")` would apply to all tensors, but constructors also compute with tensors.
    """
    with _MetaInit():
        yield


class _MetaInit(TorchFunctionMode):
    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        device = {"device": "meta"} if function is torch.empty else {}
        return function(*args, **{**(kwargs or {}), **device})


def shapes(graph: Graph, input_shape: tuple[int, ...], remedy: str, images: int = _IMAGES) -> Shapes:
    """Return the shape of each node's output for one image, of nodes that have one.

    Args:
        graph: traced network with all parameters on one device.
        input_shape: (channels, height, width) of an image.
        remedy: hint of the error.

    Raises:
        WrongNetwork: the network cannot process such images.
    """
    run = _Shapes(graph.module, images)
    device = next((tensor.device for tensor in graph.module.parameters()), torch.device("cpu"))
    with torch.inference_mode(), accepting_images(graph.backbone, images, input_shape, remedy):
        run.run(torch.zeros(images, *input_shape, device=device))
    return run.shapes


@contextmanager
def accepting_images(backbone: str, images: int, input_shape: tuple[int, ...], remedy: str) -> Iterator[None]:
    """Raise WrongNetwork if an error occurs inside the block."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # code of a network raises any error for images that do not fit
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
