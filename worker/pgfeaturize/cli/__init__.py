"""The command line: commands parse, call and print. Errors name the object and the remedy.

server.py      up, down, migrate, doctor, demo
worker.py      worker
rows.py        add, status, failures, retry
query.py       search, duplicates (search.py)
files.py       featurize, export
models.py index.py plot.py   groups of commands
"""

import io
import sys
from importlib.metadata import version
from typing import Annotated

import psycopg
import typer

from pgfeaturize.cli import files, index, models, plot, query, rows, server, worker
from pgfeaturize.errors import PgfeaturizeError

app = typer.Typer(
    help="Pre-trained vision networks inside PostgreSQL.\n\n"
    "The database is DATABASE_URL, else the PG* variables, else the embedded server of this "
    "directory. First steps: `pgfeaturize demo`, or `up`, `migrate`, `add`, `worker`, `search`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for commands in (server, worker, rows, query, files):
    app.add_typer(commands.app)
app.add_typer(models.app, name="models")
app.add_typer(index.app, name="index")
app.add_typer(plot.app, name="plot")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"pgfeaturize {version('pgfeaturize')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of all commands."""


def main() -> None:
    """Run the command line; print an error with its remedy to stderr, exit status 2."""
    # Names of files need not be text in the encoding of the terminal.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except PgfeaturizeError as error:
        _exit_with(error.message, error.hint)
    except psycopg.Error as error:
        _exit_with(error.diag.message_primary or str(error), error.diag.message_hint or "")


def _exit_with(message: str, hint: str) -> None:
    print(f"Error: {message}", file=sys.stderr)
    if hint:
        print(f"Hint: {hint}", file=sys.stderr)
    sys.exit(2)
