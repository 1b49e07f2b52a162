"""A database with the tables of models.py, whose rows have embeddings."""

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.conftest import Database
from tests.integration.orm.models import Animal, Base, Cat, Dog, Photo, Scan, Tenant, embed, url


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url(database))
    yield engine
    engine.dispose()


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
