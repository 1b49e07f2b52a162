"""The networks that a worker has loaded, and the feature spaces they write to."""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import Refused, SpaceMismatch
from pgfeaturize.images import Preprocessing
from pgfeaturize.models import Model, Network, load_network, resolve
from pgfeaturize.worker.weight_downloader import WeightDownloader

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class LoadedModel:
    """What it takes to serve a featurizer: one of the models of a network, and where it writes."""

    network: Network
    output: int
    space: int

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        return self.network.models[self.output].dim


class ModelCache:
    """Loads a network when a featurizer first needs it, and again when its model has changed.

    Models of one forward pass that are wanted together share a network, so that one forward pass serves
    them all. May be asked by several threads.
    """

    def __init__(
        self, device: torch.device, *, offline: bool = False, packages: Iterable[str] = ()
    ) -> None:
        self.device = device
        self._offline = offline
        self._packages = frozenset(packages)
        self._networks: list[Network] = []
        self._spaces: dict[str, int] = {}
        self._weight_downloader = WeightDownloader()
        self._lock = threading.Lock()

    def services(self, connection: Connection, tasks: Sequence[Any]) -> list[LoadedModel]:
        """Return what serves these rows of featurize.work(), in their order.

        Raises:
            ModelError: if a model cannot be loaded, or is not the one whose vectors are stored.
        """
        wanted = [_model(task) for task in tasks]
        groups: defaultdict[Any, dict[Model, None]] = defaultdict(dict)
        for model in wanted:
            groups[model.forward_key][model] = None
        with self._lock:
            networks = {
                forward_key: self._network(list(models)) for forward_key, models in groups.items()
            }
            return [
                self._service(connection, networks[model.forward_key], model, task)
                for model, task in zip(wanted, tasks, strict=True)
            ]

    def resolve(self, connection: Connection, unresolved: Any) -> None:
        """Find out by a dry run what an unresolved model leaves open, and enter it in the catalogue.

        Raises:
            ModelError: why it cannot be completed.
        """
        model = resolve(
            unresolved.model,
            unresolved.backbone,
            node=unresolved.node,
            cut=unresolved.cut,
            pooling=unresolved.pooling,
            weights=unresolved.weights,
            preprocessing=unresolved.preprocessing,
            offline=self._offline,
            packages=self._packages,
        )
        Preprocessing.from_json(model.preprocessing)
        document = json.dumps(dict(model.preprocessing))
        found = model.node, model.pooling, model.dim, model.weights, document
        execute(connection, "resolve_model", model.name, *found)
        log.info("model %s gives vectors of %s values", model.name, model.dim)

    def _network(self, models: Sequence[Model]) -> Network:
        """The smallest network on the models that has these models, or a new one."""
        able = [network for network in self._networks if {*models} <= {*network.models}]
        if able:
            return min(able, key=lambda network: len(network.models))
        for model in models:
            Preprocessing.from_json(model.preprocessing)
        if not self._offline:
            self._weight_downloader.ensure(models[0])
        started = time.monotonic()
        loaded = load_network(models, self.device, offline=self._offline, packages=self._packages)
        self._networks = [n for n in self._networks if not _is_outdated(n, models)]
        self._networks.append(loaded)
        names = " and ".join(model.name for model in models)
        log.info("loaded model %s in %.1f s", names, time.monotonic() - started)
        return loaded

    def _service(
        self, connection: Connection, network: Network, model: Model, task: Any
    ) -> LoadedModel:
        output = network.models.index(model)
        if task.space_id is None or task.space_id != self._spaces.get(model.name):
            fingerprint = network.fingerprints[output]
            self._spaces[model.name] = _register(connection, model, fingerprint)
        return LoadedModel(network, output, self._spaces[model.name])


def _is_outdated(network: Network, models: Iterable[Model]) -> bool:
    """Whether it has an earlier version of one of these models."""
    current = {model.name: model for model in models}
    return any(current.get(model.name, model) != model for model in network.models)


def _model(task: Any) -> Model:
    return Model(
        name=task.model,
        backbone=task.backbone,
        node=task.node,
        pooling=task.pooling,
        dim=task.dim,
        weights=task.weights,
        preprocessing=task.preprocessing,
    )


def _register(connection: Connection, model: Model, fingerprint: str) -> int:
    try:
        (row,) = execute(connection, "register_space", model.name, fingerprint)
    except Refused as error:
        raise SpaceMismatch(error.message, error.hint) from error
    return int(row[0])
