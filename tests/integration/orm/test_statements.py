"""Distances and embeddings in any statement: subqueries, unions, CTEs, UPDATE, DELETE, aggregates, and Core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from pgvector.sqlalchemy import VECTOR
from sqlalchemy.orm import Session, aliased

from tests.conftest import Database
from tests.integration.orm.models import MANY, Animal, Cat, Dog, Photo, Scan, Tenant, embed, vector

BOTH = pytest.mark.parametrize("cls", [Photo, Scan])


@contextmanager
def sent(session: Session) -> Iterator[list[str]]:
    """Collect the text of the statements with a distance."""
    texts: list[str] = []

    def collect(*arguments: Any) -> None:
        if "<=>" in arguments[2]:
            texts.append(arguments[2])

    sa.event.listen(session.get_bind(), "before_cursor_execute", collect)
    yield texts
    sa.event.remove(session.get_bind(), "before_cursor_execute", collect)


def retire(session: Session) -> None:
    """Make all embeddings stale."""
    session.execute(sa.select(sa.func.featurize.retire_space("lenet_digits")))
    session.commit()


def near(cls: Any, number: float, distance: float = 1e-4) -> Any:
    """Return a condition that the row of a number meets."""
    return cls.look.cosine_distance(vector(number)) < distance


@BOTH
def test_subqueries(session: Session, cls: Any) -> None:
    distance = cls.look.cosine_distance(vector(7))
    nearest = sa.select(cls.id).order_by(distance).limit(3)
    count = sa.select(sa.func.count())
    statements: dict[str, Any] = {
        "count of a subquery": count.select_from(nearest.subquery()),
        "count": count.select_from(cls).where(near(cls, 7, 0.001)),
        "in": count.select_from(cls).where(cls.id.in_(nearest)),
        "in, from another class": count.select_from(Tenant).where(Tenant.number.in_(nearest)),
        "CTE": count.select_from(cls).join(c := nearest.cte(), c.c.id == cls.id),
        "alias of a subquery": count.select_from(aliased(cls, sa.select(cls).order_by(distance).limit(3).subquery())),
        "exists": count.select_from(Tenant).where(sa.exists().where(cls.id == Tenant.number, near(cls, 7, 0.001))),
        "exists, correlated": count.select_from(cls).where(
            sa.exists().where(Tenant.number == cls.id, near(cls, 7, 0.001))
        ),
        "scalar": count.select_from(cls).where(sa.select(near(cls, 7, 0.001)).correlate(cls).scalar_subquery()),
        "union": count.select_from(
            sa.union(nearest, sa.select(cls.id).order_by(cls.look.l2_distance(vector(7))).limit(1)).subquery()
        ),
        "lateral": sa.select(sa.func.count()).select_from(
            sa.select(Tenant.number).where(Tenant.number == 7).subquery().join(nearest.lateral(), sa.true())
        ),
    }
    found = {name: session.scalar(statement) for name, statement in statements.items()}
    assert found == dict.fromkeys(statements, 3)
    on_connection = {name: session.connection().scalar(statement) for name, statement in statements.items()}
    assert on_connection == dict.fromkeys(statements, 3)
    retire(session)
    stale = {name: session.scalar(statement) for name, statement in statements.items()}
    # Not changed, so rows without a current embedding are the last ones.
    assert stale == {**dict.fromkeys(statements, 0), "alias of a subquery": 3}


@BOTH
def test_unions(session: Session, cls: Any) -> None:
    first, last = (sa.select(cls.id).order_by(cls.look.cosine_distance(vector(n))).limit(1) for n in (3, 9))
    both = sa.union_all(first.subquery().select(), last.subquery().select())
    assert session.scalars(both).all() == [3, 9]
    rows = sa.select(cls).from_statement(
        sa.union_all(sa.select(cls).where(near(cls, 3)), sa.select(cls).where(near(cls, 9)))
    )
    assert sorted(row.id for row in session.scalars(rows)) == [3, 9]
    retire(session)
    assert session.scalars(both).all() == []
    assert session.scalars(rows).all() == []


@BOTH
def test_update_and_delete(session: Session, cls: Any) -> None:
    text = "label" if cls is Photo else "note"
    update = sa.update(cls).where(near(cls, 7)).values({text: "seven"})
    delete = sa.delete(cls).where(near(cls, 8))
    row = session.get_one(cls, 7)
    session.execute(update)
    assert getattr(row, text) == "seven"
    session.execute(delete)
    assert session.scalars(sa.select(cls.id).where(getattr(cls, text) == "seven")).all() == [7]
    assert session.get(cls, 8) is None
    nearest = sa.select(cls.id).order_by(cls.look.cosine_distance(vector(2))).limit(1)
    session.execute(sa.update(cls).where(cls.id.in_(nearest)).values({text: "two"}))
    assert session.scalars(sa.select(cls.id).where(getattr(cls, text) == "two")).all() == [2]
    session.execute(
        sa.insert(Tenant).from_select(
            ["tenant", "no", "path"],
            sa.select(sa.text("gen_random_uuid()"), 100 + cls.id, sa.literal("/x")).where(near(cls, 3)),
        )
    )
    assert session.scalars(sa.select(Tenant.number).where(Tenant.number > 99)).all() == [103]
    session.commit()
    retire(session)
    for statement in (update, delete):
        assert session.connection().execute(statement).rowcount == 0


@BOTH
def test_the_embedding_as_a_column(session: Session, cls: Any) -> None:
    """In sessions and Core, with aggregates and aliases; null without an embedding of the current space."""
    session.add(cls(id=99, **({"path": "/99.png"} if cls is Photo else {"image": b"99"})))
    session.commit()
    mean = sa.select(sa.func.avg(cls.look.embedding, type_=VECTOR())).where(cls.id.in_([3, 5]))
    other = aliased(cls)
    stored = sa.select(cls.id, other.look.embedding).join(other, other.id == cls.id).where(cls.id.in_([7, 99]))
    for run in (session, session.connection()):
        average: Any = run.scalar(mean)
        assert list(average) == pytest.approx(
            [(a + b) / 2 for a, b in zip(vector(3), vector(5), strict=True)], rel=1e-2
        )
        (seven, missing) = run.execute(stored.order_by(cls.id)).all()
        assert list(seven[1].to_list() if hasattr(seven[1], "to_list") else seven[1]) == pytest.approx(
            vector(7), rel=1e-2
        )
        assert missing == (99, None)
        assert run.scalar(sa.select(sa.func.count(cls.look.embedding))) == 20
    retire(session)
    assert session.scalar(sa.select(sa.func.count(cls.look.embedding))) == 0


def test_inheritance(session: Session) -> None:
    animal = aliased(Animal)
    cat = aliased(Cat)
    assert session.scalar(sa.select(animal.id).order_by(animal.look.l2_distance(vector(4))).limit(1)) == 4
    near_cat = sa.select(cat).order_by(cat.look.l2_distance(vector(4)), cat.paws.l2_distance(vector(4))).limit(1)
    assert session.scalars(near_cat).one().id == 4
    assert session.scalar(sa.select(sa.func.count(Dog.look.embedding)).where(Dog.id > 14)) == 5
    assert session.scalar(sa.select(sa.func.count(Cat.look.embedding))) == 10


def test_embeddings_in_a_column_are_not_joined(session: Session) -> None:
    with sent(session) as texts:
        session.scalars(sa.select(Scan).order_by(Scan.look.cosine_distance(vector(3)))).all()
        other = aliased(Scan)
        session.scalars(sa.select(other).order_by(other.look.cosine_distance(vector(3)))).all()
    assert len(texts) == 2
    assert not any("JOIN" in text or text.count("FROM") > 1 for text in texts), texts


@BOTH
def test_the_index_is_used_in_subqueries(session: Session, database: Database, cls: Any) -> None:
    session.execute(sa.delete(cls))
    rows = [{"id": n, "path": f"/{n}"} if cls is Photo else {"id": n, "image": b"x"} for n in range(MANY)]
    session.execute(sa.insert(cls), rows)
    session.commit()
    embed(session, cls.look, 40 / MANY)
    if cls is Photo:
        database.rows("select featurize.drop_index('photos_look', 'cosine')")
    name = cls.look.property.featurizer.name
    database.rows("select featurize.create_index(%s, 'cosine', 'hnsw', concurrently => false)", name)
    database.rows(f"analyze {cls.__tablename__}")
    database.rows("analyze photos_look")
    nearest = sa.select(cls.id).order_by(cls.look.cosine_distance(vector(20))).limit(5)
    statements: list[Any] = [
        sa.select(cls).where(cls.id.in_(nearest)),
        sa.select(cls).join(c := nearest.cte(), c.c.id == cls.id),
        sa.select(sa.func.count()).select_from(nearest.subquery()),
        sa.union_all(nearest.subquery().select(), nearest.subquery().select()),
        sa.select(Tenant.number).where(Tenant.number.in_(nearest)),
    ]
    plans: list[str] = []

    def explain(connection: Any, _: Any, text: str, parameters: Any, *__: Any) -> None:
        if "<=>" in text and not text.startswith("explain"):
            plan = connection.exec_driver_sql(f"explain {text}", parameters).scalars().all()
            plans.append("\n".join(plan))

    sa.event.listen(session.get_bind(), "before_cursor_execute", explain)
    for statement in statements:
        session.execute(statement).all()
    assert len(plans) == len(statements)
    for plan in plans:
        assert "featurize_index_" in plan, plan


@BOTH
def test_the_state_of_rows(session: Session, database: Database, cls: Any) -> None:
    """In sessions and Core, in conditions and filters, and for aliases."""
    image = "path" if cls is Photo else "image"
    session.add(cls(id=97, **{image: "/97.png" if cls is Photo else b"97"}))
    session.commit()
    database.rows("delete from featurize.outbox")
    setattr(session.get_one(cls, 5), image, "/changed.png" if cls is Photo else b"changed")
    session.commit()
    other = aliased(cls)
    ids = [4, 5, 97]
    for run in (session, session.connection()):
        rows = sa.select(cls.id, cls.look.status, cls.look.is_current).where(cls.id.in_(ids)).order_by(cls.id)
        assert run.execute(rows).all() == [(4, "embedded", True), (5, "pending", False), (97, "pending", False)]
        aliases = sa.select(other.look.is_current).where(other.id.in_(ids)).order_by(other.id)
        assert run.scalars(aliases).all() == [True, False, False]
        assert run.scalar(sa.select(sa.func.count()).where(cls.look.is_current)) == 19
        counts = sa.select(cls.look.status.label("status"), sa.func.count()).group_by("status").order_by("status")
        assert run.execute(counts).all() == [("embedded", 19), ("pending", 2)]
    assert [match.item.id for match in cls.look.search(session, vector(5.2), k=1, filter=cls.look.is_current)] == [6]
    pending = cls.look.search(session, vector(5.2), k=1, filter=cls.look.status == "pending")
    assert [(match.item.id, match.is_current) for match in pending] == [(5, False)]
    retire(session)
    stale = sa.select(cls.look.status, cls.look.is_current).where(cls.id == 4)
    assert session.execute(stale).one() == ("stale", False)


def test_the_state_of_rows_with_inheritance(session: Session) -> None:
    cat = aliased(Cat)
    for entity in (Cat, cat):
        rows = sa.select(entity.look.is_current, entity.paws.is_current, entity.look.status).where(entity.id == 3)
        assert session.execute(rows).one() == (True, True, "pending")
    tenants = sa.select(sa.func.count()).where(Tenant.look.is_current, Tenant.behind.is_current)
    assert session.scalar(tenants) == 20
