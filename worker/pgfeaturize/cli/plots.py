"""`pgfeaturize plot`."""
import typer
app = typer.Typer(help="Pictures of features and classifiers.", no_args_is_help=True)
@app.callback()
def _() -> None: ...
@app.command()
def heatmap() -> None: ...
