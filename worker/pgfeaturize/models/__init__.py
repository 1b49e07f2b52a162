"""Networks: models as data, their weights, and the loaded thing that embeds.

    lookup("ResNet50")             -> Model      one that has a name from the start
    resolve("mine", "resnet50")   -> Model      one of the user's, what is not given found out
    nodes("resnet50")              -> [Node]     where a backbone can be cut
    load_network([model], device)  -> Network    built, loaded, cut at its nodes, made fast
    network.embed(batch)           -> [vectors]  uint8 (n, c, h, w) to float32 (n, dim)

Nothing here knows of databases or of encoded images. From the bottom up: catalogue; weights
with files, download and hub; graph, dry, pooling, fill; backbones of five kinds and building;
complete and named; cut, fold and network.
"""

from pgfeaturize.models.backbones.lenet import LeNet
from pgfeaturize.models.backbones.registry import build
from pgfeaturize.models.graph.cut import cut
from pgfeaturize.models.graph.trace import Graph, trace
from pgfeaturize.models.network import Network, fingerprint_of, load_network, pick_device
from pgfeaturize.models.registry import known, lookup
from pgfeaturize.models.resolve import Node, nodes, resolve
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights.files import digest, pull, verify, weights_path, weights_url

__all__ = [
    "Graph",
    "LeNet",
    "Model",
    "Network",
    "Node",
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
    "verify",
    "weights_path",
    "weights_url",
]
