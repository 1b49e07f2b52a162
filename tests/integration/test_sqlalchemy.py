"""Featurizers in mapped classes, on a real server without a worker."""

import asyncio
import math
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    aliased,
    joinedload,
    mapped_column,
    selectinload,
)

from pgfeaturize.sqlalchemy import Match, failures, featurized, progress, wait
from tests.conftest import Database

DIM = 800  # of model lenet_digits
#: Number of rows for which PostgreSQL prefers an index to reading the table.
MANY = 3000


def url(database: Database, driver: str = "psycopg") -> str:
    return database.url.replace("postgresql://", f"postgresql+{driver}://")


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url(database))
    yield engine
    engine.dispose()


class Base(DeclarativeBase):
    """Base of the mapped classes of this module."""


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    label: Mapped[str | None]
    look = featurized("path", model="lenet_digits", index="cosine")


class Scan(Base):
    """Stores images, and their embeddings in half precision, in the table."""

    __tablename__ = "scans"
    __table_args__ = (sa.UniqueConstraint("note"), {"comment": "a tuple"})
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None]
    image: Mapped[bytes | None]
    look = featurized("image", model="lenet_digits", destination="column", storage="halfvec")


class HasLook:
    """A mixin with a featurizer."""

    path: Mapped[str]
    look = featurized("path", model="lenet_digits")


class Tenant(HasLook, Base):
    """Has a key of two columns, one a UUID; a schema; two featurizers."""

    __tablename__ = "Ten % ants"
    __table_args__ = ({"schema": "Some where"},)
    tenant: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column("no", primary_key=True)
    back: Mapped[str | None] = mapped_column("Back side")
    behind = featurized("back", model="lenet_digits")


class Animal(HasLook, Base):
    __tablename__ = "animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}  # type: ignore[misc]


class Cat(Animal):
    """A subclass with its own table."""

    __tablename__ = "cats"
    id: Mapped[int] = mapped_column(sa.ForeignKey("animals.id"), primary_key=True)
    paw: Mapped[str]
    paws = featurized("paw", model="lenet_digits")
    __mapper_args__: ClassVar = {"polymorphic_identity": "cat"}  # type: ignore[misc]


class Dog(Animal):
    """A subclass in the table of its parent."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "dog"}  # type: ignore[misc]


def vector(number: float) -> list[float]:
    """Return a unit vector; near numbers, from 0 to 40, give near vectors."""
    angle = number / 40 * math.pi / 2
    part = math.cos(angle), math.sin(angle)
    return [part[place % 2] * (2 / DIM) ** 0.5 for place in range(DIM)]


def embed(session: Session, look: Any, scale: float = 1.0) -> None:
    """Store embeddings as a worker does: for each row, vector() of the last column of its key."""
    featurizer = look.property.featurizer
    space = session.scalar(sa.select(sa.func.featurize.register_space("lenet_digits", "test")))
    last = featurizer.keys[-1]
    keys = session.execute(sa.select(*featurizer.keys)).all()
    table = look.property.embedding.__table__.element
    if featurizer.destination == "table":
        names = [key.key for key in featurizer.keys]
        rows = [
            {**dict(zip(names, key, strict=True)), "embedding": vector(key[-1] * scale), "space_id": space}
            for key in keys
        ]
        session.execute(sa.insert(table), rows)
    else:
        for key in keys:
            values = {"embedding": vector(key[-1] * scale), "space_id": space}
            session.execute(sa.update(table).where(table.c[last.key] == key[-1]).values(values))
    session.commit()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session; all tables exist and have embedded rows."""
    with Session(engine) as session:
        session.execute(sa.schema.CreateSchema("Some where"))
        session.commit()
        Base.metadata.create_all(engine)
        tenant = uuid.UUID(int=1)
        for number in range(20):
            path = f"/{number}.png"
            session.add(Photo(id=number, path=path, label="even" if number % 2 == 0 else None))
            session.add(Scan(id=number, image=bytes([number])))
            session.add(Tenant(tenant=tenant, number=number, path=path, back=path))
            session.add(Cat(id=number, path=path, paw=path) if number < 10 else Dog(id=number, path=path))
        session.commit()
        for look in (Photo.look, Scan.look, Tenant.look, Tenant.behind, Animal.look, Cat.paws):
            embed(session, look)
        yield session


def numbers(matches: Sequence[Match[Any]]) -> list[int]:
    return [int(getattr(match.item, "number", None) or match.item.id) for match in matches]


def test_create_all_creates_featurizers_and_drop_all_drops_them(session: Session, database: Database) -> None:
    found = database.rows(
        "select name, source::text, image_column, model, image_kind, destination, storage "
        "from featurize.featurizer order by name"
    )
    assert found == [
        ("Ten % ants_behind", '"Some where"."Ten % ants"', "Back side", "lenet_digits", "path", "table", "vector"),
        ("Ten % ants_look", '"Some where"."Ten % ants"', "path", "lenet_digits", "path", "table", "vector"),
        ("animals_look", "animals", "path", "lenet_digits", "path", "table", "vector"),
        ("cats_paws", "cats", "paw", "lenet_digits", "path", "table", "vector"),
        ("photos_look", "photos", "path", "lenet_digits", "path", "table", "vector"),
        ("scans_look", "scans", "image", "lenet_digits", "bytes", "column", "halfvec"),
    ]
    assert database.value("select string_agg(metric, '') from featurize.index") == "cosine"
    Base.metadata.drop_all(session.get_bind())
    assert database.value("select count(*) from featurize.featurizer") == 0
    assert database.value("select to_regclass('photos_look')") is None


