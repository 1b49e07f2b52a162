"""The model cache: networks that a worker has loaded, and the feature spaces they write to."""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch

from pgfeaturize.db.queue import ModelFields, UnresolvedModel
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import Refused, SpaceMismatch
from pgfeaturize.images import Preprocessing
from pgfeaturize.models import Model, Network, load_network, resolve
from pgfeaturize.worker.weight_downloader import WeightDownloader

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to run.

    Attributes:
        network: that it is an output of.
        output: its index among the outputs of the network.
        space: id of the feature space that its vectors are in.
    """

    network: Network
    output: int
    space: int

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        return self.network.models[self.output].dim


class ModelCache:
    """Loads a network when it is first needed, and again when its model has changed. Thread-safe.

    Models with the same backbone, weights and preprocessing share a network, so that one forward pass serves them all.
    """

    def __init__(self, device: torch.device, *, offline: bool = False, packages: Iterable[str] = ()) -> None:
        self.device = device
        self._offline = offline
        self._packages = frozenset(packages)
        self._networks: list[Network] = []
        self._spaces: dict[str, int] = {}
        self._weight_downloader = WeightDownloader()
        self._lock = threading.Lock()

    def load(self, connection: Connection, rows: Sequence[ModelFields]) -> list[LoadedModel]:
        """Return the loaded models of these catalog rows, in their order.

        Raises:
            ModelError: a model cannot be loaded, or is not the one whose vectors are stored.
        """
        models = [model_of(row) for row in rows]
        groups: defaultdict[Hashable, dict[Model, None]] = defaultdict(dict)
        for model in models:
            groups[model.forward_key][model] = None
        with self._lock:
            networks = {key: self._network(list(group)) for key, group in groups.items()}
            return [
                self._loaded(connection, networks[model.forward_key], model, row.space_id)
                for model, row in zip(models, rows, strict=True)
            ]

    def resolve(self, connection: Connection, unresolved: UnresolvedModel) -> None:
        """Fill in the missing parameters of a model, and store them in the database.

        Raises:
            ModelError: the model cannot be resolved.
        """
        model = resolve(
            unresolved.name,
            unresolved.backbone,
            node=unresolved.node,
            cut=unresolved.cut,
            pooling=unresolved.pooling,
            weights=unresolved.weights,
            preprocessing=json.loads(unresolved.preprocessing),
            packages=self._packages,
        )
        Preprocessing.from_json(model.preprocessing)
        document = json.dumps(dict(model.preprocessing))
        execute(connection, "resolve_model", model.name, model.node, model.pooling, model.dim, model.weights, document)
        log.info("model %s has vectors of %s values", model.name, model.dim)

    def _network(self, models: Sequence[Model]) -> Network:
        """Return the smallest loaded network that has these models as outputs, or load one."""
        suitable = [network for network in self._networks if {*models} <= {*network.models}]
        if suitable:
            return min(suitable, key=lambda network: len(network.models))
        if not self._offline:
            self._weight_downloader.ensure(models[0])
        started = time.monotonic()
        loaded = load_network(models, self.device, offline=self._offline, packages=self._packages)
        self._networks = [n for n in self._networks if not _is_outdated(n, models)]
        self._networks.append(loaded)
        names = " and ".join(model.name for model in models)
        log.info("loaded model %s in %.1f s", names, time.monotonic() - started)
        return loaded

    def _loaded(self, connection: Connection, network: Network, model: Model, space: int | None) -> LoadedModel:
        output = network.models.index(model)
        if space is None or space != self._spaces.get(model.name):
            fingerprint = network.fingerprints[output]
            self._spaces[model.name] = _register_space(connection, model, fingerprint)
        return LoadedModel(network, output, self._spaces[model.name])


def model_of(row: ModelFields) -> Model:
    """Return the model of a catalog row; equal rows give the same object.

    Raises:
        BadPreprocessing: its preprocessing is malformed.
    """
    return _build_model(row.model, row.backbone, row.node, row.pooling, row.dim, row.weights, row.preprocessing)


@lru_cache(maxsize=1024)
def _build_model(
    name: str, backbone: str, node: str, pooling: str, dim: int, weights: str, preprocessing: str
) -> Model:
    document = json.loads(preprocessing)
    Preprocessing.from_json(document)
    return Model(name, backbone, node, pooling, dim, weights, document)


def _is_outdated(network: Network, models: Iterable[Model]) -> bool:
    """Whether the network has an earlier version of one of these models."""
    current = {model.name: model for model in models}
    return any(current.get(model.name, model) != model for model in network.models)


def _register_space(connection: Connection, model: Model, fingerprint: str) -> int:
    try:
        ((space,),) = execute(connection, "register_space", model.name, fingerprint)
    except Refused as error:
        raise SpaceMismatch(error.message, error.hint) from error
    return int(space)
