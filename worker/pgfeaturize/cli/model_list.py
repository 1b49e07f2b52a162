"""The models of the database, or the named models if there is no database."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.filesize import decimal

from pgfeaturize.db.schema import connect_checked
from pgfeaturize.db.statements import execute, fetch
from pgfeaturize.errors import ModelError, SchemaMissing, ServerUnreachable, SettingsError, UnknownModel
from pgfeaturize.models import Model, known, lookup, resolve
from pgfeaturize.models.backbones.torchvision import Torchvision, backbones
from pgfeaturize.models.weights import huggingface
from pgfeaturize.models.weights.cache import expected_hash, is_stored, weights_cache_dir
from pgfeaturize.models.weights.files import verify, weights_path

MISSING, INTACT, DAMAGED = "missing", "intact", "DAMAGED"


@dataclass(frozen=True)
class Entry:
    """A model and its weights file on this machine.

    Attributes:
        model: the model; if it is unresolved, only name, backbone and weights are valid.
        in_use: whether a user registered it, or a featurizer uses it.
        issue: why it cannot be used; empty if it can.
        path: path of its weights file, which may not exist; None if it needs none.
    """

    model: Model
    in_use: bool
    issue: str
    path: Path | None

    @property
    def is_present(self) -> bool:
        """Whether its weights file exists, or none is needed."""
        return self.path.exists() if self.path else not self.issue

    def state(self) -> str:
        """Return the state of the weights file, after reading all of it."""
        if not self.is_present:
            return MISSING
        return INTACT if verify(self.model) else DAMAGED

    def cells(self) -> list[Any]:
        """Return its row of `pgfeaturize models list`."""
        model, path = self.model, self.path
        if self.is_present and not (model.dim or self.issue):
            model = lookup(model.name)
        return [
            model.name,
            model.dim or None,
            model.node,
            model.weights,
            "present" if self.is_present else MISSING,
            decimal(path.stat().st_size) if path and path.exists() else None,
            expected_hash(path)[:8] if path else None,
            self.issue,
        ]


def entries() -> list[Entry]:
    """Return all models; registered ones come first."""
    try:
        with connect_checked("models") as connection:
            return [_of_row(row) for row in execute(connection, "model_catalog")]
    except SettingsError:
        pass
    except (ServerUnreachable, SchemaMissing) as error:
        print(f"{error.message}; showing the named models only", file=sys.stderr)
    return _named_models()


def named(names: Sequence[str]) -> list[Entry]:
    """Return models by name, in upper or lower case.

    Raises:
        UnknownModel: there is no model of a name.
    """
    found = {entry.model.name: entry for entry in entries()}
    return [found.get(name.lower()) or _entry(lookup(name), in_use=True, issue="") for name in names]


def find(name: str) -> Model:
    """Return a named model, a network of timm ("timm/…"), or a registered model if a database is given.

    Raises:
        UnknownModel: there is no model of this name.
        Refused: the database has none either, or it is unresolved.
    """
    if name.startswith(huggingface.PREFIX):
        return resolve(name, name)
    try:
        return lookup(name)
    except UnknownModel as unknown:
        try:
            with connect_checked("models") as connection:
                return fetch(connection, Model, "resolved_model", name)[0]
        except SettingsError:
            hint = f"{unknown.hint} Registered models are in a database: set DATABASE_URL."
            raise UnknownModel(unknown.message, hint) from None
        except (ServerUnreachable, SchemaMissing) as error:
            hint = f"{unknown.hint} Registered models cannot be read: {error.message}."
            raise UnknownModel(unknown.message, hint) from error


def remove(name: str, *, keep_file: bool) -> Path | None:
    """Remove a registered model; return the path of its weights file if that was deleted, too.

    Only a user's file is deleted, and only if no other model of the database uses it.

    Raises:
        Refused: there is no such model, it is in use, or it belongs to another role.
    """
    with connect_checked("models") as connection:
        ((weights,),) = execute(connection, "remove_model", name)
        is_used = any(row.weights == weights for row in execute(connection, "model_catalog"))
    if keep_file or is_used or not (weights and is_stored(weights)):
        return None
    path: Path = weights_cache_dir() / weights
    if not path.exists():
        return None
    path.unlink()
    return path


def _named_models() -> list[Entry]:
    """Return all named models, most without node and dim, which `lookup` would have to infer."""
    torchvision = {
        name: Model(name, backbone, "", "", 0, weights, {})
        for backbone in backbones()
        for name, weights in Torchvision(backbone).models().items()
    }
    return [_entry(torchvision.get(name) or lookup(name), in_use=False, issue="") for name in known()]


def _of_row(row: Any) -> Entry:
    weights = row.weights or (huggingface.PRETRAINED if row.backbone.startswith(huggingface.PREFIX) else "")
    model = Model(row.name, row.backbone, row.node or "", row.pooling or "", row.dim or 0, weights, row.preprocessing)
    issue = "" if row.dim else f"unresolved: {row.error or 'no worker has tried it yet'}"
    return _entry(model, in_use=row.used or not row.builtin, issue=issue)


def _entry(model: Model, *, in_use: bool, issue: str) -> Entry:
    try:
        path = weights_path(model)
    except ModelError as error:
        return Entry(model, in_use, issue or error.message, None)
    return Entry(model, in_use, issue, path)
