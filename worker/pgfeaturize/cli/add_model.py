"""`pgfeaturize models nodes` and `add`: users' own networks as models.

A network is tested in this process, with its real weights, before it is registered.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb

from pgfeaturize import models
from pgfeaturize.cli import report
from pgfeaturize.db.schema import connect_checked
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.db.vectors import check_vector
from pgfeaturize.errors import ImageError, ModelError, SettingsError, WeightsMissing
from pgfeaturize.images import Preprocessing
from pgfeaturize.models import Model, known, load_network, pick_device, resolve
from pgfeaturize.models.graph.pooling import format_shape
from pgfeaturize.models.weights.cache import copy_in, is_stored, stored_name, weights_cache_dir
from pgfeaturize.models.weights.files import NONE, RANDOM
from pgfeaturize.settings import offline

#: End of the name of a model whose factory returns an untrained network.
_UNTRAINED = "_random"


@dataclass(frozen=True)
class Source:
    """The source of a network: a backbone, a program or a factory."""

    backbone: str | None
    program: Path | None
    factory: str | None

    def __post_init__(self) -> None:
        if len([one for one in (self.backbone, self.program, self.factory) if one]) != 1:
            raise SettingsError(
                "a network needs one source", "Give a backbone of torchvision or timm, or --program, or --factory."
            )
        if self.factory and ":" not in self.factory:
            raise SettingsError(f'"{self.factory}" is not a function', "Write package.module:function.")

    @property
    def name(self) -> str:
        """Name of the backbone in the database."""
        return self.backbone or self.factory or "program"

    @property
    def packages(self) -> tuple[str, ...]:
        """The package of the factory, which the user allows by naming it."""
        return (self.factory.partition(":")[0].partition(".")[0],) if self.factory else ()


def nodes(source: Source, preprocessing: Mapping[str, Any]) -> None:
    """Print the nodes of a network for an input of that size and channels, and its default node."""
    with _stored(source.program, keep=False) as weights:
        found = models.nodes(source.name, weights=weights, preprocessing=preprocessing, packages=source.packages)
    rows = [[node.name, format_shape(node.shape), node.size, "default" if node.default else None] for node in found]
    report.console.print(report.rows_table(["node", "shape", "size", ""], rows))


def add(
    name: str,
    source: Source,
    weights: str | None,
    cut_options: Mapping[str, Any],
    preprocessing: Mapping[str, Any],
    *,
    register: bool,
) -> None:
    """Test a network, copy its file to the weights cache, register it, and print what workers need.

    Args:
        name: name of the model, in lower case.
        source: source of the network.
        weights: a file, or a name of weights.
        cut_options: node, cut and pooling; None: default.
        preprocessing: fields that differ from the backbone's default.
        register: whether to register the model in the database, or to print it as JSON.

    Raises:
        SettingsError: the name is taken, or the options contradict each other.
        ModelError: the network does not work; its file is removed again.
    """
    file = _file(source, weights)
    _check_preprocessing(source, file, preprocessing)
    with connect_checked("models") if register else nullcontext() as connection:
        _check_free(name, connection)
        with _stored(file) as stored:
            model = resolve(
                name,
                source.name,
                weights=stored or weights,
                preprocessing=preprocessing,
                packages=source.packages,
                **cut_options,
            )
            if model.weights == RANDOM and weights is None:
                model = replace(model, name=name.removesuffix(_UNTRAINED) + _UNTRAINED)
                _check_free(model.name, connection)
            fingerprint = _test(model, source)
            if connection is not None:
                _register(connection, model)
    _report(model, fingerprint, file, source, registered=register)


def _check_preprocessing(source: Source, file: Path | None, given: Mapping[str, Any]) -> None:
    """Require the preprocessing of users' networks, for which there is no default.

    That of a user's weights for a known backbone is the backbone's, unless they were trained with another size.
    """
    required: tuple[str, ...] = ()
    if source.backbone is None:
        required = ("resize", "size", "mean", "std")
    elif file is not None and "size" in given:
        required = ("resize",)
    if missing := [f"--{field}" for field in required if field not in given]:
        raise SettingsError(
            f'the preprocessing of "{source.name}" is unknown',
            f"Give {', '.join(missing)}. --resize aniso stretches the whole image to the size, imagenet resizes the "
            "shorter side and crops the center; --mean 0,0,0 --std 1,1,1 is for values from 0 to 1.",
        )


def _file(source: Source, weights: str | None) -> Path | None:
    """Return the user's file, if the network has one."""
    if source.program is not None and weights is not None:
        raise SettingsError("a program contains its weights", "Omit --weights.")
    if weights is None:
        return source.program
    file = Path(weights)
    is_name = is_stored(weights) or not file.suffix  # a file in the weights cache, or weights of torchvision
    return None if is_name and not file.is_file() else file


