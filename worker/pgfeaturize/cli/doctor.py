"""`pgfeaturize doctor`: checks the installation and prints findings with remedies, as text or JSON.

Most checks are SQL, `featurize.doctor()`. Here is what only the program knows: whether it reaches the server, whether
the schema is of its release, and how much room this machine has.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from rich.filesize import decimal
from rich.text import Text

from pgfeaturize.cli import report
from pgfeaturize.db.connection import connect
from pgfeaturize.db.schema import check, incompatible, installed_release, releases
from pgfeaturize.db.statements import Connection, fetch
from pgfeaturize.errors import DatabaseError, PgfeaturizeError, SchemaIncompatible

#: From best to worst; scripts get the status of the worst.
STATUS = {"ok": 0, "information": 0, "warning": 1, "error": 2}
STYLE = {"ok": "green", "information": "", "warning": "yellow", "error": "bold red"}

#: Bytes free below which a directory is reported: the largest weights take 2.5 GB.
LEAST_TEMPORARY, LEAST_CACHE = 10**9, 3 * 10**9


@dataclass(frozen=True)
class Finding:
    """Finding of a check.

    Attributes:
        name: of the check.
        level: ok, information, warning or error.
        object: what it is about, if not about all.
        finding: what is wrong, or what is well.
        remedy: what to do about it; often a statement.
    """

    name: str
    level: str
    object: str | None
    finding: str
    remedy: str | None


def doctor(url: str, patience: timedelta, *, as_json: bool) -> int:
    """Run all checks, print them and return the exit status: 0, 1 for warnings, 2 for errors."""
    findings = [*_of_database(url, patience), *of_machine()]
    status = max(STATUS[finding.level] for finding in findings)
    if as_json:
        worst = ("ok", "warning", "error")[status]
        checks = [asdict(finding) for finding in findings]
        json.dump({"status": worst, "checks": checks}, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _show(findings)
    return status


def _of_database(url: str, patience: timedelta) -> Iterator[Finding]:
    try:
        with connect(url) as connection:
            yield Finding("connection", "ok", None, "the server answers", None)
            yield _program(connection)
            # A statement that cannot be prepared is an error in the server's log.
            if installed_release(connection) and not incompatible(connection, "doctor"):
                yield from fetch(connection, Finding, "doctor", patience)
    except PgfeaturizeError as error:
        yield _error("connection", error)
    except psycopg.errors.InsufficientPrivilege as error:
        yield Finding("rights", "error", None, str(error), "connect as the owner of the schema")
    except psycopg.Error as error:
        yield Finding("connection", "error", None, str(error), "look at the log of the server")


def _program(connection: Connection) -> Finding:
    """Check that the schema is compatible with this program."""
    try:
        check(connection)
    except SchemaIncompatible as error:
        names = ", ".join(incompatible(connection))
        return Finding("program", "error", names, "statements that do not fit", error.hint)
    except DatabaseError as error:
        return _error("program", error)
    return Finding("program", "ok", None, f"its schema, release {releases()[-1]}, is there", None)


def _error(name: str, error: PgfeaturizeError) -> Finding:
    return Finding(name, "error", None, error.message, error.hint)


def of_machine() -> Iterator[Finding]:
    """Check the free space for temporary files and weights."""
    yield _room("temporary", Path(tempfile.gettempdir()), LEAST_TEMPORARY, "TMPDIR")
    yield _room("weights", _torch_home(), LEAST_CACHE, "TORCH_HOME")


def _torch_home() -> Path:
    """Return torch's directory of weights; importing torch to ask it would take seconds."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(os.environ.get("TORCH_HOME", f"{cache}/torch")).expanduser()


def _room(name: str, directory: Path, least: int, variable: str) -> Finding:
    there = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free >= least:
        return Finding(name, "ok", str(directory), f"{decimal(free)} are free", None)
    remedy = f"make room there, or choose another place by {variable}"
    what = f"only {decimal(free)} are free, and {decimal(least)} are advised"
    return Finding(name, "warning", str(directory), what, remedy)


def _show(findings: Sequence[Finding]) -> None:
    """Print one line per finding, after the name of its check."""
    widths = [max(len(getattr(f, column)) for f in findings) for column in ("level", "name")]
    for found in findings:
        line = Text(f"{found.level:{widths[0]}}  ", STYLE[found.level])
        line.append(f"{found.name:{widths[1]}}  ", "bold")
        line.append(" ".join(f"{found.object + ': ' if found.object else ''}{found.finding}".split()))
        if found.remedy:
            line.append(f" → {found.remedy}", "cyan")
        report.console.print(line)
