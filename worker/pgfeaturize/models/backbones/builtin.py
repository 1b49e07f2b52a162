"""The backbones of this package: a small trained network, and the pixels themselves."""

from collections import OrderedDict

from torch import nn

from pgfeaturize.models.backbones.base import Backbone
from pgfeaturize.models.default_preprocessing import Json, stretched
from pgfeaturize.models.weights.files import NONE


class LeNet(nn.Sequential):
    """conv 20·5, pool, conv 50·5, pool, 500, 10: the network of MicrosoftML's digit samples.

    Input float32 (n, 1, 28, 28), output (n, 10) scores. The node `flatten` gives (n, 800), the output of layers 1 to 7,
    which are useful features for digits it was not trained on, too.
    """

    def __init__(self) -> None:
        layers = OrderedDict[str, nn.Module](
            conv1=nn.Conv2d(1, 20, kernel_size=5),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(20, 50, kernel_size=5),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            fc1=nn.Linear(800, 500),
            relu3=nn.ReLU(),
            fc2=nn.Linear(500, 10),
        )
        super().__init__(layers)


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
