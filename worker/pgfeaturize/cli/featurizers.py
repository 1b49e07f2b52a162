"""The featurizer that a command is about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.errors import SettingsError

if TYPE_CHECKING:
    from pgfeaturize.models import Model


@dataclass(frozen=True)
class Featurizer:
    """A featurizer, and the fields of the `Model` that it featurizes images by."""

    name: str
    source: str
    image_column: str
    model: str
    backbone: str
    node: str
    pooling: str
    dim: int
    weights: str
    preprocessing: dict[str, Any]

    def to_model(self) -> "Model":
        """Return the model."""
        from pgfeaturize.models import Model

        return Model(self.model, self.backbone, self.node, self.pooling, self.dim, self.weights, self.preprocessing)


def find_featurizer(connection: Connection, name: str | None) -> Featurizer:
    """Return the featurizer of a name, or the only one.

    Raises:
        SettingsError: there is no featurizer, or there are several and no name is given.
        Refused: there is none of this name.
    """
    featurizers = fetch(connection, Featurizer, "featurizers")
    label = full_name(connection, name) if featurizers else name
    matching = [featurizer for featurizer in featurizers if label in (None, featurizer.name)]
    if len(matching) == 1:
        return matching[0]
    if not featurizers:
        raise SettingsError(
            "there is no featurizer",
            "Declare one: `pgfeaturize add FOLDER --table T --create --model M`, or featurize.create_featurizer().",
        )
    names = ", ".join(featurizer.name for featurizer in featurizers)
    raise SettingsError("there is more than one featurizer", f"Name one of them: {names}.")


def full_name(connection: Connection, name: str | None) -> str | None:
    """Return a name as lists of featurizers have it; None stands for all.

    Raises:
        Refused: there is no featurizer of this name, or there are several.
    """
    return None if name is None else str(execute(connection, "featurizer_name", name)[0][0])
