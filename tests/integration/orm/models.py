"""Mapped classes with featurizers, and embeddings for their rows, made without a worker."""

import math
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pgfeaturize.sqlalchemy import Match, featurized
from tests.conftest import Database

DIM = 800  # of model lenet_digits
#: Number of rows for which PostgreSQL prefers an index to reading the table.
MANY = 3000


def url(database: Database, driver: str = "psycopg") -> str:
    """Return the URL of a database for a driver."""
    return database.url.replace("postgresql://", f"postgresql+{driver}://")


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
    paws = featurized("paw", model="lenet_digits", embeddings_schema="Some where")
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
    image: Any = sa.column(featurizer.image_column.name)
    hashed = (
        sa.func.hash_record_extended(sa.func.row(image), 0)
        if featurizer.image_kind == "bytes"
        else sa.func.hashtextextended(image, 0)
    )
    if featurizer.destination == "table":
        names = [key.key for key in featurizer.keys]
        rows = [
            {**dict(zip(names, key, strict=True)), "embedding": vector(key[-1] * scale), "space_id": space}
            for key in keys
        ]
        session.execute(sa.insert(table), rows)
        same_key = sa.and_(*(key == table.c[key.key] for key in featurizer.keys))
        image_hash = sa.select(hashed).select_from(featurizer.source).where(same_key).scalar_subquery()
        session.execute(sa.update(table).values(image_hash=image_hash))
    else:
        for key in keys:
            values = {"embedding": vector(key[-1] * scale), "space_id": space, "image_hash": hashed}
            session.execute(sa.update(table).where(table.c[last.key] == key[-1]).values(values))
    session.commit()


def numbers(matches: Sequence[Match[Any]]) -> list[int]:
    return [int(getattr(match.item, "number", None) or match.item.id) for match in matches]
