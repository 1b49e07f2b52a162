"""Models as data, their weights, and the loaded network that embeds images.

    lookup("ResNet50")             -> Model      a named model
    resolve("mine", "resnet50")    -> Model      a user's model, with omitted parameters filled in
    nodes("resnet50")              -> [Node]     the nodes where a backbone can be cut
    load_network([model], device)  -> Network    built, loaded, cut at its nodes, optimized
    network.embed(batch)           -> [vectors]  uint8 (n, c, h, w) to float32 (n, dim)

This package knows no databases and no encoded images.

    spec.py      the Model record          weights/    files of weights, download, verification
    registry.py  the named models          backbones/  how networks are built: torchvision, timm, …
    resolve.py   omitted parameters        graph/      traced networks: shapes, cuts, pooling, folding
    network.py   the loaded network
"""

from pgfeaturize.models.backbones.builtin import LeNet
from pgfeaturize.models.backbones.registry import build
from pgfeaturize.models.graph.cut import cut
from pgfeaturize.models.graph.trace import trace
from pgfeaturize.models.network import Network, fingerprint_of, load_network, pick_device
from pgfeaturize.models.registry import known, lookup
from pgfeaturize.models.resolve import nodes, resolve
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.files import digest, pull, weights_path

__all__ = [
    "LeNet",
    "Model",
    "Network",
    "build",
    "cut",
    "digest",
    "fingerprint_of",
    "known",
    "load_network",
    "lookup",
    "nodes",
    "pick_device",
    "pull",
    "resolve",
    "trace",
    "weights_path",
]
