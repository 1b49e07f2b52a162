"""Filters of searches: all conditions of SQLAlchemy, with parameters of all types."""

import asyncio
import datetime
import decimal
import enum
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship

from pgfeaturize.sqlalchemy import featurized
from tests.conftest import Database
from tests.integration.orm.models import embed, numbers, url, vector


class Base(DeclarativeBase):
    """Base of the mapped classes of this module."""


class Mood(enum.Enum):
    """A type in the schema of the application."""

    GOOD = 1
    BAD = 2


class Celsius(sa.TypeDecorator[float]):
    """Stores tenths of a degree."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: Any, _: Any) -> Any:
        return None if value is None else round(value * 10)


links = sa.Table(
    "links",
    Base.metadata,
    sa.Column("picture", sa.ForeignKey("pictures.id"), primary_key=True),
    sa.Column("tag", sa.ForeignKey("tags.id"), primary_key=True),
)


class Album(Base):
    __tablename__ = "albums"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Picture(Base):
    __tablename__ = "pictures"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    album_id: Mapped[int] = mapped_column(sa.ForeignKey("albums.id"))
    text: Mapped[str] = mapped_column("the % text")
    data: Mapped[dict[str, Any]] = mapped_column(pg.JSONB)
    words: Mapped[list[str]] = mapped_column(pg.ARRAY(sa.Text))
    mood: Mapped[Mood]
    at: Mapped[datetime.datetime] = mapped_column(sa.DateTime(timezone=True))
    price: Mapped[decimal.Decimal]
    code: Mapped[uuid.UUID]
    raw: Mapped[bytes]
    warmth: Mapped[float] = mapped_column(Celsius)
    album: Mapped[Album] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=links)
    look = featurized("path", model="lenet_digits")

    @hybrid_property
    def is_even(self) -> Any:
        return self.id % 2 == 0


START = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def pictures(engine: sa.Engine) -> Iterator[Session]:
    """Store ten pictures in two albums; tag n is of the pictures up to n."""
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        albums = [Album(id=1, title="it's 100 % %s"), Album(id=2, title="two")]
        tags = [Tag(id=n, word=f"tag {n}") for n in range(10)]
        session.add_all([*albums, *tags])
        for n in range(10):
            picture = Picture(id=n, path=f"/{n}.png", album=albums[n // 5], tags=tags[n:], text=f"cats and {n} dogs")
            picture.data = {"n": n, "name": f"a 'name' {n}", "deep": {"list": [n]}}
            picture.words, picture.mood = [f"word {n}", "all"], Mood.BAD if n % 2 else Mood.GOOD
            picture.at, picture.price = START + datetime.timedelta(days=n), decimal.Decimal(f"{n}.5")
            picture.code, picture.raw, picture.warmth = uuid.UUID(int=n), bytes([n, 37]), n / 10
            session.add(picture)
        session.commit()
        embed(session, Picture.look)
        yield session


FILTERS: dict[str, tuple[Any, list[int]]] = {
    "has": (Picture.album.has(Album.title == "it's 100 % %s"), [4, 3, 2, 1, 0]),
    "has, by keyword": (Picture.album.has(title="two"), [5, 6, 7, 8, 9]),
    "any": (Picture.tags.any(Tag.word == "tag 3"), [3, 2, 1, 0]),
    "not any": (~Picture.tags.any(Tag.word.in_(["tag 8", "tag 9"])), []),
    "contains": (Picture.tags.contains(Tag(id=3)), [3, 2, 1, 0]),
    "exists": (sa.exists().where(links.c.picture == Picture.id, links.c.tag == 2), [2, 1, 0]),
    "in a subquery": (Picture.album_id.in_(sa.select(Album.id).where(Album.title.like("t_o"))), [5, 6, 7, 8, 9]),
    "JSONB": (Picture.data["n"].as_integer() < 2, [1, 0]),
    "JSONB text": (Picture.data["name"].astext == "a 'name' 7", [7]),
    "JSONB contains": (Picture.data.contains({"deep": {"list": [7]}}), [7]),
    "JSONB path": (Picture.data[("deep", "list", "0")].as_integer() == 6, [6]),
    "JSONB has key": (Picture.data.has_key("none"), []),
    "array any": (sa.literal("word 3") == sa.any_(Picture.words), [3]),
    "array overlap": (Picture.words.overlap(["word 3", "word 8"]), [3, 8]),
    "any of a list": (Picture.id == sa.any_(sa.literal([2, 8], pg.ARRAY(sa.Integer))), [2, 8]),
    "func.any of a list": (Picture.id == sa.func.any([2, 8]), [2, 8]),
    "in": (Picture.path.in_(["/2.png", "/8.png"]), [2, 8]),
    "in, many": (Picture.id.in_(range(8, 1000)), [8, 9]),
    "in, tuples": (sa.tuple_(Picture.id, Picture.path).in_([(2, "/2.png"), (8, "/8.png"), (3, "/x")]), [2, 8]),
    "in nothing": (Picture.id.in_([]), []),
    "full text": (Picture.text.match("dog & 7"), [7]),
    "full text, configured": (
        sa.func.to_tsvector("english", Picture.text).bool_op("@@")(sa.func.to_tsquery("english", "dogs & 7")),
        [7],
    ),
    "enum": (sa.and_(Picture.mood == Mood.BAD, Picture.id > 6), [7, 9]),
    "date": (Picture.at >= START + datetime.timedelta(days=8), [8, 9]),
    "interval": (Picture.at - START > datetime.timedelta(days=7, seconds=1), [8, 9]),
    "numeric": (Picture.price == decimal.Decimal("7.5"), [7]),
    "uuid": (Picture.code == uuid.UUID(int=7), [7]),
    "bytes": (Picture.raw == b"\x07%", [7]),
    "decorated type": (Picture.warmth == 0.7, [7]),
    "quotes and percent signs": (sa.or_(Picture.text == "it's %s %(x)s %1$L \\ :x", Picture.id == 3), [3]),
    "literal column": (sa.literal_column("id % 5") == 3, [3, 8]),
    "text": (sa.text("pictures.id % 5 = :n").bindparams(n=3), [3, 8]),
    "null": (Picture.text.is_(None), []),
    "null parameter": (sa.func.coalesce(sa.literal(None, sa.Integer), Picture.id) == 3, [3]),
    "true": (sa.true(), [4, 5, 3, 6, 2, 7, 1, 8, 0, 9]),
    "hybrid": (Picture.is_even, [4, 6, 2, 8, 0]),
    "case": (sa.case((Picture.id > 7, "high"), else_="low") == "high", [8, 9]),
    "distance": (Picture.look.cosine_distance(vector(7)) < 1e-4, [7]),
    "alias": (
        sa.select(sa.func.count()).select_from(other := aliased(Picture)).where(other.id < Picture.id).scalar_subquery()
        == 3,
        [3],
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(pictures: Session, name: str) -> None:
    filter, expected = FILTERS[name]
    assert numbers(Picture.look.search(pictures, vector(4.4), filter=filter)) == expected
    look = pictures.get_one(Picture, 9).look
    assert look is not None
    near = numbers(look.neighbors(pictures, filter=filter))
    assert near == sorted(set(expected) - {9}, reverse=True)


@pytest.mark.usefixtures("pictures")
def test_filters_with_asyncpg(database: Database) -> None:
    async def use() -> None:
        engine = create_async_engine(url(database, "asyncpg"))
        async with AsyncSession(engine) as session:
            for name, (filter, expected) in FILTERS.items():
                assert numbers(await Picture.look.search(session, vector(4.4), filter=filter)) == expected, name
        await engine.dispose()

    asyncio.run(use())


def test_values_are_parameters(pictures: Session) -> None:
    """They are not part of the statement's text, which stays the same for other values."""
    texts: list[str] = []
    sa.event.listen(pictures.get_bind(), "before_cursor_execute", lambda *arguments: texts.append(arguments[2]))
    for text in ("it's", "another"):
        Picture.look.search(pictures, vector(4), filter=Picture.text == text)
    first, second = (text for text in texts if "nearest_keys" in text)
    assert first == second


@pytest.mark.usefixtures("pictures")
def test_tables_in_the_search_path(database: Database) -> None:
    """The filter is evaluated with the search path of the session, which is restored."""
    database.rows("create schema apart")
    database.rows("alter table albums set schema apart")
    engine = sa.create_engine(url(database), connect_args={"options": "-c search_path=public,apart"})
    with Session(engine) as session:
        two = Picture.look.search(session, vector(4), filter=Picture.album.has(title="two"))
        assert numbers(two) == [5, 6, 7, 8, 9]
        assert numbers(Picture.look.search(session, vector(4), filter="mood = 'BAD'", k=1)) == [5]
        assert session.scalar(sa.text("show search_path")) == "public,apart"
    engine.dispose()
