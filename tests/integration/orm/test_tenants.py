"""Two tenants with the same tables in schemas of their own, and different rows."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

from pgfeaturize.sqlalchemy import failures, featurized, progress, wait
from tests.conftest import Database
from tests.integration.orm.models import embed, numbers, url, vector


class Base(DeclarativeBase):
    """Base of the mapped classes of this module."""


class Album(Base):
    __tablename__ = "albums"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    album_id: Mapped[int] = mapped_column(sa.ForeignKey("albums.id"))
    album: Mapped[Album] = relationship()
    look = featurized("path", model="lenet_digits", index="cosine")


class Sheet(Base):
    __tablename__ = "sheets"
    id: Mapped[int] = mapped_column(primary_key=True)
    image: Mapped[bytes]
    look = featurized("image", model="lenet_digits", destination="column")


TENANTS = {"t 1": range(10), "t'2": range(10, 20)}


def by_translate_map(database: Database, schema: str) -> sa.Engine:
    return sa.create_engine(url(database), execution_options={"schema_translate_map": {None: schema}})


def by_search_path(database: Database, schema: str) -> sa.Engine:
    engine = sa.create_engine(url(database))

    @sa.event.listens_for(engine, "connect")
    def _set(connection: Any, _: Any) -> None:
        connection.execute("select set_config('search_path', %s, false)", [f'"{schema}", public'])
        connection.commit()

    return engine


@pytest.fixture(params=[by_translate_map, by_search_path])
def sessions(database: Database, request: pytest.FixtureRequest) -> Iterator[Sequence[Session]]:
    """A session for each tenant; their rows are embedded."""
    opened = []
    for schema, keys in TENANTS.items():
        database.rows(f'create schema "{schema}"')
        engine = request.param(database, schema)
        Base.metadata.create_all(engine)
        session = Session(engine)
        session.add(Album(id=1, name=schema))
        session.add_all([Book(id=n, path=f"/{n}.png", album_id=1) for n in keys])
        session.add_all([Sheet(id=n, image=bytes([n])) for n in keys])
        session.commit()
        opened.append(session)
        for look in (Book.look, Sheet.look):
            embed(session, look)
    yield opened
    for session in opened:
        session.close()
        session.get_bind().engine.dispose()


def test_tenants_are_apart(sessions: Sequence[Session], database: Database) -> None:
    declared = database.rows("select source::text, name from featurize.featurizer order by 1, 2")
    assert declared == [
        ('"t 1".books', "books_look"),
        ('"t 1".sheets', "sheets_look"),
        ('"t\'2".books', "books_look"),
        ('"t\'2".sheets', "sheets_look"),
    ]
    assert database.value("select count(*) from featurize.index") == 2
    for session, keys in zip(sessions, TENANTS.values(), strict=True):
        far = [keys[0], keys[1]] if keys[0] else [keys[9], keys[8]]
        query = vector(0 if keys[0] else 19)
        for cls in (Book, Sheet):
            assert numbers(cls.look.search(session, query, k=2)) == far
            nearest = sa.select(cls.id).order_by(cls.look.cosine_distance(query)).limit(2)
            assert session.scalars(nearest).all() == far
            assert session.scalar(sa.select(sa.func.count()).select_from(nearest.subquery())) == 2
            assert session.connection().scalars(nearest).all() == far
            assert session.scalar(sa.select(sa.func.count(cls.look.embedding))) == 10
            row: Any = session.get_one(cls, far[0], options=[selectinload(cls.look)])
            assert numbers(row.look.neighbors(session, k=1)) == [far[1]]
            close = sa.update(cls).where(cls.look.cosine_distance(vector(far[0])) < 1e-4).values(id=cls.id)
            assert session.connection().execute(close).rowcount == 1
            now = progress(session, cls.look)
            assert (now.rows, now.embedded + now.pending) == (10, 10)
            assert failures(session, cls.look) == []
            assert wait(session, cls.look, timedelta()) is False
        in_album = Book.look.search(session, query, k=1, filter=Book.album.has(Album.name.in_(TENANTS)))
        assert numbers(in_album) == far[:1]
        session.rollback()


def test_spaces_are_those_of_the_tenant(sessions: Sequence[Session], database: Database) -> None:
    """A tenant may have another model: its vectors are not compared with those of the current space."""
    database.rows('update "t\'2".books_look set space_id = space_id + 1')
    assert [len(Book.look.search(session, vector(1))) for session in sessions] == [10, 0]


def test_dropping_a_tenant(sessions: Sequence[Session], database: Database) -> None:
    for session in sessions:
        session.close()
    Base.metadata.drop_all(sessions[0].get_bind())
    declared = database.rows("select distinct source::text from featurize.featurizer order by 1")
    assert declared == [('"t\'2".books',), ('"t\'2".sheets',)]
    assert numbers(Book.look.search(sessions[1], vector(19), k=1)) == [19]


def test_translate_map_of_a_statement(database: Database) -> None:
    """Execution options of the statement; other tenants are found in the same session."""
    for schema, keys in TENANTS.items():
        database.rows(f'create schema "{schema}"')
        engine = by_translate_map(database, schema)
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add(Album(id=1, name=schema))
            session.add_all([Book(id=n, path=f"/{n}.png", album_id=1) for n in keys])
            session.commit()
            embed(session, Book.look)
        engine.dispose()
    engine = sa.create_engine(url(database))
    nearest = sa.select(Book.id).order_by(Book.look.cosine_distance(vector(9.9))).limit(1)
    with Session(engine) as session:
        for _ in range(2):
            for schema, expected in zip(TENANTS, (9, 10), strict=True):
                options = {"schema_translate_map": {None: schema}}
                assert session.scalar(nearest, execution_options=options) == expected
    engine.dispose()


def test_the_schema_of_embeddings_is_translated(database: Database) -> None:
    class Other(DeclarativeBase):
        """Has its own metadata."""

    class Page(Other):
        __tablename__ = "pages"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]
        look = featurized("path", model="lenet_digits", embeddings_schema="embeddings")

    for schema in ("tenant", "tenant_embeddings"):
        database.rows(f"create schema {schema}")
    schemas = {None: "tenant", "embeddings": "tenant_embeddings"}
    engine = sa.create_engine(url(database), execution_options={"schema_translate_map": schemas})
    Other.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Page(id=n, path=f"/{n}.png") for n in range(3))
        session.commit()
        embed(session, Page.look)
        assert numbers(Page.look.search(session, vector(2), k=1)) == [2]
        loaded = session.scalars(sa.select(Page).options(selectinload(Page.look))).all()
        assert [page.look is not None for page in loaded] == [True] * 3
    engine.dispose()
    assert database.value("select count(*) from tenant_embeddings.pages_look") == 3