@pytest.mark.parametrize("cls", [Photo, Scan, Tenant, Animal])
@pytest.mark.parametrize("metric", ["cosine", "l2", "l1"])
def test_order_by_distance(session: Session, cls: Any, metric: str) -> None:
    """The join is added, and other conditions are kept."""
    distance = getattr(cls.look, f"{metric}_distance")(vector(7))
    key = cls.__mapper__.primary_key[-1]
    found = session.scalars(sa.select(cls).order_by(distance, key).limit(3)).all()
    assert numbers([Match(item, 0.0) for item in found]) == [7, 6, 8]
    near = sa.select(key, distance.label("d")).where(distance < 1e-6)
    assert [row[0] for row in session.execute(near)] == [7]
    few = sa.select(key).where(key > 9).order_by(distance).limit(2)
    assert session.scalars(few).all() == [10, 11]


def test_inner_product(session: Session) -> None:
    largest = sa.select(Photo.id).order_by(Photo.look.max_inner_product(vector(0))).limit(1)
    assert session.scalar(largest) == 0


@pytest.mark.parametrize("look", [Photo.look, Scan.look, Tenant.behind, Cat.paws])
def test_search_and_neighbors(session: Session, look: Any) -> None:
    assert numbers(look.search(session, vector(4.8), k=3)) == [5, 4, 6]
    cls = look.property.featurizer.owner
    last = getattr(cls, look.property.featurizer.keys[-1].key, None) or cls.number
    few = look.search(session, vector(5), k=2, filter=(last < 4) & (last != -1), metric="l2")
    assert numbers(few) == [3, 2]
    (item,) = [match.item for match in look.search(session, vector(5), k=1)]
    own = getattr(item, look.key)
    assert list(own.embedding) == pytest.approx(vector(5), rel=1e-2)
    assert own.space_id == 1
    near = own.neighbors(session, k=2)
    assert sorted(numbers(near)) == [4, 6]
    assert 0 < near[0].distance < 0.01
    assert own.neighbors(session, k=2, filter="s.ctid is null") == []


def test_percent_and_quotes_in_a_filter(session: Session) -> None:
    found = Photo.look.search(session, vector(5), k=1, filter=Photo.path.like("/1%") & (Photo.path != "it's"))
    assert numbers(found) == [1]
    with pytest.raises(ArgumentError, match="columns of cats only, not of animals"):
        Cat.paws.search(session, vector(5), filter=Cat.path == "/1.png")


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


def test_operands_of_distances(session: Session) -> None:
    """Loaded embeddings, and embeddings of another row in the query."""
    photo = session.get_one(Photo, 7)
    assert photo.look is not None
    near = sa.select(Photo.id).order_by(Photo.look.cosine_distance(photo.look)).limit(1)
    assert session.scalar(near) == 7
    assert numbers(Photo.look.search(session, photo.look, k=1)) == [7]
    other = aliased(Photo)
    distance = Photo.look.cosine_distance(other.look)
    pairs = sa.select(Photo.id, other.id).join(other, other.id < Photo.id)
    pairs = pairs.where(Photo.id == 3).order_by(distance)
    assert session.execute(pairs).all() == [(3, 2), (3, 1), (3, 0)]
    closest = sa.select(sa.func.min(Photo.look.l2_distance(vector(7)))).where(Photo.id != 7)
    assert 0 < (session.scalar(closest) or 0) < 0.1
    for operand in (None, photo, "text", 7):
        with pytest.raises(ArgumentError, match="is not a vector"):
            Photo.look.cosine_distance(operand)
    with pytest.raises(ArgumentError, match="NoneType is not a vector"):
        Photo.look.search(session, None)


def test_legacy_query_and_connection(session: Session) -> None:
    """The join is added to a legacy Query, but not to a query on a Connection."""
    near = Photo.look.cosine_distance(vector(3))
    first = session.query(Photo).order_by(near).first()
    assert first is not None
    assert first.id == 3
    joined = sa.select(Photo.id).join(Photo.look).order_by(near).limit(2)
    assert session.connection().execute(joined).scalars().first() == 3
    count = sa.select(sa.func.count()).select_from(joined.subquery())
    assert session.scalar(count) == 2


def test_queries_without_distances_are_not_changed(session: Session) -> None:
    statements: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    session.scalars(sa.select(Photo).where(Photo.id < 3)).all()
    session.scalars(sa.select(Photo.label).union(sa.select(Tenant.path))).all()
    assert len(statements) == 2
    assert not any("look" in text or "featurize" in text for text in statements)


