"""Databases that are not in UTF-8: everything works, with file names that their encoding can hold."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.acceptance.conftest import write_image
from tests.conftest import Database, Server

Run = Callable[..., Any]

ENCODINGS = ("LATIN1", "SQL_ASCII", "WIN1252", "EUC_JP")


@pytest.fixture(params=ENCODINGS)
def encoded(server: Server, run: Run, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of an encoding, with pgfeaturize."""
    name = f"encoded_{request.param.lower()}"
    server.execute(f"create database {name} template template0 encoding '{request.param}' locale 'C'")
    url = server.database_url(name)
    assert "is at release" in run("migrate", url=url).stdout
    assert "is at release" in run("migrate", url=url).stdout, "once more"
    with psycopg.connect(url, autocommit=True, client_encoding="UTF8") as connection:
        yield Database(server, name, url, connection)
    server.execute(f"drop database {name} with (force)")


def test_the_main_job(encoded: Database, run: Run, tmp_path: Path) -> None:
    word = "日本" if encoded.name.endswith("eucjp") or encoded.name.endswith("euc_jp") else "Bücher"
    folder = tmp_path / "photos" / word
    folder.mkdir(parents=True)
    files = [write_image(folder / f"{word}{number}.png", number) for number in range(3)]
    url = encoded.url
    run("add", str(tmp_path / "photos"), "--table", "photos", "--create", "--model", "lenet_digits", url=url)
    run("worker", "--once", "--root", str(tmp_path), url=url)
    assert encoded.progress("photos_lenet_digits" if False else encoded.value("select name from featurize.featurizer"))[
        "embedded"
    ] == len(files)
    done = run("search", "photos", str(files[0]), "--json", url=url)
    assert word in done.stdout
    assert json.loads(done.stdout.splitlines()[0])
