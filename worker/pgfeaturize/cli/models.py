"""`pgfeaturize models`: the catalogue, and the weights on this machine."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from pgfeaturize.cli import report
from pgfeaturize.errors import SettingsError
from pgfeaturize.settings import offline

if TYPE_CHECKING:
    from pgfeaturize.models import Model

app = typer.Typer(help="The models, and their weights on this machine.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Show the catalogue, and which weights are here."""
    from pgfeaturize.models import CATALOGUE, weights_path

    rows = []
    for model in CATALOGUE.values():
        path = weights_path(model)
        here = "here" if path is not None and path.exists() else "not here"
        rows.append([model.name, model.dim, model.node, model.weights, here, str(path)])
    columns = ["model", "dim", "node", "weights", "", "file"]
    report.console.print(report.rows_table(columns, rows))


@app.command()
def pull(names: Annotated[list[str], typer.Argument(help="Models of the catalogue.")]) -> None:
    """Download weights into torch's cache, with hash check."""
    from pgfeaturize.models import lookup
    from pgfeaturize.models import pull as fetch

    for name in names:
        with report.console.status(f"pulling {name}"):
            path = fetch(lookup(name), offline=offline())
        report.console.print(f"{name}: {path}")


def chosen(name: str, depth: int | None, weights: str | None) -> "Model":
    """The model that --model, --depth and --weights mean together."""
    from pgfeaturize.models import lookup

    if depth is not None:
        if not name.lower().startswith("resnet"):
            raise SettingsError(f"{name} has no --depth", "Only resnet comes in depths.")
        name = f"resnet{depth}"
    model = lookup(name)
    return replace(model, weights=weights) if weights else model
