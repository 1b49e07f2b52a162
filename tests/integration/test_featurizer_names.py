"""Commands find featurizers of the same name in two schemas."""

import pytest

from pgfeaturize.cli.featurizers import find_featurizer, full_name
from pgfeaturize.db.connection import connect
from pgfeaturize.errors import Refused
from tests.conftest import Database


@pytest.fixture
def tenants(database: Database) -> Database:
    """A database with featurizers "look" in two schemas, and "alone" in one."""
    for schema in ("t1", "t2"):
        database.rows(f"create schema {schema}")
        database.rows(f"create table {schema}.photos (id int primary key, path text)")
        database.rows(f"select featurize.create_featurizer('{schema}.photos', 'path', 'lenet_digits', 'look')")
    database.rows("select featurize.create_featurizer('t1.photos', 'path', 'lenet_digits', 'alone')")
    return database


@pytest.mark.parametrize(
    ("name", "label", "source"),
    [
        ("t1.look", "t1.photos.look", "t1.photos"),
        ("t2.photos.look", "t2.photos.look", "t2.photos"),
        ("alone", "alone", "t1.photos"),
        ("t1.photos.alone", "alone", "t1.photos"),
    ],
)
def test_every_form_of_a_name(tenants: Database, name: str, label: str, source: str) -> None:
    with connect(tenants.url) as connection:
        assert full_name(connection, name) == label
        found = find_featurizer(connection, name)
        assert (found.name, found.source) == (label, source)


def test_a_name_that_means_several(tenants: Database) -> None:
    with connect(tenants.url) as connection, pytest.raises(Refused) as caught:
        find_featurizer(connection, "look")
    assert caught.value.message == 'there are 2 featurizers "look"'
    assert "t1.photos.look, t2.photos.look" in caught.value.hint
