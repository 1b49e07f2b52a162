"""Databases that are not in UTF-8: the command line works, with names of files that their encoding has."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.acceptance.conftest import write_image
from tests.conftest import Database, Server

Run = Callable[..., Any]

#: A word in each encoding.
WORDS = {"LATIN1": "B\xfccher", "SQL_ASCII": "\u672c"}


@pytest.fixture(params=WORDS)
def encoded(server: Server, run: Run, request: pytest.FixtureRequest) -> Iterator[tuple[Database, str]]:
    """A database of an encoding, installed by the program, and a word that it can hold."""
    name = f"cli_{request.param.lower()}"
    server.execute(f"create database {name} template template0 encoding '{request.param}' locale 'C'")
    url = server.database_url(name)
    assert "is at release" in run("migrate", url=url).stdout
    with psycopg.connect(url, autocommit=True, client_encoding="UTF8") as connection:
        yield Database(server, name, url, connection), WORDS[request.param]
    server.execute(f"drop database {name} with (force)")


def test_the_command_line(encoded: tuple[Database, str], run: Run, tmp_path: Path) -> None:
    database, word = encoded
    url = database.url
    folder = tmp_path / "photos" / word
    folder.mkdir(parents=True)
    write_image(folder / f"{word}2.png", 1)
    files = [write_image(folder / f"{word}{number}.png", number) for number in range(2)]
    (folder / "empty.png").touch()
    run("add", str(tmp_path / "photos"), "--table", word, "--create", "--model", "lenet_digits", url=url)
    run("worker", "--once", "--root", str(tmp_path), url=url, status=1)
    assert f"{word}_lenet_digits" in run("status", url=url).stdout
    assert f"{word}/empty.png" in run("failures", url=url).stdout
    assert f"{word}2.png" in run("search", str(files[1]), url=url).stdout
    assert f"{word}2.png" in run("duplicates", url=url).stdout
    run("export", f"{word}_lenet_digits", "--out", "vectors.csv", url=url)
    assert f"{word}1.png" in (tmp_path / "vectors.csv").read_text(encoding="utf-8")
    assert "server answers" in run("doctor", url=url, status=1).stdout


def test_names_of_files_that_are_not_utf8(server: Server, run: Run, tmp_path: Path) -> None:
    """An SQL_ASCII database may hold them, and commands print them escaped."""
    name = "cli_bytes"
    server.execute(f"create database {name} template template0 encoding 'SQL_ASCII' locale 'C'")
    url = server.database_url(name)
    run("migrate", url=url)
    odd = tmp_path / "odd\udce9.png"
    write_image(odd, 1)
    plain = write_image(tmp_path / "plain.png", 2)
    with psycopg.connect(url, autocommit=True) as user:
        user.execute("create table photos (path text primary key, label text)")
        user.execute(
            b"insert into photos values ('odd\xe9.png', '\xe9'), ('plain.png', '\xe9'), ('gone\xe9.png', null)"
        )
        user.execute("select featurize.create_featurizer('photos', 'path', 'lenet_digits')")
    run("worker", "--once", "--root", str(tmp_path), url=url, status=1)
    assert "gone\\xe9.png" in run("failures", url=url).stdout
    assert "odd\\udce9.png" in run("search", str(plain), url=url).stdout
    assert "odd\\udce9.png" in run("duplicates", "--max-distance", "2", url=url).stdout
    refused = run("export", "photos_lenet_digits", "--out", "vectors.csv", url=url, status=2)
    assert "invalid byte sequence" in refused.stderr
    server.execute(f"drop database {name} with (force)")
