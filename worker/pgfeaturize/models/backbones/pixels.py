"""No network: the raw pixels as the vector, for comparison with what a network adds to them."""

from torch import Tensor, nn


class Pixels(nn.Module):
    """float32 (n, channels, height, width) to (n, channels · height · width)."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()

    def forward(self, x: Tensor) -> Tensor:
        """One row per image."""
        rows: Tensor = self.flatten(x)
        return rows