def test_stale_embeddings_are_not_compared(session: Session) -> None:
    session.execute(sa.select(sa.func.featurize.retire_space("lenet_digits")))
    session.commit()
    nearest = sa.select(Photo).order_by(Photo.look.cosine_distance(vector(3))).limit(1)
    assert session.scalars(nearest).all() == []


@pytest.mark.parametrize(("cls", "method"), [(Photo, "hnsw"), (Photo, "halfvec"), (Scan, "hnsw")])
def test_the_index_is_used(session: Session, database: Database, cls: Any, method: str) -> None:
    """Distances are rendered as the expression of the index, in full and in half precision."""
    session.execute(sa.delete(cls))
    rows = [{"id": n, "path": f"/{n}"} if cls is Photo else {"id": n, "image": b"x"} for n in range(MANY)]
    session.execute(sa.insert(cls), rows)
    session.commit()
    embed(session, cls.look, 40 / MANY)
    name = cls.look.property.featurizer.name
    session.execute(sa.select(sa.func.featurize.drop_index(name, "cosine"))) if cls is Photo else None
    create = "select featurize.create_index(%s, 'cosine', %s, concurrently => false)"
    session.commit()
    database.rows(create, name, method)
    database.rows(f"analyze {cls.__tablename__}")
    database.rows("analyze photos_look")
    plans: list[str] = []

    def explain(connection: Any, _: Any, text: str, parameters: Any, *__: Any) -> None:
        if "<=>" in text and not text.startswith("explain"):
            plan = connection.exec_driver_sql(f"explain {text}", parameters).scalars().all()
            plans.append("\n".join(plan))

    sa.event.listen(session.get_bind(), "before_cursor_execute", explain)
    nearest = sa.select(cls).order_by(cls.look.cosine_distance(vector(20))).limit(5)
    found = [row.id for row in session.scalars(nearest)]
    assert "featurize_index_" in plans[0], plans[0]
    assert "Sort" not in plans[0], plans[0]
    assert all(abs(number - MANY / 2) < 100 for number in found)


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


@pytest.mark.usefixtures("session")
def test_async_sessions(database: Database) -> None:
    """The same functions return awaitables."""

    async def use() -> None:
        engine = create_async_engine(url(database))
        async with AsyncSession(engine) as session:
            nearest = sa.select(Photo).order_by(Photo.look.cosine_distance(vector(5))).limit(1)
            photo = (await session.scalars(nearest.options(selectinload(Photo.look)))).one()
            assert photo.id == 5
            assert photo.look is not None
            assert numbers(await photo.look.neighbors(session, k=2)) == [4, 6]
            assert numbers(await Photo.look.search(session, vector(9), k=1)) == [9]
            assert (await progress(session, Photo.look)).rows == 20
            assert await failures(session, Photo.look) == []
        await engine.dispose()

    asyncio.run(use())


def test_dataclasses(engine: sa.Engine) -> None:
    class Other(MappedAsDataclass, DeclarativeBase):
        """Has its own metadata."""

    class Item(Other):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str] = mapped_column()
        look = featurized("path", model="lenet_digits", name="another_name")

    Other.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Item(id=1, path="/1.png"))
        session.commit()
        assert progress(session, Item.look).pending == 1


def test_invalid_arguments() -> None:
    class Other(DeclarativeBase):
        """Has its own metadata."""

    with pytest.raises(ArgumentError, match="unknown metric 'hamming'; choose from cosine, l2, ip, l1"):
        featurized("path", model="lenet_digits", index="hamming")

    class Item(Other):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]
        look = featurized("file", model="lenet_digits")

    with pytest.raises(ArgumentError, match='no column "file"; its columns are: id, path'):
        _ = Item.look.property.featurizer.image_column
    with pytest.raises(ArgumentError, match='"twice" has two featurizers named "same"'):

        class Twice(Other):
            __tablename__ = "twice"
            id: Mapped[int] = mapped_column(primary_key=True)
            path: Mapped[str]
            one = featurized("path", model="lenet_digits", name="same")
            two = featurized("path", model="lenet_digits", name="same")


def test_torch_is_not_imported() -> None:
    code = "import sys, pgfeaturize.sqlalchemy; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_types(tmp_path: Path) -> None:
    """mypy infers the types of attributes and results."""
    (tmp_path / "app.py").write_text(
        """
from collections.abc import Awaitable, Sequence
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, selectinload

from pgfeaturize.sqlalchemy import Embedding, Match, Progress, featurized, progress


class Base(DeclarativeBase):
    pass


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    look = featurized("path", model="resnet50")


def use(session: Session, later: AsyncSession, photo: Photo) -> None:
    near = select(Photo).order_by(Photo.look.cosine_distance([1.0])).limit(10)
    near = near.options(selectinload(Photo.look))
    look: Embedding | None = photo.look
    assert photo.look is not None
    found: Sequence[Match[Any]] = photo.look.neighbors(session, k=5)
    awaitable: Awaitable[Sequence[Match[Any]]] = Photo.look.search(later, "/new.jpg", k=5)
    now: Progress = progress(session, Photo.look)
    photo.look.nonsense
"""
    )
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "app.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == 'app.py:31: error: "Embedding" has no attribute "nonsense"  [attr-defined]'
