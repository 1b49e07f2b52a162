"""Static types, as mypy and pyright infer them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
from collections.abc import Awaitable, Sequence
from typing import ClassVar, assert_type

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry, scoped_session, selectinload

from pgfeaturize.sqlalchemy import Embedding, Featurized, Match, Progress, featurized, progress


class Base(DeclarativeBase):
    pass


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    look = featurized("path", model="resnet50", index=["cosine", "l2"], lazy="selectin")


class HasLook:
    path: Mapped[str]
    look = featurized("path")


class Page(HasLook, Base):
    __tablename__ = "pages"
    later: ClassVar[Featurized]
    id: Mapped[int] = mapped_column(primary_key=True)


Page.later = featurized("path")


class Plain:
    look: ClassVar[Featurized]


registry().map_imperatively(Plain, properties={"look": featurized("path")})


def use(
    session: Session,
    scoped: scoped_session[Session],
    later: AsyncSession,
    scoped_later: async_scoped_session[AsyncSession],
    photo: Photo,
) -> None:
    near = select(Photo).order_by(Photo.look.cosine_distance([1.0])).limit(10)
    near = near.options(selectinload(Photo.look))
    look: Embedding | None = photo.look
    assert photo.look is not None
    assert_type(photo.look.neighbors(session, k=5), Sequence[Match[Photo]])
    assert_type(Photo.look.search(later, "/new.jpg", k=5), Awaitable[Sequence[Match[Photo]]])
    assert_type(Photo.look.search(scoped, [1.0])[0].item, Photo)
    assert_type(Page.look.search(scoped_later, [1.0]), Awaitable[Sequence[Match[Page]]])
    assert_type(Page.later.search(session, [1.0], metric="ip"), Sequence[Match[Page]])
    assert_type(Plain.look.search(session, [1.0]), Sequence[Match[Plain]])
    now: Progress = progress(session, Photo.look)
    photo.look.nonsense
    Photo.look.search(session, [1.0], metric="hamming")


class Wrong(Base):
    __tablename__ = "wrong"
    id: Mapped[int] = mapped_column(primary_key=True)
    look = featurized("path", index="hamming", lazy="never", destination="tables")
"""

#: Lines with an error, and what pyright or mypy says about each.
ATTRIBUTE = next(number for number, line in enumerate(APP.splitlines(), 1) if "nonsense" in line)
METRIC = ATTRIBUTE + 1
ARGUMENTS = len(APP.splitlines())


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_text(APP)
    return path


def test_mypy(app: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", app.name],
        cwd=app.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in result.stdout.splitlines() if ": error:" in line]
    lines = [int(line.split(":")[1]) for line in errors]
    assert lines == [ATTRIBUTE, METRIC, ARGUMENTS, ARGUMENTS, ARGUMENTS], result.stdout
    assert 'has no attribute "nonsense"' in errors[0]


def test_pyright(app: Path) -> None:
    """With the strictness of pyright's default settings."""
    (app.parent / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    result = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, app.name],
        cwd=app.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(result.stdout)["generalDiagnostics"]
    errors = [one for one in found if one["severity"] == "error"]
    lines = sorted({one["range"]["start"]["line"] + 1 for one in errors})
    assert lines == [ATTRIBUTE, METRIC, ARGUMENTS], result.stdout