def _check_free(name: str, connection: Connection | None) -> None:
    rows = execute(connection, "model_catalog") if connection else []
    if name in (*known(), *(row.name for row in rows)):
        raise SettingsError(
            f'model "{name}" already exists',
            "Choose another name, or change the model with featurize.register_model().",
        )


@contextmanager
def _stored(file: Path | None, *, keep: bool = True) -> Iterator[str | None]:
    """Copy a file to the weights cache and yield its name; remove it after an error."""
    if file is None:
        yield None
        return
    name = stored_name(file)
    path = weights_cache_dir() / name
    keeps = path.exists()
    copy_in(file, path)
    try:
        yield name
        keeps = keeps or keep
    except ModelError as error:  # name the user's file instead of the copy
        error.message = error.message.replace(str(path), str(file)).replace(name, file.name)
        if isinstance(error, WeightsMissing):
            error.hint = "Save network.state_dict() with safetensors or torch.save."
        raise
    finally:
        if not keeps:
            path.unlink()


def _test(model: Model, source: Source) -> str:
    """Load the network as a worker does, check one vector, and return the fingerprint."""
    Preprocessing.from_json(model.preprocessing)
    network = load_network([model], pick_device("cpu"), offline=offline(), packages=source.packages)
    noise = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape), np.uint8)
    [[vector]] = network.embed(noise)
    outcome = check_vector(vector, model.dim, "vector")
    if isinstance(outcome, ImageError):
        raise ModelError(
            f'model "{model.name}" has vectors that cannot be stored: {outcome.message}',
            "Check its weights, or cut it at another node.",
        )
    return network.fingerprints[0]


def _register(connection: Connection, model: Model) -> None:
    row = model.to_json()
    row["preprocessing"] = Jsonb(row["preprocessing"])
    execute(connection, "register_model", *row.values())


def _report(model: Model, fingerprint: str, file: Path | None, source: Source, *, registered: bool) -> None:
    if not registered:
        print(json.dumps(model.to_json(), indent=4))
        return
    if model.name.endswith(_UNTRAINED) and source.factory:
        report.console.print(
            f"{source.factory} returns random parameters: the network is untrained. Give --weights FILE."
        )
    report.console.print(
        f'registered "{model.name}": {model.dim} values at node {model.node}, pooling '
        f"{model.pooling}, weights {model.weights}, fingerprint {fingerprint[:12]}"
    )
    if source.factory and model.weights == NONE:
        report.console.print(f"its weights are those that {source.factory} returns")
    report.console.print("preprocessing:")
    report.console.print(report.rows_table(["", ""], [[f"  {k}", _text(v)] for k, v in model.preprocessing.items()]))
    if file is not None:
        report.console.print(f"workers on other machines need: pgfeaturize models import {model.name} {file}")
    if source.factory:
        report.console.print(f"workers need: pgfeaturize worker --package {source.packages[0]}")


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def size(text: str | None) -> list[int] | None:
    """Parse "224" or "120x128" as [height, width]."""
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) for side in sides):
        raise SettingsError(f'"{text}" is not a size', "Write 224, or HEIGHTxWIDTH such as 120x128.")
    return [int(sides[0]), int(sides[-1])]


def numbers(text: str | None) -> list[float] | None:
    """Parse "0.5,0.5"."""
    try:
        return None if text is None else [float(part) for part in text.split(",")]
    except ValueError:
        raise SettingsError(f'"{text}" are not numbers', "Write one number per channel: 0.485,0.456,0.406.") from None
