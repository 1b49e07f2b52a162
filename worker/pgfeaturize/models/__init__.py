"""Networks: models as data, their weights, and the loaded thing that embeds.

    lookup("ResNet50")             -> Model      one that has a name from the start
    complete("mine", "resnet50")   -> Model      one of the user's, what is not given found out
    nodes("resnet50")              -> [Node]     where a backbone can be cut
    load_network([model], device)  -> Network    built, loaded, cut at its nodes, made fast
    network.embed(batch)           -> [vectors]  uint8 (n, c, h, w) to float32 (n, dim)

Nothing here knows of databases or of encoded pictures. From the bottom up: catalogue; weights
with files, download and hub; graph, dry, pooling, fill; backbones of five kinds and building;
complete and named; cut, fold and network.
"""

from pgfeaturize.models.building import build
from pgfeaturize.models.catalogue import Model
from pgfeaturize.models.complete import Node, complete, nodes
from pgfeaturize.models.cut import cut
from pgfeaturize.models.graph import Graph, trace
from pgfeaturize.models.lenet import LeNet
from pgfeaturize.models.named import known, lookup
from pgfeaturize.models.network import Network, fingerprint_of, load_network, pick_device
from pgfeaturize.models.weights import digest, pull, verify, weights_path, weights_url

__all__ = [
    "Graph",
    "LeNet",
    "Model",
    "Network",
    "Node",
    "build",
    "complete",
    "cut",
    "digest",
    "fingerprint_of",
    "known",
    "load_network",
    "lookup",
    "nodes",
    "pick_device",
    "pull",
    "trace",
    "verify",
    "weights_path",
    "weights_url",
]
