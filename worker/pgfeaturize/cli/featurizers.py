"""The featurizer that a command is about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgfeaturize.db.statements import Connection, fetch
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
        SettingsError: there is none, or several and no name.
    """
    featurizers = fetch(connection, Featurizer, "featurizers")
    matching = [featurizer for featurizer in featurizers if name in (None, featurizer.name)]
    if len(matching) == 1:
        return matching[0]
    if not featurizers:
        raise SettingsError(
            "there is no featurizer",
            "Declare one: `pgfeaturize add FOLDER --table T --create --model M`, or featurize.create_featurizer().",
        )
    names = ", ".join(featurizer.name for featurizer in featurizers)
    if name:
        raise SettingsError(f'there is no featurizer "{name}"', f"There are: {names}.")
    raise SettingsError("there is more than one featurizer", f"Name one of them: {names}.")
