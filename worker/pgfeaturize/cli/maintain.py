"""`pgfeaturize doctor` and `demo`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.settings import database_url

app = typer.Typer()


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
