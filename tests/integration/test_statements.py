"""Every statement that Python sends fits the schema, and both catalogues of models are one."""

from string import Formatter

from psycopg import errors
from psycopg.pq import DiagnosticField

from pgfeaturize.db import statements
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import Connection, check, compose, named, unfit
from pgfeaturize.models import known, lookup
from tests.conftest import Database


def test_every_statement_prepares(connection: Connection) -> None:
    assert len(named()) > 20
    assert list(unfit(connection)) == []


def test_every_statement_with_identifiers_parses(connection: Connection) -> None:
    """Odd names do no harm; what the statements do is shown by the programs that send them."""
    for name, text in named().items():
        fields = {field for _, field, _, _ in Formatter().parse(text) if field}
        composed = compose(name, **dict.fromkeys(fields, 'odd "table')).as_string(connection)
        result = connection.pgconn.prepare(b"", composed.encode())
        state = result.error_field(DiagnosticField.SQLSTATE) or b""
        assert state != errors.SyntaxError.sqlstate.encode(), name  # type: ignore[union-attr]


def test_the_catalogue_in_sql_is_the_one_in_python(database: Database) -> None:
    columns = "name, backbone, node, pooling, dim, weights, preprocessing"
    in_sql = {row[0]: row for row in database.rows(f"select {columns} from featurize.model")}
    in_python = {
        model.name: tuple(model.to_json()[column] for column in columns.split(", "))
        for model in map(lookup, known())
    }
    assert in_sql == in_python


def test_check_accepts_what_migrate_installed(database: Database, connection: Connection) -> None:
    check(connection)
    assert migrate(database.url) == statements.releases()[-1]
    check(connection)
