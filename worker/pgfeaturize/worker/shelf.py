"""The networks that a worker has loaded, and the feature spaces they write to."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import psycopg
import torch

from pgfeaturize.errors import SpaceMismatch
from pgfeaturize.models import Model, Network, load_network
from pgfeaturize.statements import Connection, execute

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class Service:
    """What it takes to serve a featurizer."""

    network: Network
    space: int
    storage: str


class Shelf:
    """Loads a network when a featurizer first needs it, and again when its model has changed."""

    def __init__(self, device: torch.device, *, offline: bool) -> None:
        self.device = device
        self._offline = offline
        self._networks: dict[str, Network] = {}
        self._spaces: dict[str, int] = {}

    def service(self, connection: Connection, task: Any) -> Service:
        """Return what serves a row of featurize.work().

        Raises:
            ModelError: if the model cannot be loaded, or is not the one whose vectors are stored.
        """
        network = self._network(task)
        if task.space_id is None or task.space_id != self._spaces.get(task.model):
            self._spaces[task.model] = _register(connection, network)
        return Service(network, self._spaces[task.model], task.storage)

    def _network(self, task: Any) -> Network:
        model = Model(
            name=task.model,
            backbone=task.backbone,
            node=task.node,
            pooling=task.pooling,
            dim=task.dim,
            weights=task.weights,
            preprocessing=task.preprocessing,
        )
        loaded = self._networks.get(model.name)
        if loaded is None or loaded.model != model:
            started = time.monotonic()
            loaded = load_network(model, self.device, offline=self._offline)
            self._networks[model.name] = loaded
            log.info("loaded model %s in %.1f s", model.name, time.monotonic() - started)
        return loaded


def _register(connection: Connection, network: Network) -> int:
    try:
        (row,) = execute(connection, "register_space", network.model.name, network.fingerprint)
    except psycopg.Error as error:
        if error.sqlstate != "FZ008":
            raise
        message, hint = error.diag.message_primary, error.diag.message_hint
        raise SpaceMismatch(message or "", hint or "") from error
    return int(row[0])
