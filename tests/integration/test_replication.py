"""A featurized table on a logical subscriber: a real publication and subscription between two databases of a server."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate
from tests.conftest import Database, Server, control, until

PHOTOS = "create table photos (id int primary key, path text, label text)"


@pytest.fixture(scope="module", params=[18, 16], ids=["pg18", "pg16"])
def logical(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Start a server with wal_level = logical, and a publisher in the database `publisher`."""
    with tempfile.TemporaryDirectory(prefix="logical-") as scratch:
        directory = Path(scratch)
        with embedded_server.running(directory, request.param) as url:
            server = Server(directory, request.param, url, count())
            server.execute("alter system set wal_level = logical")
            server.execute("alter system set fsync = off")
            control(server, "restart")
            server.execute("create database publisher")
            yield server


@pytest.fixture
def publisher(logical: Server) -> Iterator[psycopg.Connection]:
    """Connect to the publisher, with three rows and a publication."""
    with psycopg.connect(logical.database_url("publisher"), autocommit=True) as connection:
        connection.execute(PHOTOS)
        connection.execute("insert into photos select n, n || '.png' from generate_series(1, 3) n")
        connection.execute("create publication photos for table photos")
        connection.execute("select pg_create_logical_replication_slot('photos', 'pgoutput')")
        yield connection
        connection.execute("drop publication photos; drop table photos")


@pytest.fixture
def subscriber(logical: Server, publisher: psycopg.Connection) -> Iterator[Database]:  # noqa: ARG001
    """Create a database with pgfeaturize and the table, not subscribed yet."""
    name = logical.create_database()
    url = logical.database_url(name)
    migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PHOTOS)
        yield Database(logical, name, url, connection)
        connection.execute("drop subscription photos")
    logical.execute(f"drop database {name} with (force)")


def subscribe(subscriber: Database) -> None:
    """Subscribe, and wait for the initial copy."""
    target = psycopg.conninfo.make_conninfo(subscriber.server.database_url("publisher"))
    subscriber.connection.execute(
        psycopg.sql.SQL(
            "create subscription photos connection {} publication photos with (create_slot = false, slot_name = photos)"
        ).format(psycopg.sql.Literal(target))
    )
    ready = "select count(*) = 1 from pg_subscription_rel where srsubstate = 'r'"
    until(lambda: subscriber.value(ready), "the initial copy is complete")


def write(publisher: psycopg.Connection, subscriber: Database) -> None:
    """Write to the publisher, and wait until the subscriber has it."""
    for statement in (
        "insert into photos values (4, '4.png'), (5, null)",
        "update photos set path = 'new.png' where id = 1",
        "update photos set id = 6 where id = 2",
        "delete from photos where id = 3",
        "update photos set label = 'last' where id = 5",
    ):
        publisher.execute(statement)
    until(lambda: subscriber.value("select count(*) = 1 from photos where label = 'last'"), "the rows are replicated")


def embed_all(subscriber: Database) -> None:
    """Do the work of a worker: empty the queue, and store a vector for each row."""
    subscriber.rows("delete from featurize.outbox")
    subscriber.rows("update featurize.backfill set finished_at = now()")
    subscriber.rows("select featurize.register_space('lenet_digits', 'x')")
    subscriber.rows(
        "insert into looks (id, embedding, space_id, image_hash) "
        "select id, array_fill(1, array[800])::float4[]::vector, 1, hashtextextended(path, 0) from photos"
    )


QUEUED = "select array_agg((key ->> 'id')::int order by (key ->> 'id')::int) from featurize._queued"


def test_on_replica(publisher: psycopg.Connection, subscriber: Database) -> None:
    subscriber.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks', on_replica => true)")
    subscribe(subscriber)
    assert subscriber.value(QUEUED) == [1, 2, 3], "the initial copy, once"
    embed_all(subscriber)
    write(publisher, subscriber)
    assert subscriber.value(QUEUED) == [1, 4, 6]
    assert subscriber.value("select array_agg(id) from looks") == [1], "the others were deleted with their rows"
    assert subscriber.rows("select discrepancy from featurize.audit('looks') where rows > 0") == []
    assert subscriber.value("select level from featurize.doctor() where name = 'triggers'") == "ok"
    publisher.execute("truncate photos")
    until(lambda: subscriber.value("select count(*) = 0 from photos"), "the table is truncated")
    assert subscriber.value("select count(*) from looks") == 0


def test_not_on_replica(publisher: psycopg.Connection, subscriber: Database) -> None:
    subscriber.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks')")
    subscribe(subscriber)
    assert subscriber.value(QUEUED) is None
    embed_all(subscriber)
    write(publisher, subscriber)
    assert subscriber.value(QUEUED) is None
    assert subscriber.rows("select discrepancy, sample from featurize.audit('looks') where rows > 0") == [
        ("missing vector", [{"id": 4}, {"id": 6}]),
        ("outdated vector", [{"id": 1}]),
        ("orphaned vector", [{"id": 2}, {"id": 3}]),
    ]
    findings = subscriber.rows("select finding, remedy from featurize.doctor() where name = 'triggers'")
    assert findings[0][0] == "rows of public.photos arrive by logical replication and are not queued"
    assert "on_replica => true" in findings[0][1]
