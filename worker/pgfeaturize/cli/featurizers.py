"""Which featurizer is meant."""

from typing import Any

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError


def featurizer(connection: Connection, name: str | None) -> Any:
    """The one of that name, or the only one: a row of the statement `featurizers`.

    Raises:
        SettingsError: there is none, or it is not clear which.
    """
    declared = execute(connection, "featurizers")
    wanted = [row for row in declared if name in (None, row.name)]
    if len(wanted) == 1:
        return wanted[0]
    if not declared:
        raise SettingsError(
            "there is no featurizer",
            "Declare one: `pgfeaturize add FOLDER --table T --create --model M`, "
            "or featurize.create_featurizer().",
        )
    names = ", ".join(row.name for row in declared)
    if name:
        raise SettingsError(f'there is no featurizer "{name}"', f"There are: {names}.")
    raise SettingsError("there is more than one featurizer", f"Name one of them: {names}.")
