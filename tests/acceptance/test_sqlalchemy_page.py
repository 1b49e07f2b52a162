"""The code blocks of docs/sqlalchemy.md run as one program, and type-check."""

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
from sqlalchemy.orm import aliased

from pgfeaturize import sqlalchemy
from pgfeaturize.models import build, lookup, weights_path
from pgfeaturize.sqlalchemy.declare import featurized
from tests.acceptance.conftest import WorkerProcess, write_image
from tests.conftest import ROOT, Database, Server, open_database, until

PAGE = (ROOT / "docs" / "sqlalchemy.md").read_text()
PROGRAM = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))


@dataclass(frozen=True)
class Run:
    """The result of running the page: its database, images, global names and printed output."""

    database: Database
    photos: Path
    names: dict[str, Any]
    output: str

    def path(self, name: str) -> str:
        """Return the path of an image."""
        return str(self.photos / name)


@pytest.fixture(scope="module")
def page(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run the page from top to bottom, with a worker."""
    directory = tmp_path_factory.mktemp("page")
    photos = directory / "photos"
    photos.mkdir()
    for seed, name in enumerate(("1", "2", "3")):
        write_image(photos / f"{name}.jpg", seed)
    (photos / "new.jpg").write_bytes((photos / "2.jpg").read_bytes())
    with pytest.MonkeyPatch.context() as patch, open_database(server, "installed") as database:
        patch.setenv("TORCH_HOME", str(directory / "torch"))
        save_random_weights("resnet50")
        url = database.url.replace("postgresql://", "postgresql+psycopg://")
        program = directory / "page.py"
        text = PROGRAM.replace("postgresql+psycopg:///mydb", url)
        program.write_text(text.replace("/data/photos", str(photos)))
        worker = WorkerProcess(url, directory)
        try:
            names, output = run_program(program)
            yield Run(database, photos, names, output)
            names["session"].close()
            names["engine"].dispose()
        finally:
            worker.kill()
            worker.wait()


def run_program(program: Path) -> tuple[dict[str, Any], str]:
    """Run a program in this process; return its global names and its output."""
    lines: list[str] = []

    def record(*words: object) -> None:
        lines.append(" ".join(map(str, words)))

    names = runpy.run_path(str(program), {"print": record}, run_name="page")
    return names, "\n".join(lines)


def save_random_weights(model: str) -> None:
    """Store random weights where downloaded ones would be."""
    spec = lookup(model)
    path = weights_path(spec)
    assert path is not None
    path.parent.mkdir(parents=True)
    torch.save(build(replace(spec, weights="random")).state_dict(), path)


@pytest.mark.timeout(300)
def test_rows_and_their_embeddings(page: Run) -> None:
    names = page.names
    assert names["finished"] is True
    assert "3 of 4, 0 pending, 1 failed" in page.output
    (failure,) = names["failures"](names["session"], names["Photo"].look)
    assert (failure.key, failure.reason) == ({"id": 4}, "missing_file")
    assert names["embedded"] == [page.path(f"{n}.jpg") for n in (1, 2, 3)]
    assert len(names["first"].look.embedding) == 2048
    assert "2048 1\n" in page.output
    assert f"{page.path('1.jpg')} embedded True" in page.output
    assert f"{page.path('missing.jpg')} failed False" in page.output
    assert [photo.path for photo in names["unfinished"]] == [page.path("missing.jpg")]
    assert [photo.path for photo in names["pending"]] == [page.path("missing.jpg")]


@pytest.mark.timeout(300)
def test_searches(page: Run) -> None:
    names = page.names
    found = names["found"]
    assert found[0].item.path == page.path("2.jpg")
    assert found[0].distance == pytest.approx(0, abs=1e-4)
    assert found == names["uploaded"][:2]
    assert len(names["uploaded"]) == 3
    assert [match.item.label for match in names["dogs"]] == ["dog", "dog"]
    assert names["sqlstate"] == "FZ011"
    assert page.path("2.jpg") in {photo.path for photo in names["close"]}
    assert {first < second for first, second in names["pairs"]} == {True}
    assert names["paths"] == [match for match in names["paths"] if match != page.path("1.jpg")]
    assert len(names["paths"]) == 2
    assert sum(count for _, count in names["labels"]) == 3
    assert len(names["center"]) == 2048


@pytest.mark.timeout(300)
def test_several_featurizers_keys_and_destinations(page: Run) -> None:
    names = page.names
    declared = "select source::text, name, destination, storage from featurize.featurizer where source::text !~ 'north' order by 1, 2"
    assert page.database.rows(declared) == [
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
    assert [match.item.path for match in names["paws"]] == [page.path("2.jpg")]
    assert [match.item.path for match in names["of_north"]] == [page.path("3.jpg")]


@pytest.mark.timeout(300)
def test_the_index_is_used(page: Run) -> None:
    """The plan uses the index if reading the whole table is not cheaper."""
    page.names["session"].rollback()
    state = "select state from featurize.index_report where featurizer = 'public.photos.photos_look'"
    until(lambda: page.database.value(state) == "ready", "the index is built")
    session, nearest = page.names["session"], page.names["nearest"]
    plans: list[str] = []

    def explain(connection: Any, _: Any, text: str, parameters: Any, *__: Any) -> None:
        if "<=>" in text and not text.startswith("explain"):
            for method in ("seqscan", "sort", "hashjoin"):
                connection.exec_driver_sql(f"set local enable_{method} = off")
            plan = connection.exec_driver_sql(f"explain {text}", parameters).scalars().all()
            plans.append(re.sub(r"\[.*\]", "[…]", "\n".join(plan)))

    event.listen(page.names["engine"], "before_cursor_execute", explain)
    session.execute(nearest)
    event.remove(page.names["engine"], "before_cursor_execute", explain)
    session.rollback()
    index_scan = "Index Scan using featurize_index_"
    assert index_scan in PAGE
    assert index_scan in plans[0], plans[0]
    assert "Sort" not in plans[0], plans[0]


@pytest.mark.timeout(300)
def test_the_limits_of_the_page(page: Run) -> None:
    session, photo = page.names["session"], page.names["Photo"]
    session.rollback()
    near = select(photo.id).order_by(photo.look.cosine_distance(page.names["query"])).limit(2)
    assert len(session.scalars(near).all()) == 2
    aliases = aliased(photo, select(photo).order_by(photo.look.cosine_distance(page.names["query"])).subquery())
    for number in (
        session.scalar(select(func.count()).select_from(aliases)),
        len(session.scalars(select(photo)).all()),
    ):
        assert number == 4
    assert len(session.connection().execute(near).all()) == 2
    first = session.get_one(photo, 1)
    first.look = None
    session.commit()
    assert session.get_one(photo, 1).look is not None
    session.rollback()


def test_the_code_of_the_readme_is_on_the_page() -> None:
    readme = (ROOT / "README.md").read_text()
    (shown,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    missing = [line for line in shown.splitlines() if line not in PROGRAM.splitlines()]
    assert not missing


def test_the_page_names_all_arguments_and_functions() -> None:
    arguments = inspect.signature(featurized).parameters
    table = re.search(r"\| argument .*?\n\|---.*?\n((?:\|.*\n)+)", PAGE)
    assert table is not None
    assert re.findall(r"^\| `(\w+)` \|", table[1], re.MULTILINE) == list(arguments)
    for name in ("failures", "featurized", "progress", "wait", "Embedding", "Match"):
        assert name in sqlalchemy.__all__
        assert f"`{name}" in PAGE or f"import {name}" in PROGRAM or f"{name}(" in PROGRAM, name


@pytest.mark.timeout(300)
def test_the_page_type_checks(tmp_path: Path) -> None:
    """With mypy --strict, without a plugin."""
    (tmp_path / "page.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")]
    result = subprocess.run(
        [*command, "page.py", "--cache-dir", str(ROOT / ".mypy_cache")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
