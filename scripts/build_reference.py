"""Write docs/reference/: the SQL objects from their comments, the commands from their help.

python -m scripts.build_reference
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from pgfeaturize.cli import app
from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import Connection, execute, named, read, root

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
read(root("sql") / "reference.sql", named())


def sql_reference(connection: Connection) -> str:
    """Return the page about functions, views and tables of schema featurize."""
    return "\n".join(_sql_lines(connection)) + "\n"


def _sql_lines(connection: Connection) -> Iterator[str]:
    yield "# SQL reference"
    yield ""
    yield "Written by `make docs` from the comments of the installed objects; do not edit."
    for audience, title in (("users", "Functions"), ("workers", "Functions for workers and programs")):
        yield from ("", f"## {title}", "", "| function | description |", "|---|---|")
        for row in execute(connection, "reference_functions", audience):
            yield f"| `{_cell(row.signature)}` | {_cell(row.description)} |"
    yield from ("", "## Tables and views")
    for relation in execute(connection, "reference_relations"):
        yield from ("", f"### featurize.{relation.name}", "", relation.description, "")
        yield from ("| column | type | description |", "|---|---|---|")
        for column in execute(connection, "reference_columns", relation.name):
            yield f"| `{column.name}` | {column.type} | {_cell(column.description)} |"


def cli_reference() -> str:
    """Return the page about the commands and their options."""
    lines = ["# Command line reference", "", "Written by `make docs` from `--help`; do not edit."]
    command = typer.main.get_command(app)
    lines += _command_lines(command, "pgfeaturize")
    return "\n".join(lines) + "\n"


def _command_lines(command: Any, name: str) -> Iterator[str]:
    subcommands = getattr(command, "commands", {})
    if subcommands:
        for each, subcommand in subcommands.items():
            yield from _command_lines(subcommand, f"{name} {each}")
        return
    yield from ("", f"## {name}", "", " ".join((command.help or "").split()))
    if command.epilog:
        yield from ("", " ".join(command.epilog.split()))
    yield from ("", "| argument or option | default | description |", "|---|---|---|")
    for parameter in command.params:
        default = str(parameter.default) if isinstance(parameter.default, bool | int | float | str) else ""
        names = ", ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.opts[0].upper()
        variable = f" (`{parameter.envvar}`)" if parameter.envvar else ""
        text = getattr(parameter, "help", "") or ""
        yield f"| `{names}`{variable} | {default} | {_cell(text)} |"


def _cell(text: str) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main() -> None:
    """Write both pages."""
    REFERENCE.mkdir(exist_ok=True)
    (REFERENCE / "cli.md").write_text(cli_reference())
    with tempfile.TemporaryDirectory() as folder, embedded_server.running(Path(folder)) as url:
        migrate(url)
        with connect(url) as connection:
            (REFERENCE / "sql.md").write_text(sql_reference(connection))


if __name__ == "__main__":
    main()
