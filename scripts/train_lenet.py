"""Train the LeNet that the package ships: scikit-learn's digits 0 to 4, seconds on a CPU.

    python -m scripts.train_lenet [--out FILE]

The digits go the way that images of a user go: 8×8 gray PNG, decoded and stretched by
`pgfeaturize.images`. The network never sees a 5 to 9, so that its features can be tried on them.
"""

import argparse
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from pgfeaturize import images
from pgfeaturize.models import LeNet, lookup, weights_path

MODEL = lookup("lenet_digits")
SEED = 0
EPOCHS = 12
BATCH = 32


def png(digit: npt.NDArray[np.float64]) -> bytes:
    """A digit of scikit-learn, (8, 8) of 0 to 16, as an 8-bit gray PNG of 8×8 pixels."""
    file = io.BytesIO()
    Image.fromarray(np.rint(digit * (255 / 16)).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True)
class Digits:
    """Digits as the network sees them: float32 (n, 1, 28, 28) and int64 (n,)."""

    inputs: Tensor
    labels: Tensor

    @classmethod
    def load(cls, wanted: range = range(5)) -> Self:
        """All of scikit-learn's digits whose label is `wanted`."""
        bunch = load_digits()
        chosen = np.isin(bunch.target, wanted)
        how = images.Preprocessing.from_json(MODEL.preprocessing)
        pixels = np.stack([_pixels(digit, how) for digit in bunch.images[chosen]])
        inputs = (torch.from_numpy(pixels) / 255 - how.mean[0]) / how.std[0]
        return cls(inputs, torch.from_numpy(bunch.target[chosen]))

    def split(self, test_fraction: float = 0.25) -> tuple[Self, Self]:
        """Training and held-out digits, the same every time, stratified by label."""
        parts = train_test_split(
            np.arange(len(self.labels)), test_size=test_fraction, random_state=SEED, stratify=self.labels.numpy()
        )
        train, test = (type(self)(self.inputs[part], self.labels[part]) for part in parts)
        return train, test


def _pixels(digit: npt.NDArray[np.float64], how: images.Preprocessing) -> images.Pixels:
    return images.preprocess(images.decode(png(digit), images.Limits()), how)


def train(digits: Digits, *, epochs: int = EPOCHS, seed: int = SEED) -> LeNet:
    """A LeNet trained on `digits` by Adam; deterministic, and no global random state changes."""
    with torch.random.fork_rng(devices=[]), _one_thread():
        torch.manual_seed(seed)
        network = LeNet().train()
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        for _ in range(epochs):
            for part in torch.split(torch.randperm(len(digits.labels)), BATCH):
                optimizer.zero_grad()
                scores = network(digits.inputs[part])
                loss = nn.functional.cross_entropy(scores, digits.labels[part])
                torch.autograd.backward(loss)
                optimizer.step()
    return network.eval()


@contextmanager
def _one_thread() -> Iterator[None]:
    """So small a network gains nothing by more, and sums come out the same on every machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@torch.inference_mode()
def accuracy(network: nn.Module, digits: Digits) -> float:
    """The fraction of `digits` whose highest score is their label."""
    guesses: Tensor = network(digits.inputs).argmax(1)
    return float((guesses == digits.labels).float().mean())


def main() -> None:
    """Train, say how well, and write the weights."""
    parser = argparse.ArgumentParser(description="Train the LeNet that the package ships.")
    parser.add_argument("--out", type=Path, default=weights_path(MODEL), metavar="FILE")
    out: Path = parser.parse_args().out
    learned, held_out = Digits.load().split()
    network = train(learned)
    safetensors.torch.save_file(network.state_dict(), out)
    print(f"trained on {len(learned.labels)} digits 0 to 4; accuracy on")
    print(f"{len(held_out.labels)} others: {accuracy(network, held_out):.4f}")
    print(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
