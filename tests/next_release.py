"""Copies of the project in which tests make the current and an invented next release."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from pgfeaturize.db import schema
from tests.conftest import ROOT

#: Version of the invented next release.
NEXT = "99.0.0"

#: Its changes of the schema: a table that triggers write to is renamed, another has one more
#: column, and a function has another signature.
STEP = """\
insert into featurize.release (version) values ('99.0.0');
alter table featurize.outbox rename to arrived;
alter table featurize.arrived rename constraint outbox_pkey to arrived_pkey;
alter table featurize.worker add column toy text;
comment on column featurize.worker.toy is 'What it plays with.';
drop function if exists featurize.pause(text);
"""

#: Section of install.sql for it.
SECTION = """\
select not exists (select from featurize.release where version = '99.0.0') as missing \\gset
\\if :missing
\\ir schema/99.0.0/010_release.sql
\\endif
"""

#: Its changes of routines, statements and tests.
CHANGES = {
    r"featurize\.outbox\b": "featurize.arrived",
    r"(?<=[{,])outbox(?=[,}])": "arrived",
    r"featurize\.pause\(name text\)": "featurize.pause(name text, toy text default null)",
    r"featurize\.pause\(text\)": "featurize.pause(text, text)",
}


def released(checkout: Path) -> list[str]:
    """Return the past releases, oldest first."""
    scripts = (checkout / "extension" / "released").glob("pgfeaturize--*.sql")
    return sorted((file.stem.split("--")[1] for file in scripts), key=schema.as_version)


def copy_project(directory: Path) -> Path:
    """Copy and commit the files that a release is built from; the program is a link."""
    for folder in ("sql", "extension", "migrations", "tests/sql"):
        shutil.copytree(ROOT / folder, directory / folder, ignore=shutil.ignore_patterns("build", "__pycache__"))
    for file in (".gitignore", "Makefile", "pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / file, directory)
    (directory / "worker").symlink_to(ROOT / "worker")
    _run(directory, "git", "init", "--quiet")
    commit(directory)
    return directory


def commit(checkout: Path) -> None:
    """Commit all files."""
    author = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    _run(checkout, "git", "add", "--all")
    _run(checkout, "git", *author, "commit", "--quiet", "--allow-empty", "--message", "release")


def make_release(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Freeze the release that the control file names."""
    return subprocess.run(["make", "release"], cwd=checkout, capture_output=True, text=True, check=False)


def begin_release(checkout: Path) -> None:
    """Begin the invented release as docs/releases.md describes, and make its changes."""
    present = schema.releases()[-1]
    folder = checkout / "sql" / "schema" / NEXT
    folder.mkdir()
    (folder / "010_release.sql").write_text(STEP)
    control = checkout / "extension" / "pgfeaturize.control"
    control.write_text(control.read_text().replace(present, NEXT))
    install = checkout / "sql" / "install.sql"
    install.write_text(
        install.read_text()
        .replace(f"string_to_array('{present}'", f"string_to_array('{NEXT}'")
        .replace("\n\\ir routines/", f"\n{SECTION}\n\\ir routines/", 1)
    )
    _run(checkout, sys.executable, "-m", "alembic", "revision", "--rev-id", NEXT, "--message", "a toy")
    changed = ("sql/routines/*/*.sql", "sql/queries/*.sql", "tests/sql/*.*sql", "extension/footer.sql")
    for file in (file for pattern in changed for file in checkout.glob(pattern)):
        text = file.read_text()
        for pattern, replacement in CHANGES.items():
            text = re.sub(pattern, replacement, text)
        file.write_text(text)


def _run(checkout: Path, *command: str) -> None:
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
