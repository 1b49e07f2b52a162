"""Every statement that Python sends fits the schema, and both catalogs of models are equal."""

import re
from string import Formatter

import psycopg
import pytest
from psycopg import sql

from pgfeaturize.db import schema, statements
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.schema import check, incompatible
from pgfeaturize.db.statements import Connection
from pgfeaturize.errors import SchemaIncompatible
from pgfeaturize.models import known, lookup
from tests.conftest import ROOT, Database

#: A table with all columns that statements with {braces} use.
FIXTURE = """
    create table "odd ""table" (
        id bigint primary key,
        path text unique,
        image bytea,
        label text,
        split text,
        features vector,
        embedding vector,
        space_id integer,
        embedded_at timestamptz,
        created_at timestamptz
    );
    create function notify_visible() returns trigger language plpgsql as 'begin return null; end';
    create table incoming (position bigint, path text, label text);
"""
#: Values of {braces}; `create` statements get the name of a new object.
IDENTIFIERS = {
    "table": 'odd "table',
    "source": 'odd "table',
    "vectors": 'odd "table',
    "staged": 'odd "table',
    "view": 'odd "table',
    "image_column": "path",
    "vector_column": "embedding",
    "function": "notify_visible",
    "database": "nowhere",
    "template": "template0",
}
#: The server analyzes these statements only when it executes them.
UTILITY = re.compile(r"(create|drop|truncate|copy|set|alter|listen|analyze)\b")
#: These cannot be executed in a transaction that is rolled back, and name no object of ours.
NOT_IN_A_TRANSACTION = re.compile(r"(create|drop) database\b|alter system\b|set transaction\b")
#: Parameters whose type the server cannot infer; psycopg sends it.
TYPES = {"insert_vectors": {2: "vector[]"}, "insert_embeddings": {2: "vector[]"}}


def every_statement() -> dict[str, str]:
    """Statements of the program, of the benchmarks and of the soak test, by file and name."""
    queries = sorted((ROOT / "sql" / "queries").glob("*.sql"))
    files = [*queries, ROOT / "sql" / "benchmarks.sql", ROOT / "sql" / "soak.sql"]
    found: dict[str, str] = {}
    for file in files:
        of_file: dict[str, str] = {}
        statements.read(file, of_file)
        found |= {f"{file.stem}.{name}": text for name, text in of_file.items()}
    return found


def fill_in(connection: Connection, text: str) -> str:
    """Fill in the {braces} of a statement."""
    fields = {field for _, field, _, _ in Formatter().parse(text) if field}
    names = {field: IDENTIFIERS[field] for field in fields}
    if match := re.match(r"create (?:table|function) \{(\w+)\}", text):
        names[match[1]] = "new one"
    composed = sql.SQL(text).format(**{k: sql.Identifier(v) for k, v in names.items()})
    return composed.as_string(connection)


def error_of(connection: Connection, name: str, text: str) -> str | None:
    """Make the server analyze a statement, and return its error."""
    text = fill_in(connection, text)
    try:
        with connection.transaction(force_rollback=True):
            if NOT_IN_A_TRANSACTION.match(text):
                _prepare(connection, name, text)
            elif text.startswith("copy"):
                with connection.cursor().copy(text.encode()):
                    pass
            elif UTILITY.match(text):
                connection.execute(text.encode())
            else:
                _prepare(connection, name, text)
    except psycopg.errors.BadCopyFileFormat:
        return None  # The statement is right, but no data was sent.
    except psycopg.Error as error:
        return f"{error.sqlstate}: {error}"
    return None


def _prepare(connection: Connection, name: str, text: str) -> None:
    types = TYPES.get(name.partition(".")[2], {})
    oids = [
        connection.execute(f"select '{types[number]}'::regtype::oid").fetchone()[0]  # type: ignore[index]
        if number in types
        else 0
        for number in range(1, max(types, default=0) + 1)
    ]
    result = connection.pgconn.prepare(b"", text.encode(), oids)
    if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result)


@pytest.fixture
def fixture(connection: Connection) -> Connection:
    """A connection to a database with the fixture table."""
    connection.execute(FIXTURE)
    return connection


def test_every_statement_fits_the_schema(fixture: Connection) -> None:
    every = every_statement()
    assert len(every) > 150
    errors = {name: error_of(fixture, name, text) for name, text in every.items()}
    assert {name: error for name, error in errors.items() if error} == {}


@pytest.mark.parametrize(
    ("name", "right", "wrong", "state"),
    [
        ("status.progress", "featurizer", "featuriser", "42703"),
        ("status.retry", "featurize.retry", "featurize.retri", "42883"),
        ("status.workers", "_live_worker", "_life_worker", "42P01"),
        ("images.sample", "t.label", "t.lable", "42703"),
        ("images.insert_incoming", "(path, label)", "(path, lable)", "42703"),
        ("sqlalchemy.embed_path", "featurize.embed", "featurize.embet", "42883"),
        ("sqlalchemy.declare_index", "metric =>", "metrik =>", "42883"),
        ("benchmarks.copy_embeddings", "space_id", "space", "42703"),
        ("benchmarks.create_usual_index", "created_at", "made_at", "42703"),
        ("soak.stored_rows", "x.reason", "x.raeson", "42703"),
    ],
)
def test_a_misspelled_name_is_found(fixture: Connection, name: str, right: str, wrong: str, state: str) -> None:
    text = every_statement()[name]
    assert right in text
    error = error_of(fixture, name, text.replace(right, wrong))
    assert (error or "").partition(":")[0] == state


def test_check_names_a_statement_that_does_not_fit(database: Database, connection: Connection) -> None:
    database.rows("drop function featurize.retry(text)")
    assert incompatible(connection) == ["retry"]
    assert incompatible(connection, "status") == ["retry"]
    with pytest.raises(SchemaIncompatible, match="statement retry"):
        check(connection, "status")
    assert incompatible(connection, "worker", "export") == []
    check(connection, "worker", "export")


def test_check_accepts_what_migrate_installed(database: Database, connection: Connection) -> None:
    check(connection)
    assert migrate(database.url) == schema.releases()[-1]
    check(connection)


def test_the_catalog_in_sql_is_the_one_in_python(database: Database) -> None:
    columns = "name, backbone, node, pooling, dim, weights, preprocessing"
    in_sql = {row[0]: row for row in database.rows(f"select {columns} from featurize.model")}
    in_python = {
        model.name: tuple(model.to_json()[column] for column in columns.split(", ")) for model in map(lookup, known())
    }
    assert in_sql == in_python
