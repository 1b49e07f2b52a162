"""The backbones of this package: a small trained network, and the pixels themselves."""

from collections import OrderedDict

from torch import nn

from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.backbones.lenet import LeNet
from pgfeaturize.models.default_preprocessing import Json, stretched
from pgfeaturize.models.weights.files import NONE


class LeNetBackbone(Backbone):
    """LeNet, trained on scikit-learn's digits."""

    default_weights = "lenet_digits"
    node = "flatten"  # layers 1 to 7: features that are useful for digits it was not trained on

    def preprocessing(self) -> Json:
        return stretched((28, 28), channels=1)

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return LeNet()


class PixelsBackbone(Backbone):
    """The pixels as the vector, as a baseline. Black is -1, so no image gives a zero vector."""

    default_weights = NONE
    without_file = (NONE,)
    node = "flatten"

    def preprocessing(self) -> Json:
        return stretched((32, 32), channels=3)

    def network(self, _input_shape: tuple[int, int, int]) -> nn.Module:
        return nn.Sequential(OrderedDict(flatten=nn.Flatten()))
