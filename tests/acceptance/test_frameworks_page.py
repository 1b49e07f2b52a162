"""The Python blocks of docs/frameworks.md work: a Django project, and asyncpg."""

import asyncio
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import settled
from tests.conftest import PATIENCE, ROOT, Database

PAGE = (ROOT / "docs" / "frameworks.md").read_text()
BLOCKS = [
    block.replace("resnet50", "lenet_digits").replace("2048", "800")
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
]

#: Blocks that begin with the name of their file.
FILES = {match[1]: block for block in BLOCKS if (match := re.match(r"# (\S+\.py)\n", block))}

SETTINGS = """
INSTALLED_APPS = ["gallery"]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.postgresql", "NAME": "{name}", "USER": "postgres", "HOST": "{host}", "PORT": "5432"
    }}
}}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""

PROGRAM = """
import sys, django
django.setup()
from gallery.models import Look, Photo
from gallery.search import pending, search, similar
step, *files = sys.argv[1:]
if step == "insert":
    Photo.objects.bulk_create(Photo(path=file, label=str(number % 2)) for number, file in enumerate(files))
else:
    assert pending() == 0
    first, second, *_ = Photo.objects.order_by("id")
    found = similar(first, 3)
    assert len(found) == 3 and first not in found
    nearest = search(second.path, 4)
    assert nearest[0] == second and nearest[0].distance < 1e-6 and len(nearest) == 4
    assert Photo.objects.filter(look__isnull=True).count() == 0
    first.delete()
    assert Look.objects.count() == len(files) - 1
"""


@pytest.fixture
def gallery(database: Database, tmp_path: Path) -> Callable[..., None]:
    """Return a function that runs Python in a Django project with the files of the page."""
    pytest.importorskip("django")
    (tmp_path / "gallery" / "migrations").mkdir(parents=True)
    for package in ("gallery", "gallery/migrations"):
        (tmp_path / package / "__init__.py").touch()
    host = database.server.directory / "pg"
    (tmp_path / "project_settings.py").write_text(SETTINGS.format(name=database.name, host=host))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "project_settings", "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_django(
    database: Database, gallery: Callable[..., None], photos: Callable[..., list[Path]], worker: Any, tmp_path: Path
) -> None:
    """The migration declares the featurizer; Django leaves its table alone; searches return model instances."""
    files = [str(file) for file in photos(6)]
    for name in ("gallery/models.py", "gallery/search.py"):
        (tmp_path / name).write_text(FILES[name])
    gallery("-m", "django", "makemigrations", "gallery")
    (tmp_path / "gallery/migrations/0002_look.py").write_text(FILES["gallery/migrations/0002_look.py"])
    gallery("-m", "django", "migrate")
    assert database.value("select count(*) from pg_tables where tablename = 'look'") == 1
    gallery("-m", "django", "makemigrations", "--check", "--dry-run")
    gallery("-c", PROGRAM, "insert", *files)
    worker()
    assert settled(database, "look")["embedded"] == 6
    gallery("-c", PROGRAM, "search", *files)
    gallery("-m", "django", "migrate", "gallery", "0001")
    assert database.value("select count(*) from featurize.featurizer") == 0
    assert database.value("select count(*) from pg_tables where tablename = 'look'") == 0


def test_asyncpg(table: Database, photos: Callable[..., list[Path]], worker: Any, tmp_path: Path) -> None:
    """Search by a new image, and progress, with parameters; the featurizer of the page is named look."""
    asyncpg = pytest.importorskip("asyncpg")
    table.rows("select featurize.drop_featurizer('looks')")
    table.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'look')")
    files = photos(5)
    (block,) = (block for block in BLOCKS if "import asyncpg" in block)
    (tmp_path / "page.py").write_text(block)
    names = runpy.run_path(str(tmp_path / "page.py"))
    worker()

    async def use() -> None:
        host = str(table.server.directory / "pg")
        async with asyncpg.create_pool(host=host, user="postgres", database=table.name, min_size=1) as pool:
            await pool.executemany(
                "insert into photos (id, path) values ($1, $2)", [(n, str(file)) for n, file in enumerate(files)]
            )
            await asyncio.to_thread(settled, table, "look")
            assert dict(await names["progress"](pool)) == {"rows": 5, "embedded": 5, "pending": 0, "failed": 0}
            found = await names["search"](pool, str(files[3]), 2)
            assert found[0]["id"] == 3
            assert found[0]["distance"] == pytest.approx(0, abs=1e-6)
            assert len(found) == 2

    asyncio.run(use())
