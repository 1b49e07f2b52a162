"""Published releases are unchanged, and `make release` refuses invalid states."""

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from pgfeaturize.db import schema
from tests.conftest import ROOT
from tests.next_release import begin_release, commit, copy_project, make_release, released

RELEASE = schema.releases()[-1]
STEP = f"sql/schema/{RELEASE}/{schema.schema_steps(RELEASE)[0].name}"
SCRIPT = f"extension/released/pgfeaturize--{RELEASE}.sql"


def thawed(checkout: Path) -> Iterator[str]:
    """Return the files that differ from their release, with the remedy."""
    sums = checkout / "extension" / "released" / "SHA256SUMS"
    lines = sums.read_text().splitlines() if sums.exists() else []
    frozen = {name: digest for digest, name in (line.split("  ") for line in lines)}
    folders = {"extension/released", *(str(Path(name).parent) for name in frozen)}
    files = (file for folder in folders for file in (checkout / folder).glob("*.sql"))
    there = {str(file.relative_to(checkout)): file for file in files}
    for name in sorted(frozen.keys() | there.keys()):
        if name not in frozen:
            what = "was added"
        elif name not in there:
            what = "was removed"
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != frozen[name]:
            what = "was changed"
        else:
            continue
        yield f"{name} {what} after its release: take that back, and put it into a new release"
    release = _control_release(checkout)
    if release in released(checkout):
        subprocess.run(["make", "-s", "-C", checkout / "extension", "scripts"], check=True)
        script = f"pgfeaturize--{release}.sql"
        built, out = (checkout / "extension" / folder / script for folder in ("build", "released"))
        if built.read_bytes() != out.read_bytes():
            yield f"release {release} is out, and sql/ or extension/ would build another: begin a new release"


def _control_release(checkout: Path) -> str:
    control = (checkout / "extension" / "pgfeaturize.control").read_text()
    found = re.search(r"^default_version = '(.+)'$", control, flags=re.MULTILINE)
    assert found
    return found[1]


def test_what_is_released_is_frozen() -> None:
    assert list(thawed(ROOT)) == [], "see docs/releases.md"


def test_every_schema_release_has_its_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(revisions)] == schema.releases()
    assert all(newer.down_revision == older.revision for newer, older in pairwise(revisions))


@pytest.fixture
def uncut(tmp_path: Path) -> Path:
    """Return a copy of the project whose release is not frozen yet."""
    checkout = copy_project(tmp_path)
    (checkout / SCRIPT).unlink(missing_ok=True)
    commit(checkout)
    return checkout


@pytest.fixture
def cut(uncut: Path) -> Path:
    """Return a copy of the project whose release is frozen."""
    done = make_release(uncut)
    assert done.returncode == 0, done.stderr
    commit(uncut)
    return uncut


def test_a_release_is_cut_by_one_command(cut: Path) -> None:
    assert released(cut)[-1] == RELEASE
    assert list(thawed(cut)) == []
    subprocess.run(["sha256sum", "--check", "--quiet", "extension/released/SHA256SUMS"], cwd=cut, check=True)
    assert "not released yet" not in (cut / "CHANGELOG.md").read_text()


def _append(file: Path) -> None:
    file.write_text(file.read_text() + "\n")


def _add(file: Path) -> None:
    (file.parent / "999_more.sql").write_text("select 1;\n")


CHANGES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "step changed": (STEP, _append, f"{STEP} was changed after its release"),
    "step removed": (STEP, Path.unlink, f"{STEP} was removed after its release"),
    "step added": (STEP, _add, "999_more.sql was added after its release"),
    "script changed": (SCRIPT, _append, f"{SCRIPT} was changed after its release"),
    "script removed": (SCRIPT, Path.unlink, f"{SCRIPT} was removed after its release"),
    "checksums removed": ("extension/released/SHA256SUMS", Path.unlink, f"{SCRIPT} was added after its release"),
    "routine changed": (
        "sql/routines/10_common/10_featurizer.sql",
        _append,
        f"release {RELEASE} is out, .* begin a new release",
    ),
}


@pytest.mark.parametrize(("file", "change", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_what_is_released_is_found(
    cut: Path, file: str, change: Callable[[Path], None], message: str
) -> None:
    change(cut / file)
    assert re.search(message, "\n".join(thawed(cut)))


def test_a_new_release_thaws_routines_alone(cut: Path) -> None:
    begin_release(cut)
    assert list(thawed(cut)) == []
    (cut / STEP).write_text("")
    assert [message.split()[0] for message in thawed(cut)] == [STEP]


def _cut_twice(checkout: Path) -> None:
    assert make_release(checkout).returncode == 0
    commit(checkout)


def _leave_a_change(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("…\n")


def _leave_a_file(checkout: Path) -> None:
    (checkout / "sql" / "routines" / "99_upgrade" / "99_more.sql").write_text("select 1;\n")


def _forget_the_folder(checkout: Path) -> None:
    control = checkout / "extension" / "pgfeaturize.control"
    control.write_text(control.read_text().replace(RELEASE, "98.0.0"))
    commit(checkout)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (_cut_twice, f"{RELEASE} is out"),
        (_leave_a_change, "git status"),
        (_leave_a_file, "git status"),
        (_forget_the_folder, f"says 98.0.0 and the last folder of sql/schema is {RELEASE}"),
    ],
)
def test_what_may_not_go_out(uncut: Path, mistake: Callable[[Path], None], message: str) -> None:
    mistake(uncut)
    before = released(uncut)
    done = make_release(uncut)
    assert done.returncode != 0
    assert message in done.stderr
    assert released(uncut) == before
