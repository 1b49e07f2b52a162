"""The sessions of README and tour run; the reference is current and complete."""

import dataclasses
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import typer.main
from scripts.build_reference import REFERENCE, cli_reference, sql_reference

from pgfeaturize.cli import app
from pgfeaturize.db.connection import connect
from pgfeaturize.images import Preprocessing
from pgfeaturize.models import build, known, lookup, weights_path
from tests.acceptance.conftest import WorkerProcess, write_image
from tests.conftest import ROOT, Database, Server

README = (ROOT / "README.md").read_text()
TOUR = (ROOT / "docs" / "tour.md").read_text()


def test_the_reference_is_current(database: Database) -> None:
    with connect(database.url) as connection:
        expected = sql_reference(connection)
    assert (REFERENCE / "sql.md").read_text() == expected, "run: make docs"
    assert (REFERENCE / "cli.md").read_text() == cli_reference(), "run: make docs"


def test_the_reference_has_every_command_and_public_sql_object(database: Database) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    cli = (REFERENCE / "cli.md").read_text()
    for name in commands:
        assert f"## pgfeaturize {name}" in cli, name
    names = database.rows(
        "select p.proname from pg_proc p where p.pronamespace = 'featurize'::regnamespace "
        "union select c.relname from pg_class c "
        "where c.relnamespace = 'featurize'::regnamespace and c.relkind in ('r', 'v')"
    )
    sql = (REFERENCE / "sql.md").read_text()
    for (name,) in names:
        if not name.startswith("_") and name != "alembic_version":
            assert re.search(rf"(`|featurize\.){name}\b", sql), name


def test_every_command_has_an_example_and_every_worker_option_a_variable() -> None:
    def check(command: Any, name: str) -> None:
        for each, subcommand in getattr(command, "commands", {}).items():
            check(subcommand, f"{name} {each}")
        if not getattr(command, "commands", {}):
            assert f"{name} " in f"{command.epilog or ''} ".replace("`", " "), name

    command = typer.main.get_command(app)
    check(command, "pgfeaturize")
    worker = command.commands["worker"]  # type: ignore[attr-defined]
    for parameter in worker.params:
        assert parameter.envvar == f"PGFEATURIZE_{parameter.name.upper()}", parameter.name


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 130


def test_the_page_on_models_names_what_there_is() -> None:
    page = (ROOT / "docs" / "models.md").read_text()
    names = re.findall(r"^\| `(\w+)` \|", page.partition("## Any layer")[0], re.MULTILINE)
    assert len(names) == 6
    assert set(names) <= set(known())
    fields = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", page.partition("## Pre")[2], re.M)))
    assert {*fields, "shorter"} == {field.name for field in dataclasses.fields(Preprocessing)}
    add = typer.main.get_command(app).commands["models"].commands["add"]  # type: ignore[attr-defined]
    options = {option for parameter in add.params for option in parameter.opts}
    assert set(re.findall(r"(?<= )--\w+", page)) - {"--package", "--all", "--model"} <= options


@pytest.mark.timeout(300)
def test_its_session_runs(
    server: Server, worker: Callable[..., WorkerProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks run as printed, each in one go, except for the folder; random weights replace a download."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in (1, 2):
        write_image(photos / f"{number}.jpg", number)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    model = lookup("resnet50")
    path = weights_path(model)
    assert path is not None
    path.parent.mkdir(parents=True)
    torch.save(build(replace(model, weights="random")).state_dict(), path)

    before, after = re.findall(r"```sql\n(.*?)```", README, flags=re.DOTALL)
    layers, search, album, keys, learning = re.findall(r"```sql\n(.*?)```", TOUR, flags=re.DOTALL)
    name = server.create_database()
    url = server.database_url(name)
    session(server, url, before.replace("/data/photos", str(photos)))
    worker(url=url)
    shown = session(server, url, after).splitlines()
    assert shown[0] == "t", "wait() has seen the end"
    assert shown[1] == "2|2|0|0"
    assert shown[2].startswith(f"{photos}/2.jpg|dog|")
    assert shown[3].startswith("embedded")

    shown = session(server, url, layers).splitlines()
    assert shown[:3] == ["middle", "early", "t|t"], "wait_model() has seen the end"
    assert set(shown[3:5]) == {"middle|layer3|1024|", "early|layer3.4.relu_2|1024|"}
    assert shown[5:] == ["photos_middle"]

    write_image(photos / "new.jpg", 3)
    shown = session(server, url, search.replace("/data/photos", str(photos))).splitlines()
    assert shown[0] == "1"
    assert shown[1].startswith("halfvec|2048 dimensions exceed the limit")
    assert shown[2] == "1"
    assert shown[3].count(",") == 2047
    assert shown[4:] == [f"{photos}/2.jpg", f"{photos}/2.jpg|t"]

    assert session(server, url, album).splitlines() == [f"{photos}/2.jpg"], "in the album"
    assert session(server, url, keys).startswith(f"{photos}/2.jpg|")

    for number in range(10, 18):
        path = write_image(photos / f"{number}.jpg", number)
        label = ("'cat'", "'dog'", "null")[number % 3]
        session(server, url, f"insert into photos (path, label) values ('{path}', {label})")
    assert session(server, url, "select featurize.wait('photos_resnet50', '1 minute')") == "t\n"
    shown = session(server, url, learning).splitlines()
    assert shown[0] == "public.photos_training"
    assert shown[2] == "t", "wait_classifier() has seen the end"
    assert shown[3].startswith("3|")
    unlabeled = {f"{photos}/{number}.jpg" for number in (11, 14, 17)}
    assert {line.split("|")[0] for line in shown[4:7]} == unlabeled
    assert len(shown) == 4 + 3 + 5 + 3
    assert {line.split("|")[0] for line in shown[-3:]} == unlabeled


def session(server: Server, url: str, text: str) -> str:
    """Run a session in psql and return what it prints."""
    command = [str(server.bin / "psql"), "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
