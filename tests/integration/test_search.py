"""Searches during writes, index builds and restores."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Database, Server, open_database

METHODS = {"by_hnsw": "cosine", "by_halfvec": "l1", "by_bits": "l2", "by_projection": "cosine"}
#: The ten rows nearest to a row, for each featurizer.
NEAREST = (
    "select (n.item).id from photos p, featurize.neighbors(p, %s, metric => %s) n where p.id = 7 order by n.distance, 1"
)


@pytest.fixture(params=["table", "column"])
def points(database: Database, request: pytest.FixtureRequest) -> Database:
    """Create a thousand photos with vectors of eight values, and a featurizer for each index method."""
    database.rows("create table photos (id int primary key, path text)")
    database.rows("insert into photos select n, n || '.png' from generate_series(1, 1000) n")
    database.rows(
        "select featurize.register_model('m8', 'x', 'x', 'none', 8, 'x', preprocessing) "
        "from featurize.model where name = 'lenet_digits'"
    )
    database.rows("select featurize.register_space('m8', 'fingerprint')")
    for name in METHODS:
        database.rows(
            "select featurize.create_featurizer('photos', 'path', 'm8', %s, destination => %s, backfill => false)",
            *(name, request.param),
        )
        vector = (
            "(select array_agg(hashint8extended(i, p.id % 10) % 90 + hashint8extended(i, p.id) % 9 "
            "order by i)::float4[]::vector from generate_series(1, 8) i)"
        )
        if request.param == "table":
            database.rows(f"insert into {name} (id, embedding, space_id) select p.id, {vector}, 1 from photos p")
        else:
            space = database.value(
                "select featurize._space_column(f) from featurize.featurizer f where f.name = %s", name
            )
            database.rows(f"update photos p set {name} = {vector}, {space} = 1")
    return database


def build(database: Database, name: str) -> None:
    """Build an index as a worker does, with arbitrary components of the projection."""
    number = database.value(
        "select featurize.create_index(%s, %s, %s, after_backfill => false)",
        *(name, METHODS[name], name.removeprefix("by_")),
    )
    statements = database.rows("select featurize.begin_index(%s)", number)
    if name == "by_projection":
        database.rows(
            "select featurize.set_projection(%s, array_agg((select array_agg((j = i)::int order by j) "
            "from generate_series(1, 8) j)::vector order by i), array_agg(0::float8)) from generate_series(1, 8) i",
            number,
        )
    for (statement,) in statements:
        database.rows(statement)
    assert database.rows("select featurize.end_index(%s)", number) == []


def test_indexes_of_every_method_are_dumped_and_restored(server: Server, points: Database, tmp_path: Path) -> None:
    """The restored indexes also find vectors that are inserted later."""
    for name in METHODS:
        build(points, name)
    before = {name: points.rows(NEAREST, name, metric) for name, metric in METHODS.items()}
    dump = tmp_path / "dump.sql"
    subprocess.run([server.bin / "pg_dump", "-f", dump, points.url], check=True)
    with open_database(server, "template0") as restored:
        psql = [server.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump]
        subprocess.run([*psql, restored.url], check=True, stdout=subprocess.DEVNULL)  # type: ignore[list-item]
        restored.rows("analyze")
        look = "select featurizer, metric, method, state, expression from featurize.index_report order by 1"
        assert restored.rows(look) == points.rows(look)
        assert {row[3] for row in restored.rows(look)} == {"ready"}
        for name, metric in METHODS.items():
            assert restored.rows(NEAREST, name, metric) == before[name]
            search = restored.value(
                "select featurize._search(f, %s, 'true') from featurize.featurizer f where f.name = %s", *(metric, name)
            )
            assert "featurize_near" in search, "by the index"
        restored.rows("select featurize.drop_index(%s, %s)", "by_projection", "cosine")


def test_the_first_search_of_a_session_and_one_of_a_cached_plan(points: Database) -> None:
    """A session does not know pgvector's settings before the library is loaded."""
    build(points, "by_hnsw")
    for setup in ("select 1", "set hnsw.ef_search = 300", "begin; set local hnsw.ef_search = 5; commit"):
        with psycopg.connect(points.url, autocommit=True, prepare_threshold=0) as fresh:
            fresh.execute(setup, prepare=False)
            before = fresh.execute("select current_setting('hnsw.ef_search', true)").fetchone()
            for _ in range(7):
                assert len(fresh.execute(NEAREST, ["by_hnsw", "cosine"]).fetchall()) == 10
            after = fresh.execute("select current_setting('hnsw.ef_search', true)").fetchone()
            assert after is not None
            assert before in (after, (None,), ("",)), "as it was, or as pgvector has it"
            assert after[0] in ("40", "300")


