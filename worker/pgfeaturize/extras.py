"""Optional dependencies: the extras of the package."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import requires

from pgfeaturize.errors import SettingsError


@contextmanager
def extra(name: str, package: str, what: str) -> Iterator[None]:
    """Turn a missing optional package inside the block into a clear error.

    Args:
        name: name of the extra.
        package: package that the extra installs.
        what: what needs the package.

    Raises:
        SettingsError: the package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise SettingsError(f"{what} needs {package}, which is not installed", f"Type: {pip_install(name)}") from error


def pip_install(name: str) -> str:
    """Return the command that installs the packages of an extra, wherever pgfeaturize itself was installed from."""
    marker = re.compile(rf"""extra == ["']{name}["']""")
    packages = [each.partition(";")[0].strip() for each in requires("pgfeaturize") or () if marker.search(each)]
    return " ".join(["pip install", *(f"'{package}'" for package in packages)])
