"""Pooling: turns the output of a node into one vector per image."""

import math

from torch import Tensor, nn

from pgfeaturize.errors import ModelError, WrongDimension

POOLINGS = ("none", "flatten", "avg", "max", "gem")

#: Maximum dimension of a vector in pgvector.
MAX_DIM = 16_000

# Generalized mean (Radenović et al., 2018), between the mean (p = 1) and the maximum.
_P, _EPSILON = 3, 1e-6


class Pool(nn.Module):
    """Maps (n, …) to (n, dim).

    Args:
        pooling: one of POOLINGS. "avg", "max" and "gem" pool over height and width of (n, channels, height, width) and
            of (n, height, width, channels), and over the tokens, including the class token, of (n, tokens, channels).
        size: height and width of the network's input, which distinguish the two layouts.

    Raises:
        WrongDimension: raised by `forward` if the input has none of these shapes.
    """

    def __init__(self, pooling: str, size: tuple[int, int]) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ModelError(f'there is no pooling "{pooling}"', f"Known: {', '.join(POOLINGS)}.")
        self.pooling = pooling
        self._size = size

    def forward(self, x: Tensor) -> Tensor:
        if self.pooling in ("none", "flatten"):
            # A copy, because later operations may overwrite the output of the node.
            return (x if self.pooling == "none" else x.flatten(1)).clone()
        axes, x = self._axes(x), x.float()
        if self.pooling == "gem":
            return x.clamp(min=_EPSILON).pow(_P).mean(axes).pow(1 / _P)
        return x.amax(axes) if self.pooling == "max" else x.mean(axes)

    def _axes(self, x: Tensor) -> tuple[int, ...]:
        if x.dim() == 3:
            return (1,)
        if x.dim() == 4:
            return (1, 2) if _ends_with_channels(tuple(x.shape[1:]), self._size) else (2, 3)
        raise WrongDimension(
            f'pooling "{self.pooling}" needs a feature map or tokens, not {format_shape(tuple(x.shape[1:]))}',
            'Choose pooling "none".' if x.dim() == 2 else "Choose another node.",
        )


def _ends_with_channels(shape: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Return whether a shape is (height, width, channels), as in Swin and ConvNeXt.

    Height and width are the adjacent pair with the aspect ratio of the network's input.
    """
    ratio = math.log(size[0] / size[1])
    last, first = (abs(math.log(one / other) - ratio) for one, other in (shape[:2], shape[1:]))
    return last < first


def format_shape(shape: tuple[int, ...]) -> str:
    """Format a shape, such as 512 × 7 × 7."""
    return " × ".join(f"{side:,}" for side in shape)


def no_vector(backbone: str, node: str, shape: tuple[int, ...]) -> WrongDimension:
    """Return the error for a node whose output is not a vector."""
    flat = f' or "flatten", for {math.prod(shape):,} values' if math.prod(shape) <= MAX_DIM else ""
    return WrongDimension(
        f'node "{node}" of backbone "{backbone}" has the shape {format_shape(shape)}, not a vector',
        f'Choose pooling "avg", "max" or "gem"{flat}.',
    )
