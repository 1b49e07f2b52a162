"""The shipped LeNet is the result of its script, is small, and is accurate on test images."""

import numpy as np
import pytest
import safetensors.torch
import torch
from scripts.train_lenet import MODEL, Digits, accuracy, png, train
from sklearn.linear_model import LogisticRegression

from pgfeaturize.images import Limits, Preprocessing, decode, preprocess
from pgfeaturize.models import LeNet, build, load_network, weights_path


@pytest.fixture(scope="module")
def digits() -> tuple[Digits, Digits]:
    return Digits.load().split()


@pytest.mark.slow
def test_training_again_gives_the_same_accuracy(digits: tuple[Digits, Digits]) -> None:
    learned, held_out = digits
    shipped = accuracy(build(MODEL), held_out)
    assert shipped > 0.98
    assert accuracy(train(learned), held_out) == pytest.approx(shipped, abs=0.01)


def test_training_is_deterministic(digits: tuple[Digits, Digits]) -> None:
    few = Digits(digits[0].inputs[:64], digits[0].labels[:64])
    torch.manual_seed(1)
    one = train(few, epochs=1).state_dict()
    torch.manual_seed(2)
    other = train(few, epochs=1).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_shipped_file_is_small_and_complete() -> None:
    path = weights_path(MODEL)
    assert path is not None
    assert path.stat().st_size <= 2_000_000
    assert safetensors.torch.load_file(path).keys() == LeNet().state_dict().keys()


def test_the_split_is_stratified_and_apart(digits: tuple[Digits, Digits]) -> None:
    learned, held_out = digits
    assert len(learned.labels) + len(held_out.labels) == 901
    for part in digits:
        assert (part.labels.bincount() / len(part.labels) - 0.2).abs().max() < 0.02


@pytest.mark.slow
def test_features_serve_digits_that_were_never_seen() -> None:
    """A small version of the published MNIST experiment: layers 1 to 7 as extractor for digits 5 to 9."""
    learned, held_out = Digits.load(range(5, 10)).split()
    network = load_network([MODEL], torch.device("cpu"))
    features = [network.embed((part.inputs * 127.5 + 127.5).round().to(torch.uint8))[0] for part in (learned, held_out)]
    head = LogisticRegression(max_iter=1000).fit(features[0], learned.labels.numpy())
    assert head.score(features[1], held_out.labels.numpy()) > 0.95


def test_a_digit_goes_the_way_of_an_image() -> None:
    digit = np.zeros((8, 8))
    digit[2:6, 3:5] = 16
    image = decode(png(digit), Limits())
    assert (image.mode, image.size) == ("L", (8, 8))
    assert image.getextrema() == (0, 255)
    pixels = preprocess(image, Preprocessing.from_json(MODEL.preprocessing))
    assert pixels.shape == (1, 28, 28)
