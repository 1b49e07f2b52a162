"""Featurizers in each style of mapping, and with the frameworks that build on SQLAlchemy."""

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar

import flask
import pytest
import sqlalchemy as sa
import sqlmodel
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    declarative_base,
    mapped_column,
    registry,
    scoped_session,
    sessionmaker,
)

from pgfeaturize.sqlalchemy import Featurized, failures, featurized, progress
from tests.conftest import Database
from tests.integration.orm.models import embed, numbers, url, vector


def declarative() -> Any:
    class Base(DeclarativeBase):
        """Has its own metadata."""

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]
        look = featurized("path", model="lenet_digits")

    return Item


def added_later() -> Any:
    class Base(DeclarativeBase):
        """Has its own metadata."""

    class Item(Base):
        __tablename__ = "items"
        look: ClassVar[Featurized]
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]

    Item.look = featurized("path", model="lenet_digits")
    return Item


def abstract_base() -> Any:
    class Base(DeclarativeBase):
        """Has its own metadata."""

    class HasLook(Base):
        __abstract__ = True
        path: Mapped[str]
        look = featurized("path", model="lenet_digits")

    class Item(HasLook):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)

    return Item


def legacy_base() -> Any:
    base: Any = declarative_base()

    class Item(base):  # type: ignore[misc]
        __tablename__ = "items"
        id = sa.Column(sa.Integer, primary_key=True)
        path = sa.Column(sa.String)
        look = featurized("path", model="lenet_digits")

    return Item


def dataclass() -> Any:
    class Base(MappedAsDataclass, DeclarativeBase):
        """Has its own metadata."""

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str] = mapped_column()
        look = featurized("path", model="lenet_digits")

    return Item


def decorated_dataclass() -> Any:
    mappers = registry()

    @mappers.mapped_as_dataclass
    class Item:
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str] = mapped_column()
        look = featurized("path", model="lenet_digits")

    return Item


def imperative() -> Any:
    mappers = registry()
    columns: list[Any] = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("path", sa.String)]

    class Item:
        """Mapped below."""

        def __init__(self, id: int, path: str) -> None:
            self.id, self.path = id, path

    look = featurized("path", model="lenet_digits")
    mappers.map_imperatively(Item, sa.Table("items", mappers.metadata, *columns), properties={"look": look})
    return Item


def sql_model() -> Any:
    class Base(sqlmodel.SQLModel, registry=sa.orm.registry()):
        """Has its own registry, because the test runs more than once."""

    class Item(Base, table=True):
        __tablename__ = "items"
        id: int = sqlmodel.Field(primary_key=True)
        path: str
        look: ClassVar[Featurized] = featurized("path", model="lenet_digits")

    return Item


STYLES = [declarative, added_later, abstract_base, legacy_base, dataclass, decorated_dataclass, imperative, sql_model]


@pytest.mark.parametrize("style", STYLES)
def test_styles_of_mapping(engine: sa.Engine, style: Any) -> None:
    cls = style()
    sa.inspect(cls).local_table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([cls(id=number, path=f"/{number}.png") for number in range(5)])
        session.commit()
        assert progress(session, cls.look).pending == 5
        embed(session, cls.look)
        assert numbers(cls.look.search(session, vector(3), k=1)) == [3]
        item = session.get_one(cls, 2)
        assert numbers(item.look.neighbors(session, k=1)) in ([1], [3])
        assert session.scalars(sa.select(cls.id).order_by(cls.look.l2_distance(vector(4)))).first() == 4


@pytest.fixture
def shop(database: Database) -> Iterator[tuple[flask.Flask, SQLAlchemy]]:
    app = flask.Flask("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = url(database)
    db = SQLAlchemy(app)
    with app.app_context():
        yield app, db
        db.session.remove()
        db.engine.dispose()


def test_flask_sqlalchemy(shop: tuple[flask.Flask, SQLAlchemy]) -> None:
    _, db = shop

    class Item(db.Model):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        path = db.Column(db.String)
        look = featurized("path", model="lenet_digits")

    db.create_all()
    db.session.add_all([Item(id=number, path=f"/{number}.png") for number in range(5)])
    db.session.commit()
    embed(db.session(), Item.look)
    assert numbers(Item.look.search(db.session, vector(3), k=1)) == [3]
    item: Any = db.session.get(Item, 2)
    assert numbers(item.look.neighbors(db.session, k=4))[0] in (1, 3)
    assert progress(db.session, Item.look).rows == 5
    assert failures(db.session, Item.look) == []
    nearest = db.paginate(db.select(Item).order_by(Item.look.cosine_distance(vector(4))), per_page=2)
    assert [item.id for item in nearest] == [4, 3]
    assert nearest.total == 5


def test_scoped_sessions(engine: sa.Engine, database: Database) -> None:
    cls = declarative()
    cls.metadata.create_all(engine)
    current = scoped_session(sessionmaker(engine))
    current.add(cls(id=3, path="/3.png"))
    current.commit()
    embed(current(), cls.look)
    assert numbers(cls.look.search(current, vector(3))) == [3]
    assert progress(current, cls.look).rows == 1
    current.remove()

    async def use() -> None:
        engine = create_async_engine(url(database))
        later: async_scoped_session[AsyncSession] = async_scoped_session(
            async_sessionmaker(engine), scopefunc=asyncio.current_task
        )
        assert numbers(await cls.look.search(later, vector(3))) == [3]
        assert (await progress(later, cls.look)).rows == 1
        await later.remove()
        await engine.dispose()

    asyncio.run(use())
