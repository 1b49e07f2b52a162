"""Featurizers declared in mapped classes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pgfeaturize.sqlalchemy import failures, featurized, progress, wait
from tests.conftest import Database
from tests.integration.orm.models import Base


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


def test_invalid_arguments() -> None:
    class Other(DeclarativeBase):
        """Has its own metadata."""

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


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"index": "hamming"}, "unknown metric 'hamming'; choose from cosine, l2, ip, l1"),
        ({"index": ["l2", "hamming"]}, "unknown metric 'hamming'; choose from cosine, l2, ip, l1"),
        ({"destination": "tables"}, "unknown destination 'tables'; choose from table, column"),
        ({"storage": "bit"}, "unknown storage 'bit'; choose from vector, halfvec"),
        ({"image_kind": "url"}, "unknown image_kind 'url'; choose from path, uri, bytes"),
        ({"lazy": "never"}, "unknown lazy 'never'; choose from select, joined"),
    ],
)
def test_unknown_choices(argument: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        featurized("path", **argument)


def test_other_databases(tmp_path: Path) -> None:
    """For the tests of an application: its tables are created, without featurizers."""

    class Other(DeclarativeBase):
        """Has its own metadata."""

    class Item(Other):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]
        look = featurized("path", index="cosine")

    engine = sa.create_engine(f"sqlite:///{tmp_path / 'items.db'}")
    with pytest.warns(sa.exc.SAWarning, match="featurizer items_look is not created in sqlite"):
        Other.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Item(id=1, path="/1.png"))
        session.commit()
        assert session.scalars(sa.select(Item)).one().path == "/1.png"
    Other.metadata.drop_all(engine)
    engine.dispose()


def test_functions_of_an_undeclared_featurizer(engine: sa.Engine) -> None:
    """create_all() does not change existing tables, so the featurizer may be missing."""

    class Other(DeclarativeBase):
        """Has its own metadata."""

    class Item(Other):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        path: Mapped[str]
        look = featurized("path", model="lenet_digits")

    nearest = sa.select(Item).order_by(Item.look.cosine_distance([1.0] * 800))
    uses: list[Any] = [
        lambda session: progress(session, Item.look),
        lambda session: failures(session, Item.look),
        lambda session: wait(session, Item.look),
        lambda session: Item.look.search(session, [1.0] * 800),
        lambda session: session.execute(nearest),
    ]
    with Session(engine) as session:
        session.execute(sa.text("create table items (id int primary key, path text)"))
        session.commit()
        for use in uses:
            with pytest.raises(sa.exc.DBAPIError, match='no featurizer "items_look"') as error:
                use(session)
            assert getattr(error.value.orig, "sqlstate", None) == "FZ001"
            session.rollback()


def test_torch_is_not_imported() -> None:
    code = "import sys, pgfeaturize.sqlalchemy; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
