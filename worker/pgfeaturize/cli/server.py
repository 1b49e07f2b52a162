"""`pgfeaturize up`, `down`, `migrate`: the embedded server and the schema."""

from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.cli import report
from pgfeaturize.settings import EMBEDDED, database_url

app = typer.Typer()

Directory = Annotated[Path, typer.Argument(help="Directory of the server's data.")]


@app.command(epilog="Example: `pgfeaturize up`")
def up(
    directory: Directory = EMBEDDED, version: Annotated[int, typer.Option(help="PostgreSQL release: 16 or 18.")] = 18
) -> None:
    """Start the embedded PostgreSQL with pgvector in a directory, and print its connection string.

    It runs until `pgfeaturize down`. Commands in this working directory connect to it by default.
    """
    from pgfeaturize.db import embedded_server

    print(embedded_server.start(directory, version))


@app.command(epilog="Example: `pgfeaturize down`")
def down(directory: Directory = EMBEDDED) -> None:
    """Stop the embedded PostgreSQL of a directory; its data are kept."""
    from pgfeaturize.db import embedded_server

    stopped = embedded_server.stop(directory)
    report.console.print("stopped" if stopped else f"no server runs in {directory}")


@app.command(epilog="Example: `DATABASE_URL=postgresql://localhost/app pgfeaturize migrate`")
def migrate() -> None:
    """Install the schema `featurize` in the database, or upgrade it to this release."""
    from pgfeaturize.db.migrate import migrate

    report.console.print(f"schema featurize is at release {migrate(database_url())}")
