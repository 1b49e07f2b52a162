"""`pgfeaturize up`, `down`, `migrate`, `doctor`, `demo`: the server and the installation."""

from datetime import timedelta
from functools import partial
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
def migrate(
    wait: Annotated[
        float, typer.Option(min=0, envvar="PGFEATURIZE_WAIT", help="Seconds to wait for the server.")
    ] = 0.0,
) -> None:
    """Install the schema `featurize` in the database, or upgrade it to this release."""
    from pgfeaturize.db.connection import wait_for
    from pgfeaturize.db.migrate import migrate

    report.log_to_stderr("text")
    release = wait_for(partial(migrate, database_url()), wait)
    report.console.print(f"schema featurize is at release {release}")


@app.command("doctor", epilog="Example: `pgfeaturize doctor --json`")
def doctor_command(
    json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    patience: Annotated[float, typer.Option(min=0, help="Seconds that a row may wait before it is reported.")] = 900.0,
) -> None:
    """Check the installation and suggest fixes; status 1 for warnings, 2 for errors.

    In psql: `select * from featurize.doctor()`.
    """
    from pgfeaturize.cli.doctor import doctor

    raise typer.Exit(doctor(database_url(), timedelta(seconds=patience), as_json=json))


@app.command(epilog="Example: `pgfeaturize demo --images photos/ --weights random`")
def demo(
    images: Annotated[
        Path | None, typer.Option(help="Your images, one folder per label; default: 1,797 digits.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Default: lenet_digits, or resnet18 for your images.")] = None,
    weights: Annotated[str | None, typer.Option(help="random: use untrained weights, without a download.")] = None,
    out: Annotated[Path, typer.Option(help="File for the contact sheet.")] = Path("neighbors.png"),
) -> None:
    """Run the main job on a temporary server: from INSERT to nearest neighbors."""
    from pgfeaturize.cli.demo import run

    run(images, model or ("resnet18" if images else "lenet_digits"), weights, out)
