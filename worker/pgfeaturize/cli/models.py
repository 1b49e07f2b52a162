"""`pgfeaturize models`: the catalogue, the weights on this machine, and networks of one's own."""

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
Program = Annotated[Path | None, typer.Option(help="A network that torch.export has saved (.pt2).")]
Factory = Annotated[
    str | None, typer.Option(help="package.module:function that gives a torch.nn.Module.")
]


@app.command("list", epilog="Example: `pgfeaturize models list --all`")
def list_models(
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that are not here.")
    ] = False,
) -> None:
    """Show models that are here, in use or yours, and what is wrong."""
    from pgfeaturize.cli import model_list
    from pgfeaturize.models.weights.cache import weights_cache_dir

    entries = model_list.entries()
    shown = [entry for entry in entries if everything or entry.wanted or entry.here]
    columns = ["model", "dim", "node", "weights", "", "size", "sha256", ""]
    report.console.print(report.rows_table(columns, (entry.shown() for entry in shown)))
    if more := len(entries) - len(shown):
        report.console.print(
            f"{more} more, whose weights are not here: pgfeaturize models list --all"
        )
    report.console.print(f"files are in {weights_cache_dir()}")


@app.command(epilog="Example: `pgfeaturize models nodes resnet50`")
def nodes(
    backbone: Annotated[
        str | None, typer.Argument(help="A network of torchvision, or timm/NAME.")
    ] = None,
    program: Program = None,
    factory: Factory = None,
) -> None:
    """Show where a network can be cut: nodes with shape and size."""
    from pgfeaturize.cli import add_model

    add_model.nodes(add_model.Source(backbone, program, factory))


@app.command(
    epilog="Example: `pgfeaturize models add middle --backbone resnet50 --node layer3 --pooling avg`"
)
def add(
    name: Annotated[str, typer.Argument(help="What the model is to be called.")],
    backbone: Annotated[
        str | None, typer.Option(help="A network of torchvision, or timm/NAME.")
    ] = None,
    program: Program = None,
    factory: Factory = None,
    weights: Annotated[
        str | None, typer.Option(help="A file of yours, a name of torchvision's, or random.")
    ] = None,
    node: Annotated[str | None, typer.Option(help="Where to cut; see `models nodes`.")] = None,
    cut: Annotated[int | None, typer.Option(min=1, help="Layers to leave out at the end.")] = None,
    pooling: Annotated[str | None, typer.Option(help="none, flatten, avg, max or gem.")] = None,
    resize: Annotated[
        str | None, typer.Option(help="imagenet, iso_crop, iso_pad or aniso.")
    ] = None,
    shorter: Annotated[
        int | None, typer.Option(min=1, help="With imagenet: the shorter side before the crop.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="Of the input: 224, or HEIGHTxWIDTH.")] = None,
    interpolation: Annotated[str | None, typer.Option(help="bilinear, or another.")] = None,
    antialias: Annotated[bool | None, typer.Option(help="When an image is made smaller.")] = None,
    channels: Annotated[int | None, typer.Option(help="3, or 1 for gray.")] = None,
    order: Annotated[str | None, typer.Option(help="rgb or bgr.")] = None,
    offset: Annotated[float | None, typer.Option(help="Subtracted from 0..255 first.")] = None,
    scale: Annotated[float | None, typer.Option(help="Multiplied with after that.")] = None,
    mean: Annotated[str | None, typer.Option(help="For each channel: 0.485,0.456,0.406.")] = None,
    std: Annotated[str | None, typer.Option(help="For each channel: 0.229,0.224,0.225.")] = None,
    register: Annotated[bool, typer.Option(help="In the database; else print it as JSON.")] = True,
) -> None:
    """Try a network of your own, keep its file, and register it."""
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


@app.command(epilog="Example: `pgfeaturize models pull resnet50 alexnet`")
def pull(names: Names) -> None:
    """Download weights, with hash check; resumes what broke off."""
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
    file: Annotated[Path, typer.Argument(help="Its weights, from another machine.")],
) -> None:
    """Put a file of weights in its place, if it is the right one."""
    from pgfeaturize.cli import model_list
    from pgfeaturize.models.weights.files import import_file

    report.console.print(f"{name}: {import_file(model_list.named([name])[0].model, file)}")


@app.command(epilog="Example: `pgfeaturize models verify resnet50`")
def verify(names: Names = []) -> None:  # noqa: B006 - typer's default; nobody changes it
    """Check files against their hashes; status 1 if one is damaged."""
    from pgfeaturize.cli import model_list

    damaged = False
    for entry in model_list.named(names) if names else model_list.entries():
        if entry.path is not None and (entry.here or entry.wanted):
            state = entry.state()
            damaged = damaged or state == model_list.DAMAGED
            report.console.print(f"{entry.model.name}: {state}: {entry.path}")
    raise typer.Exit(1 if damaged else 0)


def chosen(name: str, depth: int | None, weights: str | None) -> "Model":
    """The model that --model, --depth and --weights mean together."""
    from pgfeaturize.models import lookup

    if depth is not None:
        if not name.lower().startswith("resnet"):
            raise SettingsError(f"{name} has no --depth", "Only resnet comes in depths.")
        name = f"resnet{depth}"
    model = lookup(name)
    return replace(model, weights=weights) if weights else model
