"""Optional dependencies: the extras of the package."""

from collections.abc import Iterator
from contextlib import contextmanager

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
        raise SettingsError(
            f"{what} needs {package}, which is not installed", f"Type: pip install 'pgfeaturize[{name}]'"
        ) from error
