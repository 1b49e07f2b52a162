"""Loading, progress, and the kinds of sessions."""

import asyncio
import pickle
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from pgfeaturize.sqlalchemy import failures, progress, wait
from tests.conftest import Database
from tests.integration.orm.models import Animal, Base, Cat, Dog, Photo, Scan, Tenant, embed, numbers, url, vector


def test_loading(session: Session) -> None:
    """Lazy, selectin and joined loading; aliases; subclasses; rows without an embedding."""
    seven = sa.select(Photo).where(Photo.id == 7)
    for options in ([], [selectinload(Photo.look)], [joinedload(Photo.look)]):
        session.expire_all()
        photo = session.scalars(seven.options(*options)).one()
        assert photo.look is not None
        assert list(photo.look.embedding) == pytest.approx(vector(7))
    other = aliased(Photo)
    nearest = sa.select(other).options(selectinload(other.look)).order_by(other.look.cosine_distance(vector(3)))
    assert session.scalars(nearest.limit(1)).one().id == 3
    assert session.scalars(nearest.join(other.look).limit(1)).one().id == 3
    both = (
        sa.select(Photo.id, other.id)
        .join(other, Photo.label == other.label)
        .order_by(Photo.look.l2_distance(vector(4)), other.look.l2_distance(vector(8)))
    )
    assert session.execute(both.limit(1)).one() == (4, 8)
    dog = sa.select(Dog).order_by(Dog.look.cosine_distance(vector(0))).limit(1)
    assert session.scalars(dog).one().id == 10
    cat = sa.select(Cat).order_by(Cat.look.cosine_distance(vector(19)), Cat.paws.cosine_distance(vector(0))).limit(1)
    assert session.scalars(cat).one().id == 9
    session.add(Photo(id=99, path="/99.png"))
    session.commit()
    assert session.get_one(Photo, 99).look is None


@pytest.mark.parametrize("protocol", range(pickle.DEFAULT_PROTOCOL, pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_rows(session: Session, protocol: int) -> None:
    """Rows with loaded embeddings can be cached, and passed to other processes."""
    rows = [session.get_one(cls, 7, options=[joinedload(cls.look)]) for cls in (Photo, Scan, Animal)]
    rows.append(session.get_one(Tenant, (uuid.UUID(int=1), 7), options=[joinedload(Tenant.behind)]))
    for row, attribute in zip(rows, ["look", "look", "look", "behind"], strict=True):
        kept = pickle.loads(pickle.dumps(row, protocol))  # noqa: S301
        look = getattr(kept, attribute)
        assert list(look.embedding) == list(getattr(row, attribute).embedding)
        assert numbers(look.neighbors(session, k=2)) == numbers(getattr(row, attribute).neighbors(session, k=2))
        assert getattr(session.merge(kept), attribute) is getattr(row, attribute)


def test_progress_failures_and_wait(session: Session) -> None:
    session.add(Photo(id=100, path="/100.png"))
    session.commit()
    now = progress(session, Photo.look)
    assert (now.featurizer, now.rows, now.pending, now.note) == ("photos_look", 21, 21, "no worker is running")
    assert failures(session, Photo.look) == []
    assert wait(session, Photo.look, timedelta(seconds=0.1)) is False


def test_wait_for_one_row(session: Session, database: Database) -> None:
    no_time = timedelta()
    assert wait(session, Photo.look, no_time, key=7) is False
    database.rows("delete from featurize.outbox")
    assert wait(session, Photo.look, no_time, key=7) is True
    assert wait(session, Photo.look, no_time, key={"id": 7}) is True
    with pytest.raises(ArgumentError, match=r"\(7, 8\) is not a key of photos; its columns are: id"):
        wait(session, Photo.look, key=(7, 8))
    with pytest.raises(sa.exc.DBAPIError, match=r'public.photos has no row {"id": -1}'):
        wait(session, Photo.look, key=-1)
    session.rollback()
    session.add(Photo(id=100, path="/100.png"))
    with pytest.raises(sa.exc.DBAPIError, match="were queued in this transaction"):
        wait(session, Photo.look)


def test_wait_for_a_row_with_a_key_of_two_columns(session: Session) -> None:
    tenant = uuid.uuid4()
    session.add(Tenant(tenant=tenant, number=3, path="/3.png"))
    session.commit()
    assert wait(session, Tenant.look, timedelta(), key=(tenant, 3)) is False
    assert wait(session, Tenant.look, timedelta(), key={"tenant": tenant, "number": 3}) is False
    assert wait(session, Tenant.behind, timedelta(), key={"tenant": tenant, "no": 3}) is True


def test_session_with_several_databases(session: Session) -> None:
    """The statements go to the database of the class."""
    engine = session.get_bind()
    with Session(binds={Base: engine}) as several:
        assert numbers(Photo.look.search(several, vector(5), k=1)) == [5]
        assert several.scalar(sa.select(Photo.id).order_by(Photo.look.l2_distance(vector(5))).limit(1)) == 5
        assert progress(several, Photo.look).rows == 20
        assert failures(several, Photo.look) == []


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_async_sessions(database: Database, session: Session, driver: str) -> None:
    """The same functions return awaitables."""
    Base.metadata.drop_all(session.get_bind())

    async def use() -> None:
        engine = create_async_engine(url(database, driver))
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session:
            session.add_all([Photo(id=n, path=f"/{n}.png") for n in range(20)])
            session.add_all([Scan(id=n, image=bytes([n])) for n in range(20)])
            await session.commit()
            await session.run_sync(embed, Photo.look)
            await session.run_sync(embed, Scan.look)
            nearest = sa.select(Photo).order_by(Photo.look.cosine_distance(vector(5))).limit(1)
            photo = (await session.scalars(nearest.options(selectinload(Photo.look)))).one()
            assert photo.id == 5
            assert photo.look is not None
            assert list(photo.look.embedding) == pytest.approx(vector(5))
            assert sorted(numbers(await photo.look.neighbors(session, k=2))) == [4, 6]
            assert numbers(await Photo.look.search(session, vector(9), k=1)) == [9]
            assert numbers(await Scan.look.search(session, vector(9), k=1, metric="l2")) == [9]
            assert (await progress(session, Photo.look)).rows == 20
            assert await failures(session, Photo.look) == []
            assert await wait(session, Photo.look, timedelta(), key=7) in (True, False)
            states = sa.select(Photo.look.is_current, Photo.look.status).where(Photo.id == 7)
            assert (await session.execute(states)).one() == (True, "pending")
            count = sa.select(sa.func.count()).select_from(nearest.subquery())
            assert await session.scalar(count) == 1
            close = sa.update(Photo).where(Photo.look.cosine_distance(vector(5)) < 1e-4).values(label="five")
            await session.execute(close)
            assert await session.scalar(sa.select(Photo.id).where(Photo.label == "five")) == 5
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
        await engine.dispose()

    asyncio.run(use())
