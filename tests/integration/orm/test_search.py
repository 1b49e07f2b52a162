"""Searches that return mapped objects."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from tests.conftest import Database
from tests.integration.orm.models import MANY, Animal, Cat, Dog, Photo, Scan, Tenant, embed, numbers, vector


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
    assert numbers(Photo.look.search(session, vector(5), k=1, filter="path like '/1%' -- 100 %")) == [1]


def test_conditions_on_a_parent_class(session: Session) -> None:
    assert numbers(Cat.paws.search(session, vector(5), filter=Cat.path == "/1.png")) == [1]


def test_subclasses(session: Session) -> None:
    """A search of a subclass returns its rows only, as many as wanted."""
    assert [type(match.item) for match in Animal.look.search(session, vector(9.2), k=2)] == [Cat, Dog]
    dogs = Dog.look.search(session, vector(0), k=3)
    assert [(type(match.item), match.item.id) for match in dogs] == [(Dog, 10), (Dog, 11), (Dog, 12)]
    assert numbers(Dog.look.search(session, vector(0), k=3, filter=Dog.id > 12)) == [13, 14, 15]
    assert numbers(Dog.look.search(session, vector(0), k=3, filter="s.id > 12")) == [13, 14, 15]
    assert numbers(Cat.look.search(session, vector(19), k=2, filter=Cat.paw != "/9.png")) == [8, 7]


def test_pages_and_maximum_distance(session: Session) -> None:
    for look in (Photo.look, Scan.look):
        assert numbers(look.search(session, vector(5.2), k=2, offset=1)) == [6, 4]
        assert numbers(look.search(session, vector(5.2), k=3, offset=18)) == [18, 19]
        assert numbers(look.search(session, vector(5.2), max_distance=1e-4)) == [5]
        assert numbers(look.search(session, vector(5.2), offset=1, max_distance=1e-4)) == []
        assert numbers(look.search(session, vector(5.2), max_distance=0.05, metric="l2")) == [5, 6, 4]
    zero = session.get_one(Photo, 0).look
    assert zero is not None
    assert numbers(zero.neighbors(session, k=1, offset=2)) == [3]
    assert numbers(zero.neighbors(session, max_distance=0.001)) == [1]


def test_loader_options(session: Session) -> None:
    for option in (selectinload(Photo.look), joinedload(Photo.look)):
        session.expunge_all()
        (match,) = Photo.look.search(session, vector(5), k=1, options=[option])
        assert "look" not in sa.inspect(match.item).unloaded
        (match,) = match.item.look.neighbors(session, k=1, options=[defer(Photo.label)])  # type: ignore[union-attr]
        assert "label" in sa.inspect(match.item).unloaded


def test_current_only(session: Session) -> None:
    """An embedding of a replaced image is found, and is said not to be current."""
    session.get_one(Photo, 5).path = "/changed.png"
    session.commit()
    assert [match.is_current for match in Photo.look.search(session, vector(5), k=2)] == [False, True]
    assert numbers(Photo.look.search(session, vector(5.2), k=1, current_only=True)) == [6]
    look = session.get_one(Photo, 5).look
    assert look is not None
    assert len(look.neighbors(session)) == 10
    assert look.neighbors(session, current_only=True) == []
    look = session.get_one(Photo, 6).look
    assert look is not None
    assert numbers(look.neighbors(session, k=1, filter=Photo.id < 6, current_only=True)) == [4]


@pytest.mark.parametrize("filter", [True, ["label"], {"label": "dog"}, 1, (), "invalid"[:0].split])
def test_invalid_filters(session: Session, filter: Any) -> None:
    with pytest.raises(ArgumentError, match="is not a filter; pass a condition such as"):
        Photo.look.search(session, vector(5), filter=filter)


def test_the_index_is_used(session: Session, database: Database) -> None:
    """Also with a filter, for a subclass, and for further pages."""
    session.execute(sa.delete(Photo))
    session.execute(sa.text("truncate animals, cats"))
    paths = [{"id": n, "path": f"/{n}", "label": "even" if n % 2 == 0 else None} for n in range(MANY)]
    session.execute(sa.insert(Photo), paths)
    session.execute(sa.insert(Dog), [{"id": n, "path": f"/{n}", "kind": "dog"} for n in range(MANY)])
    session.commit()
    embed(session, Photo.look, 40 / MANY)
    embed(session, Animal.look, 40 / MANY)
    database.rows("select featurize.drop_index('photos_look', 'cosine')")
    for name in ("photos_look", "animals_look"):
        database.rows("select featurize.create_index(%s, 'cosine', 'hnsw', concurrently => false)", name)
    database.rows("analyze")
    scans = sa.text(
        "select coalesce(sum(pg_stat_get_xact_numscans(indexrelid)), 0) from pg_stat_user_indexes "
        "where indexrelname like 'featurize_index_%'"
    )
    look = session.get_one(Photo, 9).look
    assert look is not None
    searches: dict[str, Any] = {
        "plain": lambda: Photo.look.search(session, vector(20), k=5),
        "page": lambda: Photo.look.search(session, vector(20), k=5, offset=20),
        "filter": lambda: Photo.look.search(session, vector(20), k=5, filter=Photo.label == "even"),
        "subclass": lambda: Dog.look.search(session, vector(20), k=5),
        "neighbors": lambda: look.neighbors(session, k=5),
    }
    for name, search in searches.items():
        before = session.scalar(scans)
        assert len(search()) == 5
        assert session.scalar(scans) - before == 1, name
