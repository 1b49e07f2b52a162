"""Featurizers declared in mapped classes."""

import subprocess
import sys

import pytest
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pgfeaturize.sqlalchemy import featurized
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

    with pytest.raises(ArgumentError, match="unknown metric 'hamming'; choose from cosine, l2, ip, l1"):
        featurized("path", model="lenet_digits", index="hamming")  # type: ignore[arg-type]

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


def test_torch_is_not_imported() -> None:
    code = "import sys, pgfeaturize.sqlalchemy; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
