"""LeNet: 28 × 28 gray pixels, 800 features, 10 classes."""

from torch import Tensor, nn


class LeNet(nn.Module):
    """conv 20·5, pool, conv 50·5, pool, 500, 10: the network of MicrosoftML's digit samples.

    Input float32 (n, 1, 28, 28), output (n, 10) scores. The node `flatten` gives (n, 800), the output of layers 1 to 7,
    which are useful features for digits it was not trained on, too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, kernel_size=5)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(20, 50, kernel_size=5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(800, 500)
        self.relu3 = nn.ReLU()
        self.fc2 = nn.Linear(500, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 1, 28, 28) to (n, 10)."""
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        scores: Tensor = self.fc2(self.relu3(self.fc1(self.flatten(x))))
        return scores
