"""Networks: a catalogue of models as data, their weights, and the loaded thing that embeds.

    lookup("ResNet50")            -> Model      a row of the catalogue
    load_network(model, device)   -> Network    built, loaded, cut at its node, made fast
    network.embed(batch)          -> vectors    uint8 (n, c, h, w) to float32 (n, dim)

Nothing here knows of databases or of encoded pictures.
"""

from pgfeaturize.models.catalogue import CATALOGUE, Model, lookup
from pgfeaturize.models.cut import build, cut
from pgfeaturize.models.lenet import LeNet
from pgfeaturize.models.network import Network, fingerprint_of, load_network, pick_device
from pgfeaturize.models.weights import digest, pull, verify, weights_path, weights_url

__all__ = [
    "CATALOGUE",
    "LeNet",
    "Model",
    "Network",
    "build",
    "cut",
    "digest",
    "fingerprint_of",
    "load_network",
    "lookup",
    "pick_device",
    "pull",
    "verify",
    "weights_path",
    "weights_url",
]
