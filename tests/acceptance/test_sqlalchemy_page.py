"""docs/sqlalchemy.md keeps its promises: all that it shows runs, as one program, and type checks."""

import inspect
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlalchemy import event, func, select
from sqlalchemy.exc import ProgrammingError

from pgfeaturize import sqlalchemy
from pgfeaturize.models import build, lookup, weights_path
from pgfeaturize.sqlalchemy.declare import featurized
from tests.acceptance.conftest import WorkerProcess, write_image
from tests.conftest import ROOT, Database, Server, open_database, until

PAGE = (ROOT / "docs" / "sqlalchemy.md").read_text()
PROGRAM = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))


@dataclass(frozen=True)
class Told:
    """What the page has left behind: its database, its images, its names and what it printed."""

    database: Database
    photos: Path
    names: dict[str, Any]
    output: str

    def path(self, name: str) -> str:
        """Of an image."""
        return str(self.photos / name)


@pytest.fixture(scope="module")
def told(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The page, run from top to bottom with a worker beside it."""
    directory = tmp_path_factory.mktemp("page")
    photos = directory / "photos"
    photos.mkdir()
    for seed, name in enumerate(("1", "2", "3")):
        write_image(photos / f"{name}.jpg", seed)
    (photos / "new.jpg").write_bytes((photos / "2.jpg").read_bytes())
    with pytest.MonkeyPatch.context() as patch, open_database(server, "installed") as database:
        patch.setenv("TORCH_HOME", str(directory / "torch"))
        stand_in("resnet50")
        url = database.url.replace("postgresql://", "postgresql+psycopg://")
        program = directory / "page.py"
        text = PROGRAM.replace("postgresql+psycopg:///mydb", url)
        program.write_text(text.replace("/data/photos", str(photos)))
        worker = WorkerProcess(url, directory)
        try:
            names, output = ran(program)
            yield Told(database, photos, names, output)
            names["session"].close()
            names["engine"].dispose()
        finally:
            worker.kill()
            worker.wait()


def ran(program: Path) -> tuple[dict[str, Any], str]:
    """Names and output of a program that was run in this process."""
    lines: list[str] = []

    def note(*words: object) -> None:
        lines.append(" ".join(map(str, words)))

    names = runpy.run_path(str(program), {"print": note}, run_name="page")
    return names, "\n".join(lines)


def stand_in(model: str) -> None:
    """Weights of the right shape, instead of a download."""
    known = lookup(model)
    path = weights_path(known)
    assert path is not None
    path.parent.mkdir(parents=True)
    torch.save(build(replace(known, weights="random")).state_dict(), path)


@pytest.mark.timeout(300)
def test_rows_and_their_embeddings(told: Told) -> None:
    names = told.names
    assert names["settled"] is True
    assert "3 of 4, 0 pending, 1 failed" in told.output
    (failure,) = names["failures"](names["session"], names["Photo"].look)
    assert (failure.key, failure.reason) == ({"id": 4}, "missing_file")
    assert names["embedded"] == [told.path(f"{n}.jpg") for n in (1, 2, 3)]
    assert len(names["at_once"].look.embedding) == 2048
    assert "2048 1\n" in told.output
    assert [photo.path for photo in names["pending"]] == [told.path("missing.jpg")]


@pytest.mark.timeout(300)
def test_searches(told: Told) -> None:
    names = told.names
    found = names["found"]
    assert found[0].item.path == told.path("2.jpg")
    assert found[0].distance == pytest.approx(0, abs=1e-4)
    assert found == names["uploaded"][:2]
    assert len(names["uploaded"]) == 3
    assert [match.item.label for match in names["dogs"]] == ["dog", "dog"]
    assert names["refused"] == "FZ011"
    assert told.path("2.jpg") in {photo.path for photo in names["close"]}
    assert {first < second for first, second in names["pairs"]} == {True}
    assert names["paths"] == [match for match in names["paths"] if match != told.path("1.jpg")]
    assert len(names["paths"]) == 2


@pytest.mark.timeout(300)
def test_more_than_one_and_other_places(told: Told) -> None:
    names = told.names
    declared = (
        "select source::text, name, destination, storage from featurize.featurizer order by 1, 2"
    )
    assert told.database.rows(declared) == [
        ("animals", "animals_look", "table", "vector"),
        ("cats", "cats_paws", "table", "vector"),
        ("library.pages", "page_details", "table", "halfvec"),
        ("library.pages", "pages_look", "table", "vector"),
        ("photos", "photos_look", "table", "vector"),
        ("scans", "scan_vector", "column", "halfvec"),
    ]
    assert [match.item.number for match in names["others"]] == [3]
    assert len(names["scans"]) == 2
    assert names["scans"][0].distance == pytest.approx(0, abs=1e-3)
    kinds = [type(match.item).__name__ for match in names["animals"]]
    assert kinds == ["Cat", "Animal"]
    assert [match.item.path for match in names["paws"]] == [told.path("2.jpg")]


@pytest.mark.timeout(300)
def test_the_plan_that_it_promises(told: Told) -> None:
    """By the index, as soon as reading all is not cheaper."""
    told.names["session"].rollback()
    state = "select state from featurize.index_report where featurizer = 'photos_look'"
    until(lambda: told.database.value(state) == "ready", "a worker has built the index")
    session, nearest = told.names["session"], told.names["nearest"]
    plans: list[str] = []

    def explain(connection: Any, _: Any, text: str, parameters: Any, *__: Any) -> None:
        if "<=>" in text and not text.startswith("explain"):
            for way in ("seqscan", "sort", "hashjoin"):
                connection.exec_driver_sql(f"set local enable_{way} = off")
            plan = connection.exec_driver_sql(f"explain {text}", parameters).scalars().all()
            plans.append(re.sub(r"\[.*\]", "[…]", "\n".join(plan)))

    event.listen(told.names["engine"], "before_cursor_execute", explain)
    session.execute(nearest)
    event.remove(told.names["engine"], "before_cursor_execute", explain)
    session.rollback()
    promise = "Index Scan using featurize_index_"
    assert promise in PAGE
    assert promise in plans[0], plans[0]
    assert "Sort" not in plans[0], plans[0]


@pytest.mark.timeout(300)
def test_its_limits(told: Told) -> None:
    session, photo = told.names["session"], told.names["Photo"]
    session.rollback()
    near = select(photo.id).order_by(photo.look.cosine_distance(told.names["query"])).limit(2)
    assert len(session.scalars(near).all()) == 2
    within = select(func.count()).select_from(near.subquery())
    with pytest.raises(ProgrammingError, match="photos_look_embedding"):
        session.execute(within)
    session.rollback()
    with pytest.raises(ProgrammingError, match="photos_look_embedding"):
        session.connection().execute(near)
    session.rollback()
    joined = near.join(photo.look)
    assert len(session.connection().execute(joined).all()) == 2
    assert session.scalar(select(func.count()).select_from(joined.subquery())) == 2
    first = session.get_one(photo, 1)
    first.look = None
    session.commit()
    assert session.get_one(photo, 1).look is not None
    session.rollback()


def test_the_readme_shows_a_part_of_it() -> None:
    readme = (ROOT / "README.md").read_text()
    (shown,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    missing = [line for line in shown.splitlines() if line not in PROGRAM.splitlines()]
    assert not missing


def test_it_names_what_there_is() -> None:
    arguments = inspect.signature(featurized).parameters
    table = re.search(r"\| argument .*?\n\|---.*?\n((?:\|.*\n)+)", PAGE)
    assert table is not None
    assert re.findall(r"^\| `(\w+)` \|", table[1], re.MULTILINE) == list(arguments)
    for name in ("failures", "featurized", "progress", "wait", "Embedding", "Match"):
        assert name in sqlalchemy.__all__
        assert f"`{name}" in PAGE or f"import {name}" in PROGRAM or f"{name}(" in PROGRAM, name


@pytest.mark.timeout(300)
def test_it_type_checks(tmp_path: Path) -> None:
    """Under mypy --strict, without a plugin."""
    (tmp_path / "page.py").write_text(PROGRAM)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run(
        [*command, "page.py", "--cache-dir", str(ROOT / ".mypy_cache")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
