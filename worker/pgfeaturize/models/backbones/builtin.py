"""The backbones of the package itself: a small network with its weights, and none at all."""

from torch import nn

from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.backbones.lenet import LeNet
from pgfeaturize.models.backbones.pixels import Pixels
from pgfeaturize.models.default_preprocessing import Json, stretched
from pgfeaturize.models.weights.files import NONE


class LeNetBackbone(Backbone):
    """LeNet, trained on scikit-learn's digits."""

    usual = "lenet_digits"
    node = "flatten"  # layers 1 to 7, which serve for other digits than those they learned

    def preprocessing(self) -> Json:
        return stretched((28, 28), channels=1)

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return LeNet()


class PixelsBackbone(Backbone):
    """The pixels as they are. Black is -1: no image is a vector of zeros."""

    usual = NONE
    without_file = (NONE,)
    node = "flatten"

    def preprocessing(self) -> Json:
        return stretched((32, 32), channels=3)

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return Pixels()
