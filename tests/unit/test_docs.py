"""Links in the documentation resolve, old names are gone, and files keep their maximum sizes."""

import re
import subprocess
from pathlib import Path

import pytest

from pgfeaturize.extras import pip_install

ROOT = Path(__file__).parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
]
PAGES = [path for path in TRACKED if path.suffix == ".md"]
#: Names that the vocabulary replaced, as whole words.
OLD_NAMES = (
    *("arrival", "arrivals", "due_at", "last_seen", "try_doze", "somebody_sleeps", "work_up"),
    *("Shelf", "Desk", "Flights", "Keeper", "Sleeper", "Meter", "Surroundings", "Origins"),
    *("_admit", "_place", "_look_again", "_companions", "_judged", "made_tables", "made_views"),
    *("trunk", "selftest", "neighbour", "neighbours", "colour", "grey", "centre"),
)
MAY_NAME_THEM = {"CHANGELOG.md", "test_docs.py"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_old_names_are_gone() -> None:
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(OLD_NAMES)})(?!\w)")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in TRACKED
        if path.suffix in {".py", ".sql", ".psql", ".md", ".toml"} and path.name not in MAY_NAME_THEM
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert not found


def test_files_keep_their_sizes() -> None:
    """No module over 250 lines, no line of SQL over 120 characters."""
    for path in TRACKED:
        lines = path.read_text().splitlines() if path.suffix in {".py", ".sql"} else []
        if path.suffix == ".py" and ROOT / "worker" in path.parents:
            assert len(lines) <= 250, path
        if path.suffix == ".sql" and ROOT / "sql" in path.parents:
            assert max(map(len, lines), default=0) <= 120, path


def test_sql_is_ascii() -> None:
    """It is installed in databases of any encoding."""
    texts = [path for path in TRACKED if {ROOT / "sql", ROOT / "extension"} & set(path.parents)]
    assert texts
    for path in texts:
        assert path.read_bytes().isascii(), path


def test_backslashes_of_sql_are_in_escape_strings() -> None:
    """In others, their meaning depends on standard_conforming_strings when a function runs."""
    for path in TRACKED:
        if path.suffix == ".sql" and (ROOT / "sql" / "routines") in path.parents:
            text = re.sub(r"--.*|\bE'(?:[^'\\]|\\.|'')*'", "", path.read_text(encoding="utf-8"))
            assert "\\" not in text, path


def test_connections_are_opened_in_one_place() -> None:
    """So that each has the settings of db/connection.py."""
    assert _modules_with(r"psycopg\.(Async)?(Connection\.)?connect\(") == ["connection.py"]


def test_text_files_have_an_encoding() -> None:
    """Otherwise it depends on the locale of the process."""
    assert _modules_with(r"\.read_text\(\)|\.write_text\((?![^\n]*encoding=)") == []


def _modules_with(pattern: str) -> list[str]:
    modules = (path for path in TRACKED if path.suffix == ".py" and ROOT / "worker" in path.parents)
    return [path.name for path in modules if re.search(pattern, path.read_text(encoding="utf-8"))]


def test_packages_are_installed_from_where_they_are() -> None:
    """Nothing tells users to install the package from an index that does not have it."""
    pattern = re.compile(r"pip install [^\n`\"]*\bpgfeaturize\b")
    suffixes = {".py", ".sql", ".md", ".toml", ".service", ""}
    texts = {path: path.read_text() for path in TRACKED if path.suffix in suffixes and path.is_file()}
    assert not [str(path) for path, text in texts.items() if path.name != "test_docs.py" and pattern.search(text)]


def test_extras_are_named_as_pip_wants_them() -> None:
    assert pip_install("plot") == "pip install 'matplotlib>=3.9'"
    assert pip_install("timm") == "pip install 'huggingface-hub>=0.30' 'timm>=1.0.20'"


def test_decisions_are_listed_with_status_and_date() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    for path in folder.glob("0*.md"):
        title, _, rest = path.read_text().partition("\n")
        assert re.match(r"\nStatus: \w+  \nDate: \d{4}-\d\d-\d\d\n", rest), path.name
        assert f"[{path.name[:4]}]({path.name}) | {title.removeprefix('# ')} |" in index


def test_the_map_of_the_code_names_what_exists() -> None:
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+`) \| (`[^|]+`) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert len(rows) > 10
    for files, names in rows:
        first, *others = re.findall(r"`([^`]+)`", files)
        folders = (ROOT, (ROOT / first).parent, ROOT / "worker" / "pgfeaturize")
        paths = [ROOT / first, *(next(f / name for f in folders if (f / name).exists()) for name in others)]
        text = "\n".join(path.read_text() for path in paths)
        for name in re.findall(r"`(?:[\w.]+\.)?(\w+)`", names):
            assert re.search(rf"(def|class|function featurize\.) ?{name}\b", text), f"{name} in {files}"
