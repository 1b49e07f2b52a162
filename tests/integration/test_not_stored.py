"""Rows that the database refuses: whichever they are, every row ends either stored or failed, in one pass."""

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Database

ROWS = 24

SETTINGS = settings(
    max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

#: How a row can be refused: an SQL statement for the table that is written, with the refused keys.
REFUSALS = {
    "check": "alter table {target} add constraint refused check (id <> all ({refused})) not valid",
    "raise": "create trigger refused before insert or update on {target} for each row "
    "when (new.id = any ({refused})) execute function fail()",
    "suppress": "create trigger refused before insert or update on {target} for each row "
    "when (new.id = any ({refused})) execute function suppress()",
    "late": "create constraint trigger refused after insert or update on {target} deferrable initially deferred "
    "for each row when (new.id = any ({refused})) execute function fail()",
}

SETUP = """
create function fail() returns trigger language plpgsql as 'begin raise exception ''refused''; end';
create function suppress() returns trigger language plpgsql as 'begin return null; end';
select featurize.register_model('tiny', 'x', 'x', 'none', 4, 'x', preprocessing)
  from featurize.model where name = 'lenet_digits';
select featurize.register_space('tiny', 'fingerprint');
select featurize.register_worker('test', 1, 'cpu', '0');
"""

WORK = """
select s.*
  from (select c.lease_id, array_agg(c.job_id order by c.job_id) as jobs,
               array_agg('[1,2,3,4]'::vector) as vectors
          from featurize.claim(1, array[(select id from featurize.featurizer)], %s, '1 minute') c
         group by c.lease_id) c
 cross join lateral featurize.settle(c.lease_id, 1, c.jobs, c.vectors, null) s
"""


@pytest.mark.parametrize("destination", ["table", "column"])
def test_every_row_ends_stored_or_failed(database: Database, destination: str) -> None:
    database.connection.execute(SETUP)

    @SETTINGS
    @given(st.sampled_from(sorted(REFUSALS)), st.sets(st.integers(1, ROWS)), st.integers(1, ROWS + 1))
    def check(refusal: str, refused: set[int], size: int) -> None:
        _check(database.connection, destination, REFUSALS[refusal], refused, size)

    check()


def _check(connection: psycopg.Connection[Any], destination: str, refusal: str, refused: set[int], size: int) -> None:
    """Refuse these rows, and embed all in batches of a size."""
    connection.execute("create table photos (id int primary key, path text)")
    connection.execute("insert into photos select n, n || '.png' from generate_series(1, %s) n", [ROWS])
    connection.execute(
        "select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => %s)", [destination]
    )
    connection.execute("select featurize.refresh('f', 'true')")
    target = {"table": "f", "column": "photos"}[destination]
    keys = ", ".join(map(str, sorted(refused)))
    connection.execute(refusal.format(target=target, refused=f"array[{keys}]::int[]"))
    passes = 0
    while counts := connection.execute(WORK, [size]).fetchall():
        passes += 1
        assert sum(counts[0]) <= size
    assert passes == -(-ROWS // size)
    failed = connection.execute("select (key ->> 'id')::int, reason from featurize.failure").fetchall()
    assert sorted(failed) == [(key, "not_stored") for key in sorted(refused)]
    progress = connection.execute('select "rows", embedded, failed from featurize.progress').fetchone()
    assert progress == (ROWS, ROWS - len(refused), len(refused))
    connection.execute("select featurize.drop_featurizer('f')")
    connection.execute("drop table photos")
