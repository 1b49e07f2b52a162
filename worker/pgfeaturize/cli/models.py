"""`pgfeaturize models`: the models, their weights on this machine, and users' own networks."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pgfeaturize.cli import report
from pgfeaturize.errors import SettingsError
from pgfeaturize.settings import offline

if TYPE_CHECKING:
    from pgfeaturize.models import Model

app = typer.Typer(help="The models, and their weights on this machine.", no_args_is_help=True)

Names = Annotated[list[str], typer.Argument(help="Names of models.")]
Program = Annotated[Path | None, typer.Option(help="A network saved by torch.export (.pt2).")]
Factory = Annotated[str | None, typer.Option(help="package.module:function that returns a torch.nn.Module.")]

Size = Annotated[str | None, typer.Option(help="Size of the input in pixels: 224, or HEIGHTxWIDTH.")]
Channels = Annotated[int | None, typer.Option(help="Number of channels: 3, or 1 for gray.")]


@app.command("list", epilog="Example: `pgfeaturize models list --all`")
def list_models(
    everything: Annotated[bool, typer.Option("--all", help="Also list models whose weights are missing.")] = False,
) -> None:
    """Show models that are present, in use or registered by users, and their faults."""
    from pgfeaturize.cli import model_list
    from pgfeaturize.models.weights.cache import weights_cache_dir

    entries = model_list.entries()
    shown = [entry for entry in entries if everything or entry.in_use or entry.is_present]
    columns = ["model", "dim", "node", "weights", "", "size", "sha256", ""]
    report.console.print(report.rows_table(columns, (entry.cells() for entry in shown)))
    if more := len(entries) - len(shown):
        report.console.print(f"{more} more models, whose weights are missing: pgfeaturize models list --all")
    report.console.print(f"weights are in {weights_cache_dir()}")


@app.command(epilog="Example: `pgfeaturize models nodes resnet50`")
def nodes(
    backbone: Annotated[str | None, typer.Argument(help="A network of torchvision, or timm/NAME.")] = None,
    program: Program = None,
    factory: Factory = None,
    size: Size = None,
    channels: Channels = None,
) -> None:
    """Show the nodes where a network can be cut, with shape and size."""
    from pgfeaturize.cli import add_model

    given = {"size": add_model.size(size), "channels": channels}
    preprocessing = {field: value for field, value in given.items() if value is not None}
    add_model.nodes(add_model.Source(backbone, program, factory), preprocessing)


@app.command(epilog="Example: `pgfeaturize models add middle --backbone resnet50 --node layer3 --pooling avg`")
def add(
    name: Annotated[str, typer.Argument(help="Name of the new model.")],
    backbone: Annotated[str | None, typer.Option(help="A network of torchvision, or timm/NAME.")] = None,
    program: Program = None,
    factory: Factory = None,
    weights: Annotated[
        str | None, typer.Option(help="A weights file, a name of torchvision's weights, or random.")
    ] = None,
    node: Annotated[str | None, typer.Option(help="Node to cut at; see `models nodes`.")] = None,
    cut: Annotated[int | None, typer.Option(min=1, help="Number of layers to omit at the end.")] = None,
    pooling: Annotated[str | None, typer.Option(help="Pooling: none, flatten, avg, max or gem.")] = None,
    resize: Annotated[str | None, typer.Option(help="Resizing: imagenet, iso_crop, iso_pad or aniso.")] = None,
    shorter: Annotated[
        int | None, typer.Option(min=1, help="With --resize imagenet: shorter side before the crop, in pixels.")
    ] = None,
    size: Size = None,
    interpolation: Annotated[str | None, typer.Option(help="Interpolation, such as bilinear.")] = None,
    antialias: Annotated[bool | None, typer.Option(help="Whether to antialias when an image is shrunk.")] = None,
    channels: Channels = None,
    order: Annotated[str | None, typer.Option(help="Order of the channels: rgb or bgr.")] = None,
    offset: Annotated[float | None, typer.Option(help="Number subtracted first from values of 0 to 255.")] = None,
    scale: Annotated[float | None, typer.Option(help="Factor after that.")] = None,
    mean: Annotated[str | None, typer.Option(help="Mean of each channel: 0.485,0.456,0.406.")] = None,
    std: Annotated[str | None, typer.Option(help="Standard deviation of each channel: 0.229,0.224,0.225.")] = None,
    register: Annotated[bool, typer.Option(help="Register the model in the database, or print it as JSON.")] = True,
) -> None:
    """Test your own network, copy its file to the weights cache, and register it."""
    from pgfeaturize.cli import add_model

    preprocessing = {
        "resize": resize,
        "shorter": shorter,
        "size": add_model.size(size),
        "interpolation": interpolation,
        "antialias": antialias,
        "channels": channels,
        "order": order,
        "offset": offset,
        "scale": scale,
        "mean": add_model.numbers(mean),
        "std": add_model.numbers(std),
    }
    add_model.add(
        name.lower(),
        add_model.Source(backbone, program, factory),
        weights,
        {"node": node, "cut": cut, "pooling": pooling},
        {field: value for field, value in preprocessing.items() if value is not None},
        register=register,
    )


@app.command(epilog="Example: `pgfeaturize models remove middle`")
def remove(
    name: Annotated[str, typer.Argument(help="Name of a registered model that no featurizer uses.")],
    keep_file: Annotated[bool, typer.Option("--keep-file", help="Keep its weights file on this machine.")] = False,
) -> None:
    """Remove a model, and its weights file on this machine unless another model of the database uses that."""
    from pgfeaturize.cli import model_list

    file = model_list.remove(name, keep_file=keep_file)
    report.console.print(f'removed "{name.lower()}"' + (f" and {file}" if file else ""))


@app.command(epilog="Example: `pgfeaturize models pull resnet50 alexnet`")
def pull(names: Names) -> None:
    """Download weights and check their hash; an interrupted download is resumed."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from pgfeaturize.cli import model_list
    from pgfeaturize.models.weights.files import pull

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TransferSpeedColumn(), console=report.console, transient=True) as bars:
        for entry in model_list.named(names):
            bar = bars.add_task(entry.model.name, total=None)
            path = pull(entry.model, offline=offline(), progress=partial(_show, bars, bar))
            report.console.print(f"{entry.model.name}: {path or 'needs no file'}")


