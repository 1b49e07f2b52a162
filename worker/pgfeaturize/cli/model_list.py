"""The models of the database, or the package's own where no database can be asked."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.filesize import decimal

from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import connect, execute
from pgfeaturize.errors import ModelError, SchemaMissing, ServerUnreachable, SettingsError
from pgfeaturize.models import Model, known, lookup
from pgfeaturize.models.backbones.torchvision import Torchvision, backbones
from pgfeaturize.models.weights import huggingface
from pgfeaturize.models.weights.cache import expected_hash
from pgfeaturize.models.weights.files import verify, weights_path
from pgfeaturize.settings import database_url

MISSING, INTACT, DAMAGED = "not here", "intact", "DAMAGED"


@dataclass(frozen=True)
class Entry:
    """A model of the catalogue, and its file of weights on this machine.

    Attributes:
        model: of an unresolved model, only name, backbone and weights mean anything.
        wanted: whether it is the user's own, or a featurizer uses it.
        issue: why it cannot be used as it is; else empty.
        path: where the weights are, or are to be; None if none are needed, or known.
    """

    model: Model
    wanted: bool
    issue: str
    path: Path | None

    @property
    def here(self) -> bool:
        """Whether nothing is missing on this machine."""
        return self.path.exists() if self.path else not self.issue

    def state(self) -> str:
        """What is to be said of the file, after a look at all of it."""
        if not self.here:
            return MISSING
        return INTACT if verify(self.model) else DAMAGED

    def shown(self) -> list[Any]:
        """A row of `pgfeaturize models list`."""
        model, path = self.model, self.path
        if self.here and not (model.dim or self.issue):
            model = lookup(model.name)
        return [
            model.name,
            model.dim or None,
            model.node,
            model.weights,
            "here" if self.here else MISSING,
            decimal(path.stat().st_size) if path and path.exists() else None,
            expected_hash(path)[:8] if path else None,
            self.issue,
        ]


def entries() -> list[Entry]:
    """All models that there are; the user's own come first."""
    try:
        with connect(database_url()) as connection:
            check(connection, "models")
            return [_of_row(row) for row in execute(connection, "model_catalogue")]
    except SettingsError:
        pass
    except (ServerUnreachable, SchemaMissing) as error:
        print(f"{error.message}; these are the models of the package", file=sys.stderr)
    return _of_the_package()


def named(names: Sequence[str]) -> list[Entry]:
    """The models of these names, in any letter case.

    Raises:
        UnknownModel: neither the database nor the package has it.
    """
    found = {entry.model.name: entry for entry in entries()}
    return [
        found.get(name.lower()) or _entry(lookup(name), wanted=True, issue="") for name in names
    ]


def _of_the_package() -> list[Entry]:
    """All of them, most without node and dim: `lookup` would try each."""
    theirs = {
        name: Model(name, backbone, "", "", 0, weights, {})
        for backbone in backbones()
        for name, weights in Torchvision(backbone).models().items()
    }
    return [_entry(theirs.get(name) or lookup(name), wanted=False, issue="") for name in known()]


def _of_row(row: Any) -> Entry:
    weights = row.weights or (
        huggingface.PRETRAINED if row.backbone.startswith(huggingface.PREFIX) else ""
    )
    model = Model(
        row.name,
        row.backbone,
        row.node or "",
        row.pooling or "",
        row.dim or 0,
        weights,
        row.preprocessing,
    )
    issue = "" if row.dim else f"unresolved: {row.error or 'no worker has tried it yet'}"
    return _entry(model, wanted=row.used or not row.builtin, issue=issue)


def _entry(model: Model, *, wanted: bool, issue: str) -> Entry:
    try:
        path = weights_path(model)
    except ModelError as error:
        return Entry(model, wanted, issue or error.message, None)
    return Entry(model, wanted, issue, path)
