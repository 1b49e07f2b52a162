"""Searches that return mapped objects."""

from typing import Any

import pytest
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from tests.integration.orm.models import Cat, Photo, Scan, Tenant, numbers, vector


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