def _show(bars: Any, bar: Any, done: int, total: int | None) -> None:
    bars.update(bar, completed=done, total=total)


@app.command("import", epilog="Example: `pgfeaturize models import resnet50 resnet50-0676ba61.pth`")
def import_weights(
    name: Annotated[str, typer.Argument(help="Name of a model.")],
    file: Annotated[Path, typer.Argument(help="Its weights file, from another machine.")],
) -> None:
    """Copy a weights file to the weights cache, if it has the right hash."""
    from pgfeaturize.cli import model_list
    from pgfeaturize.models.weights.files import import_file

    report.console.print(f"{name}: {import_file(model_list.named([name])[0].model, file)}")


@app.command(epilog="Example: `pgfeaturize models verify resnet50`")
def verify(names: Names = []) -> None:  # noqa: B006 - typer's default, which is never changed
    """Check weights files against their hashes; status 1 if one is damaged."""
    from pgfeaturize.cli import model_list

    damaged = False
    for entry in model_list.named(names) if names else model_list.entries():
        if entry.path is not None and (entry.is_present or entry.in_use):
            state = entry.state()
            damaged = damaged or state == model_list.DAMAGED
            report.console.print(f"{entry.model.name}: {state}: {entry.path}")
    raise typer.Exit(1 if damaged else 0)


def select_model(name: str, depth: int | None, weights: str | None) -> "Model":
    """Return the model of --model, --depth and --weights."""
    from pgfeaturize.cli import model_list

    if depth is not None:
        if not name.lower().startswith("resnet"):
            raise SettingsError(f"--depth does not apply to {name}", "Only resnet has depths.")
        name = f"resnet{depth}"
    model = model_list.find(name)
    return replace(model, weights=weights) if weights else model
