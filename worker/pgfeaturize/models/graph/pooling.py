"""Pooling: from what a node gives to one vector per image."""

import math

from torch import Tensor, nn

from pgfeaturize.errors import ModelError, WrongDimension

POOLINGS = ("none", "flatten", "avg", "max", "gem")

#: The longest vector that pgvector stores.
LONGEST = 16_000

# Generalized mean (Radenović et al., 2018): between the mean (p = 1) and the maximum.
_P, _LEAST = 3, 1e-6


class Pool(nn.Module):
    """(n, …) to (n, dim).

    Args:
        pooling: one of POOLINGS. "avg", "max" and "gem" go over height and width of (n, channels,
            height, width) and of (n, height, width, channels), and over the tokens, class token
            included, of (n, tokens, channels).
        size: height and width of the network's input; tells the two layouts apart.

    Raises:
        WrongDimension: by `forward`, if there is nothing to pool.
    """

    def __init__(self, pooling: str, size: tuple[int, int]) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ModelError(f'there is no pooling "{pooling}"', f"Known: {', '.join(POOLINGS)}.")
        self.pooling = pooling
        self._size = size

    def forward(self, x: Tensor) -> Tensor:
        if self.pooling in ("none", "flatten"):
            # A copy, since networks like to overwrite what they do not need any more.
            return (x if self.pooling == "none" else x.flatten(1)).clone()
        over, x = self._axes(x), x.float()
        if self.pooling == "gem":
            return x.clamp(min=_LEAST).pow(_P).mean(over).pow(1 / _P)
        return x.amax(over) if self.pooling == "max" else x.mean(over)

    def _axes(self, x: Tensor) -> tuple[int, ...]:
        if x.dim() == 3:
            return (1,)
        if x.dim() == 4:
            return (1, 2) if _ends_with_channels(tuple(x.shape[1:]), self._size) else (2, 3)
        raise WrongDimension(
            f'pooling "{self.pooling}" needs a map or tokens, there are {shown(tuple(x.shape[1:]))}',
            'Choose pooling "none".' if x.dim() == 2 else "Choose another node.",
        )


def _ends_with_channels(shape: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Whether `shape` is (height, width, channels), as within Swin and ConvNeXt.

    Height and width are the two neighbors in the proportion of the network's input.
    """
    wanted = math.log(size[0] / size[1])
    last, first = (abs(math.log(one / other) - wanted) for one, other in (shape[:2], shape[1:]))
    return last < first


def shown(shape: tuple[int, ...]) -> str:
    """A shape as people write it: 512 × 7 × 7."""
    return " × ".join(f"{side:,}" for side in shape)


def no_vector(backbone: str, node: str, shape: tuple[int, ...]) -> WrongDimension:
    """What to say of a node that gives something else than a vector."""
    flat = f' or "flatten", for {math.prod(shape):,} values' if math.prod(shape) <= LONGEST else ""
    return WrongDimension(
        f'node "{node}" of backbone "{backbone}" gives {shown(shape)}, not a vector',
        f'Choose pooling "avg", "max" or "gem"{flat}.',
    )