def test_what_is_written_and_deleted_is_found_and_not_found(points: Database) -> None:
    """An existing index finds new rows, and does not find deleted ones."""
    build(points, "by_hnsw")
    search = "select (n.item).id from featurize.nearest(null::photos, 'by_hnsw', %s::text::vector, 1) n"
    vector = "select featurize._own_embedding(f, p, false)::text from featurize.featurizer f, photos p where f.name = 'by_hnsw' and p.id = 7"
    own = [float(value) for value in points.value(vector).strip("[]").split(",")]
    near = str([own[0] + 0.5, *own[1:]])
    points.rows("insert into photos values (5000, 'new.png')")
    destination = points.value("select destination from featurize.featurizer where name = 'by_hnsw'")
    if destination == "table":
        points.rows("insert into by_hnsw (id, embedding, space_id) values (5000, %s, 1)", near)
    else:
        points.rows("update photos set by_hnsw = %s, by_hnsw_space = 1 where id = 5000", near)
    assert points.rows(search, near) == [(5000,)]
    with psycopg.connect(points.url) as other:
        other.execute("delete from photos where id = 5000")
        assert points.rows(search, near) == [(5000,)], "not committed"
        other.commit()
    assert points.rows(search, near) != [(5000,)]


@pytest.fixture
def builders(points: Database) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Open two sessions that build indexes."""
    with psycopg.connect(points.url, autocommit=True) as one, psycopg.connect(points.url, autocommit=True) as two:
        yield one, two


def test_one_session_of_a_database_builds(builders: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    one, two = builders
    start = "select featurize.start_building()"
    assert one.execute(start).fetchone() == (True,)
    assert two.execute(start).fetchone() == (False,)
    assert one.execute("show statement_timeout").fetchone() == ("0",)
    one.close()
    two.execute("set statement_timeout = '1min'")
    while two.execute(start).fetchone() == (False,):
        pass
    assert two.execute("show statement_timeout").fetchone() == ("0",)


def test_it_takes_the_memory_it_needs_but_no_less_than_there_is(points: Database) -> None:
    number = points.value("select featurize.create_index('by_hnsw')")
    for given in ("64MB", "1GB"):
        points.rows(f"set maintenance_work_mem = '{given}'")
        points.rows("select featurize.begin_index(%s)", number)
        assert points.value("show maintenance_work_mem") == given
    relation = points.value("select coalesce(embeddings, source) from featurize.featurizer where name = 'by_hnsw'")
    points.rows("set allow_system_table_mods = on")
    points.rows(f"update pg_class set reltuples = 1e9 where oid = '{relation}'::regclass")
    points.rows("select featurize.begin_index(%s)", number)
    assert points.value("show maintenance_work_mem") == "2GB"


def test_images_in_the_rows_are_not_read_by_searches(database: Database) -> None:
    """Only the images of the rows that are found are read."""
    database.rows("create table photos (id int primary key, image bytea)")
    database.rows("alter table photos alter image set storage external")
    database.rows("insert into photos select n, repeat(n::text, 100000)::bytea from generate_series(1, 200) n")
    database.rows(
        "select featurize.create_featurizer('photos', 'image', 'pixels', 'f', image_kind => 'bytes', backfill => false)"
    )
    database.rows("select featurize.register_space('pixels', 'fingerprint')")
    dim = database.value("select dim from featurize.model where name = 'pixels'")
    database.rows(
        f"insert into f (id, embedding, space_id) select p.id, array_agg(i + p.id)::float4[]::vector, 1 "
        f"from photos p, generate_series(1, {dim}) i group by p.id"
    )

    def read() -> int:
        database.rows("select pg_stat_force_next_flush()")
        blocks: int = database.value(
            "select toast_blks_read + toast_blks_hit from pg_statio_user_tables where relname = 'photos'"
        )
        return blocks

    before = read()
    rows = database.rows("select (n.item).id from photos p, featurize.neighbors(p, 'f', 2) n where p.id = 5")
    assert len(rows) == 2
    database.rows("select 1")
    assert read() - before < 200000 * 3 // 1000, "a fraction of two hundred images"
