"""Networks such as users have, with unusual properties."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """A network that overwrites its values in place, and uses one convolution twice."""

    def __init__(self, classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.block = nn.Conv2d(8, 8, 3, padding=1)
        self.first, self.second = nn.BatchNorm2d(8), nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, classes)
        for number, norm in enumerate((self.norm, self.first, self.second)):
            norm.running_mean.add_(0.1 * number)  # type: ignore[union-attr]
            norm.running_var.mul_(1.5 + number)  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.norm(self.stem(x)))
        x = self.relu(self.second(self.block(self.first(self.block(x)))) + x)
        return self.head(self.drop(self.pool(x).flatten(1)))


def small() -> nn.Module:
    return Small()


class Rows(Small):
    """A network that assumes a contiguous memory layout."""

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.adaptive_avg_pool2d(self.stem(x), 2)
        return x.view(x.shape[0], -1)


def rows() -> nn.Module:
    return Rows()


class Dynamic(Small):
    """A network with control flow that depends on the image."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if x.sum() > 0 else -x)


def dynamic() -> nn.Module:
    return Dynamic()


class Several(Small):
    """A network that returns several values, one of which is not a tensor per image."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:  # type: ignore[override]
        x = self.stem(x)
        return {"map": x, "mean": x.mean((2, 3)), "all": x.mean()}


def several() -> nn.Module:
    return Several()


def no_network() -> Iterator[int]:
    return iter(())


def broken() -> nn.Module:
    raise OSError("no weights here")


def wide() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 1, 1), nn.Flatten())


def exported(network: nn.Module, batch: int | None = None, size: int = 32) -> torch.export.ExportedProgram:
    """Return an exported program for batches of one size, or of any."""
    shapes = None if batch else ({0: torch.export.Dim("n")},)
    images = torch.zeros(batch or 2, 3, size, size)
    return torch.export.export(network.eval(), (images,), dynamic_shapes=shapes)
