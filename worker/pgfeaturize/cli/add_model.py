"""Networks of the user's own: where they can be cut, and how one becomes a model.

All is tried in this process, with the real file, before anything is stored or registered.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb

from pgfeaturize import models
from pgfeaturize.cli import report
from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.db.vectors import check_vector
from pgfeaturize.errors import ImageError, ModelError, SettingsError, WeightsMissing
from pgfeaturize.images import Preprocessing
from pgfeaturize.models import Model, known, load_network, pick_device, resolve
from pgfeaturize.models.graph.pooling import format_shape
from pgfeaturize.models.weights.cache import copy_in, is_stored, stored_name, weights_cache_dir
from pgfeaturize.settings import database_url, offline


@dataclass(frozen=True)
class Source:
    """Where a network comes from: one of three."""

    backbone: str | None
    program: Path | None
    factory: str | None

    def __post_init__(self) -> None:
        if len([one for one in (self.backbone, self.program, self.factory) if one]) != 1:
            raise SettingsError(
                "a network comes from one place",
                "Name a backbone of torchvision or timm, or pass --program or --factory.",
            )
        if self.factory and ":" not in self.factory:
            raise SettingsError(
                f'"{self.factory}" is no function', "Write package.module:function."
            )

    @property
    def name(self) -> str:
        """What the catalogue calls the backbone."""
        return self.backbone or self.factory or "program"

    @property
    def packages(self) -> tuple[str, ...]:
        """The package whose code builds it: the user has named it, so it may."""
        return (self.factory.partition(":")[0].partition(".")[0],) if self.factory else ()


def nodes(source: Source) -> None:
    """Print the nodes of a network, and which of them is taken if none is named."""
    with _kept("nodes", source.program, for_good=False) as weights:
        found = models.nodes(source.name, weights=weights, packages=source.packages)
    rows = [
        [node.name, format_shape(node.shape), node.size, "default" if node.default else None]
        for node in found
    ]
    report.console.print(report.rows_table(["node", "shape", "size", ""], rows))


def add(
    name: str,
    source: Source,
    weights: str | None,
    where: Mapping[str, Any],
    preprocessing: Mapping[str, Any],
    *,
    register: bool,
) -> None:
    """Try a network, keep its file, register it, and say what the other machines need.

    Args:
        name: of the model, in lower case.
        source: of the network.
        weights: a file of the user's, or a name that the catalogue knows.
        where: node, cut and pooling, None where they are to be found out.
        preprocessing: the fields that are not as the backbone's own.
        register: in the database; else the model is printed as JSON.

    Raises:
        SettingsError: the name is taken, or what was asked for cannot be together.
        ModelError: the network does not work; nothing is left behind.
    """
    _check_preprocessing(source, preprocessing)
    file = _file(source, weights)
    with _database() if register else nullcontext() as connection:
        _check_free(name, connection)
        with _kept(name, file) as kept:
            model = resolve(
                name,
                source.name,
                weights=kept or weights,
                preprocessing=preprocessing,
                packages=source.packages,
                **where,
            )
            fingerprint = _try(model, source)
            if connection is not None:
                _register(connection, model)
    _report(model, fingerprint, file, source, registered=register)


def _check_preprocessing(source: Source, given: Mapping[str, Any]) -> None:
    """Wrong vectors are worse than none: of a network of the user's nobody else knows."""
    missing = [f"--{field}" for field in ("size", "mean", "std") if field not in given]
    if source.backbone is None and missing:
        raise SettingsError(
            f'only you know what images "{source.name}" was trained with',
            f"Pass {', '.join(missing)}; say --mean 0,0,0 --std 1,1,1 for values from 0 to 1.",
        )


def _file(source: Source, weights: str | None) -> Path | None:
    """The file of the user's, if there is one to this network."""
    if source.program is not None and weights is not None:
        raise SettingsError("a program has its weights in it", "Leave out --weights.")
    if weights is None:
        return source.program
    file = Path(weights)
    is_name = is_stored(weights) or not file.suffix  # of the store, or of torchvision
    return None if is_name and not file.is_file() else file


@contextmanager
def _database() -> Iterator[Connection]:
    with connect(database_url()) as connection:
        check(connection, "models")
        yield connection


def _check_free(name: str, connection: Connection | None) -> None:
    rows = execute(connection, "model_catalogue") if connection else []
    if name in (*known(), *(row.name for row in rows)):
        raise SettingsError(
            f'there is a model "{name}" already',
            "Choose another name; featurize.register_model() changes one of yours.",
        )


@contextmanager
def _kept(stem: str, file: Path | None, *, for_good: bool = True) -> Iterator[str | None]:
    """A file in the store, under the name that this gives. It stays if all goes well."""
    if file is None:
        yield None
        return
    name = stored_name(stem, file)
    path = weights_cache_dir() / name
    was_there = path.exists()
    copy_in(file, path)
    try:
        yield name
        was_there = was_there or for_good
    except ModelError as error:  # the user knows his file, and not the copy
        error.message = error.message.replace(str(path), str(file)).replace(name, file.name)
        if isinstance(error, WeightsMissing):
            error.hint = "Save network.state_dict() with safetensors, or by torch.save."
        raise
    finally:
        if not was_there:
            path.unlink()


def _try(model: Model, source: Source) -> str:
    """Load the network as a worker does, look at a vector of it, and return its fingerprint."""
    Preprocessing.from_json(model.preprocessing)
    network = load_network([model], pick_device("cpu"), offline=offline(), packages=source.packages)
    noise = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape), np.uint8)
    [[vector]] = network.embed(noise)
    outcome = check_vector(vector, model.dim, "vector")
    if isinstance(outcome, ImageError):
        raise ModelError(
            f'model "{model.name}" gives vectors that cannot be stored: {outcome.message}',
            "Look at its weights, or cut it elsewhere.",
        )
    return network.fingerprints[0]


def _register(connection: Connection, model: Model) -> None:
    row = model.to_json()
    row["preprocessing"] = Jsonb(row["preprocessing"])
    execute(connection, "register_model", *row.values())


def _report(
    model: Model, fingerprint: str, file: Path | None, source: Source, *, registered: bool
) -> None:
    if not registered:
        print(json.dumps(model.to_json(), indent=4))
        return
    report.console.print(
        f'registered "{model.name}": {model.dim} values at node {model.node}, pooling '
        f"{model.pooling}, weights {model.weights}, fingerprint {fingerprint[:12]}"
    )
    if file is not None:
        report.console.print(
            f"workers on other machines need: pgfeaturize models import {model.name} {file}"
        )
    if source.factory:
        report.console.print(f"workers need: pgfeaturize worker --package {source.packages[0]}")


def size(text: str | None) -> list[int] | None:
    """ "224" or "120x128" as [height, width]."""
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) for side in sides):
        raise SettingsError(f'"{text}" is no size', "Write 224, or HEIGHTxWIDTH such as 120x128.")
    return [int(sides[0]), int(sides[-1])]


def numbers(text: str | None) -> list[float] | None:
    """ "0.5,0.5" as a list."""
    try:
        return None if text is None else [float(part) for part in text.split(",")]
    except ValueError:
        raise SettingsError(
            f'"{text}" are no numbers', "Write one for each channel: 0.485,0.456,0.406."
        ) from None
