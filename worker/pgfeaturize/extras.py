"""What not everybody needs, and so not everybody has installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from pgfeaturize.errors import SettingsError


@contextmanager
def extra(name: str, package: str, what: str) -> Iterator[None]:
    """Import what an extra brings.

    Args:
        name: of the extra.
        package: that it brings.
        what: cannot be done without it.

    Raises:
        SettingsError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise SettingsError(
            f"{what} takes {package}, which is not installed",
            f"Type: pip install 'pgfeaturize[{name}]'",
        ) from error
