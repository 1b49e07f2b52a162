"""User errors outside SQL, in servers, schemas and files: the message names the object and the remedy."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pgfeaturize.db import statements
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.schema import check
from pgfeaturize.errors import (
    SchemaIncompatible,
    SchemaMissing,
    SchemaTooNew,
    SchemaTooOld,
    ServerUnreachable,
    VectorMissing,
    VectorTooOld,
)
from tests.acceptance.conftest import WorkerProcess, insert, settled, write_image
from tests.conftest import Database, Server

Worker = Callable[..., WorkerProcess]


def test_each_bad_image_fails_with_its_own_reason(
    table: Database, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    outside = write_image(tmp_path.parent / f"{tmp_path.name}-outside.png", 1)
    good = write_image(folder / "good.png", 2)
    os.mkfifo(folder / "fifo.png")
    (folder / "empty.png").touch()
    (folder / "text.jpg").write_text("just words")
    (folder / "drawing.png").write_text("<svg/>")
    Image.effect_noise((300, 300), 80).save(folder / "whole.jpg")
    (folder / "cut.jpg").write_bytes((folder / "whole.jpg").read_bytes()[:4000])
    (folder / "link.png").symlink_to(outside)
    bomb(folder / "bomb.png")
    monkeypatch.chdir(folder)  # because the path of a socket must be short
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket.png")

    expected = {
        "": "empty_path",
        str(folder / "nothing.png"): "missing_file",
        str(folder): "not_a_file",
        str(outside): "outside_roots",
        "/etc/passwd": "outside_roots",
        str(folder / ".." / ".." / outside.name): "outside_roots",
        str(folder / "link.png"): "outside_roots",
        str(folder / "fifo.png"): "not_a_file",
        str(folder / "socket.png"): "not_a_file",
        "/dev/zero": "outside_roots",
        str(folder / "empty.png"): "empty_file",
        str(folder / "text.jpg"): "not_an_image",
        str(folder / "drawing.png"): "unsupported_image",
        str(folder / "cut.jpg"): "truncated_image",
        str(folder / "bomb.png"): "too_many_pixels",
    }
    insert(table, [good])
    table.rows(
        "insert into photos (id, path) select * from unnest(%s::int[], %s::text[])",
        list(range(1, len(expected) + 1)),
        list(expected),
    )
    table.rows("insert into photos (id, path) values (99, null)")
    assert worker("--once").wait() == 1
    now = settled(table)
    assert (now["embedded"], now["empty"], now["failed"]) == (1, 1, len(expected))
    failures = table.rows("select image, reason, detail from featurize.failure")
    assert {path: reason for path, reason, _ in failures} == expected
    for path, _, detail in failures:
        assert path in detail
    listener.close()


def test_paths_as_they_are_imported(database: Database, worker: Worker, photos: Callable[..., list[Path]]) -> None:
    """Padded by a column of type char, in another normal form, with a line break at the end, or URIs."""
    (photo,) = photos(1)
    accented = photo.with_name("caf\xe9.png")
    photo.with_name("cafe\u0301.png").write_bytes(photo.read_bytes())
    database.rows("create table photos (id int primary key, path char(300))")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'looks')")
    database.rows("insert into photos values (1, %s), (2, %s)", str(photo), str(accented))
    database.rows("insert into photos values (3, %s), (4, 'https://example.org/a.png')", f"{photo}\n")
    assert worker("--once").wait() == 1
    assert database.progress("looks")["embedded"] == 2
    hints = dict(
        database.rows("select (key ->> 'id')::int, detail from featurize.failure where reason = 'missing_file'")
    )
    assert "white space" in hints[3]
    assert "image_kind => 'uri'" in hints[4]
    database.rows("update photos set path = path || '  '")
    assert database.progress("looks")["pending"] == 0, "blanks at the end of a char column are no change"


def bomb(path: Path) -> None:
    """Return a PNG of a few bytes whose header claims 50,000 × 50,000 pixels."""
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def test_no_server(run: Callable[..., object], tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachable, match=r"(?s)cannot connect.*pgfeaturize up"):
        connect(f"postgresql:///nowhere?host={tmp_path}")
    done = run("status", url=f"postgresql:///nowhere?host={tmp_path}", status=2)
    assert "Error: cannot connect" in done.stderr  # type: ignore[attr-defined]
    assert "Traceback" not in done.stderr  # type: ignore[attr-defined]


def test_no_schema(server: Server, run: Callable[..., object], tmp_path: Path) -> None:
    name = server.create_database()
    url = server.database_url(name)
    with connect(url) as connection, pytest.raises(SchemaMissing, match=rf"(?s){name}.*pgfeaturize migrate"):
        check(connection)
    write_image(tmp_path / "1.png", 1)
    add = ["add", str(tmp_path), "--table", "photos", "--create", "--model", "resnet50"]
    assert "pgfeaturize migrate" in run(*add, url=url, status=2).stderr  # type: ignore[attr-defined]


def test_older_schema(database: Database, connection: statements.Connection) -> None:
    database.rows("update featurize.release set version = '0.0.1'")
    with pytest.raises(SchemaTooOld, match=r"(?s)release 0\.0\.1, older.*pgfeaturize migrate"):
        check(connection)


def test_newer_schema(database: Database, connection: statements.Connection) -> None:
    database.rows("insert into featurize.release (version) values ('99.0.0')")
    with pytest.raises(SchemaTooNew, match=r"(?s)release 99\.0\.0, newer.*pip install"):
        check(connection)


def test_a_function_that_somebody_dropped(database: Database, connection: statements.Connection) -> None:
    database.rows("drop function featurize.pending_featurizers()")
    with pytest.raises(SchemaIncompatible, match=r"(?s)statement pending_featurizers .*pgfeaturize migrate"):
        check(connection)


def test_a_server_without_pgvector(server: Server, tmp_path: Path) -> None:
    url = server.database_url(server.create_database())
    with_extensions(server, url, tmp_path)
    with pytest.raises(VectorMissing, match=r"(?s)does not have pgvector.*at least 0\.8"):
        migrate(url)


def test_an_old_pgvector(server: Server, tmp_path: Path) -> None:
    url = server.database_url(server.create_database())
    folder = tmp_path / "extension"
    folder.mkdir()
    (folder / "vector.control").write_text("default_version = '0.7.4'\n")
    (folder / "vector--0.7.4.sql").touch()
    with_extensions(server, url, tmp_path)
    with pytest.raises(VectorTooOld, match=r"(?s)pgvector 0\.7\.4.*0\.8 or newer"):
        migrate(url)


def with_extensions(server: Server, url: str, folder: Path) -> None:
    """Make the server find only the extensions in a folder."""
    for above in (folder, *folder.parents):  # because the server may run as another user
        if above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o055)
    name = url.split("/")[3].split("?")[0]
    server.execute(f"alter database {name} set extension_control_path = '{folder}'")
