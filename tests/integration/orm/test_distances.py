"""Distances in queries."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, aliased, joinedload

from pgfeaturize.sqlalchemy import Match, auto_join
from tests.conftest import Database
from tests.integration.orm.models import MANY, Animal, Photo, Scan, Tenant, embed, numbers, vector


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


def test_statements_without_distances_are_not_searched(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions of other classes pay for a look at the parameters only."""
    searched: list[object] = []
    original = auto_join.Rewriting

    def record(session: Session, statement: Any, options: Any) -> Any:
        searched.append(statement)
        return original(session, statement, options)

    monkeypatch.setattr(auto_join, "Rewriting", record)
    photos = sa.select(Photo).where(Photo.id.in_(sa.select(Scan.id))).options(joinedload(Photo.look))
    session.scalars(photos).all()
    session.execute(sa.union(sa.select(Photo.label), sa.select(Tenant.path))).all()
    assert searched == []
    session.scalars(sa.select(Tenant.number).where(sa.exists().where(Photo.look.l2_distance(vector(3)) < 1))).all()
    assert len(searched) == 1
