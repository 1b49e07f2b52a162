"""The code of docs/learning.md runs, and bad input gives the documented errors."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgfeaturize.cli.demo import write_digits
from pgfeaturize.training import linear
from tests.acceptance.conftest import WorkerProcess, insert
from tests.acceptance.test_readme import session
from tests.conftest import ROOT, Database, Server, open_database

PAGE = (ROOT / "docs" / "learning.md").read_text()
#: The code blocks of the page in order: language and text.
BLOCKS = re.findall(r"```(sh|sql|python)\n(.*?)```", PAGE, flags=re.DOTALL)
FEATURIZER = "digits_lenet_digits"
TRAINING = "digits_training"


@dataclass(frozen=True)
class Lab:
    """Where the page is run: the database and the working directory."""

    database: Database
    directory: Path
    shown: dict[str, str]


@pytest.fixture(scope="module")
def lab(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run the page from top to bottom, with a worker."""
    directory = tmp_path_factory.mktemp("learning")
    with pytest.MonkeyPatch.context() as patch, open_database(server, "installed") as database:
        patch.setenv("DATABASE_URL", database.url)
        patch.chdir(directory)
        shown: dict[str, str] = {}
        worker = None
        try:
            for language, block in BLOCKS:
                if language == "python":
                    exec(block.replace("postgresql:///mydb", database.url), {})  # noqa: S102
                    if worker is None:
                        keep_one_of_four(directory / "digits")
                elif language == "sql":
                    shown[block] = session(server, database.url, block)
                else:
                    shell(block.replace("pgfeaturize worker --root digits &\n", ""))
                    if worker is None:
                        worker = WorkerProcess(database.url, directory)
            yield Lab(database, directory, shown)
        finally:
            if worker is not None:
                worker.kill()
                worker.wait()


def shell(block: str) -> None:
    """Run shell commands as the page shows them."""
    for line in block.splitlines():
        program, *arguments = line.split()
        done = subprocess.run(
            [Path(sys.executable).with_name(program), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def keep_one_of_four(digits: Path) -> None:
    """Delete the other images, to save time; all are there, as `pgfeaturize demo` writes them."""
    files = sorted(digits.rglob("*.png"))
    expected = write_digits(digits.with_name("expected"))
    assert [file.relative_to(digits) for file in files] == sorted(
        file.relative_to(expected) for file in expected.rglob("*.png")
    )
    for number, file in enumerate(files):
        assert file.read_bytes() == (expected / file.relative_to(digits)).read_bytes()
        if number % 4:
            file.unlink()


def output_of(lab: Lab, words: str) -> str:
    """Return the output of the first block that contains these words."""
    return next(shown for block, shown in lab.shown.items() if words in block)


@pytest.mark.timeout(300)
def test_all_that_it_shows_runs(lab: Lab) -> None:
    """The output is the one shown in the page."""
    report = output_of(lab, "featurize.training_report('digits_training');\n").splitlines()
    assert report[-1].startswith("|45|0|0|0"), "every tenth has no label"
    assert "ready||logistic_regression|softmax|800|" in output_of(lab, "algorithm, link, dim")
    figures = output_of(lab, "accuracy_low").splitlines()
    rows, accuracy, low, high, _ = (float(value) for value in figures[0].split("|"))
    assert rows == sum(int(line.split("|")[3]) for line in report[-11:])
    assert 0.9 < low < accuracy < high <= 1
    assert float(figures[-1]) > accuracy, "what was learned from is known better"
    scores = [line.split("|") for line in output_of(lab, "<#> is minus").splitlines()]
    printed = output_of(lab, "featurize.scores(").splitlines()[-10:]
    assert [(line[0], pytest.approx(float(line[1]))) for line in scores] == [  # type: ignore[comparison-overlap]
        (line.split("|")[0], float(line.split("|")[1])) for line in printed
    ]
    assert output_of(lab, "knn_predict").splitlines()[0] == "0|1"
    assert len(output_of(lab, "suggest_labels").splitlines()) == 10
    assert len(output_of(lab, "featurize.top(").splitlines()) == 15
    written = {"digits.npz", "confusion.png", "roc.png", "map.png", "heatmap.png"}
    assert written <= {file.name for file in lab.directory.iterdir()}


@pytest.mark.timeout(300)
def test_a_new_row_moves_at_most_one_other(lab: Lab) -> None:
    """The split is by hash, so other rows stay on their side."""
    database = lab.database

    def sides() -> dict[int, str]:
        rows = database.rows(f"select v.id, v.split from {TRAINING} v join digits using (id) where digits.label = '4'")
        return dict(rows)

    for (row,) in database.rows("select id from digits where label is null limit 6"):
        before = sides()
        database.rows("update digits set label = '4' where id = %s", row)
        after = sides()
        assert row in after
        moved = [key for key, side in before.items() if after[key] != side]
        database.rows("update digits set label = null where id = %s", row)
        assert len(moved) <= 1
        assert sides() == before


def promise(words: str, code: str) -> None:
    """Check that the page contains this result."""
    line = next(line for line in PAGE.splitlines() if f"*{words}" in line)
    assert f"`{code}`" in line


def refused(database: Database, code: str, words: str, statement: str, *values: Any) -> None:
    """Check that a statement fails with the message in the page."""
    promise(words, code)
    with pytest.raises(psycopg.Error, match=re.escape(words)) as caught:
        database.rows(statement, *values)
    assert caught.value.sqlstate == code


@pytest.fixture
def label(lab: Lab) -> Iterator[Callable[[str, str], None]]:
    """Add a column `trial` of labels by an expression, and a training view `trial` of it."""
    lab.database.rows("alter table digits add column trial text")

    def create(expression: str, fraction: str = "0.5") -> None:
        lab.database.rows(f"update digits set trial = {expression}")
        lab.database.rows(
            f"select featurize.create_training_view('trial', '{FEATURIZER}', 'trial', test_fraction => {fraction})"
        )

    yield create
    lab.database.rows("drop view if exists trial")
    lab.database.rows("alter table digits drop column trial")


def train(lab: Lab, *arguments: Any) -> None:
    """Train a classifier `trial` on the view `trial`, and wait for it."""
    places = ", %s" * len(arguments)
    lab.database.rows(f"select featurize.train_classifier('trial', 'trial'{places}, replace => true)", *arguments)
    assert lab.database.value("select featurize.wait_classifier('trial', '1 minute')")


@pytest.mark.timeout(300)
def test_one_class(lab: Lab, label: Callable[[str], None]) -> None:
    label("case when label = '1' then label end")
    promise("there are rows of one class only", "FZ017")
    with pytest.raises(psycopg.Error, match="there are rows of one class only") as caught:
        train(lab)
    assert caught.value.sqlstate == "FZ017"


@pytest.mark.timeout(300)
def test_a_class_with_one_row(lab: Lab, label: Callable[[str], None]) -> None:
    label("case when label in ('1', '2') then label when id = 5 then 'rare' end")
    train(lab)
    recall = "select rows, recall from featurize.class_report('trial') where label = 'rare'"
    assert lab.database.rows(recall) == [(0, None)]
    for algorithm in ("linear_svm", "ridge"):
        promise("needs two to calibrate its probabilities", "FZ017")
        with pytest.raises(psycopg.Error, match="needs two to calibrate") as caught:
            train(lab, algorithm)
        assert caught.value.sqlstate == "FZ017"


@pytest.mark.timeout(300)
def test_a_class_that_only_tests(lab: Lab, label: Callable[[str], None]) -> None:
    """A class that was added after the training, or whose group is on the test side."""
    label("case when label in ('1', '2') then label end")
    train(lab)
    lab.database.rows("update digits set trial = 'late' where label = '3'")
    report = dict(lab.database.rows("select label, recall from featurize.class_report('trial')"))
    assert report["late"] == 0
    taken = lab.database.value(
        "select sum(rows) from featurize.confusion('trial') where label = 'late' and predicted <> 'late'"
    )
    assert taken == lab.database.value("select count(*) from trial where label = 'late' and split = 'test'")


@pytest.mark.timeout(300)
def test_the_same_features_in_all_rows(lab: Lab, label: Callable[[str, str], None]) -> None:
    """All images are copies of one."""
    database = lab.database
    label("case when id % 2 = 0 then 'even' else 'odd' end", "0")
    frozen = database.value("select featurize.freeze_training_view('trial', 'same')")
    database.rows(f"update {frozen} set features = (select features from {frozen} limit 1)")
    promise("all rows have the same features", "FZ017")
    database.rows(f"select featurize.train_classifier('same', '{frozen}')")
    with pytest.raises(psycopg.Error, match="all rows have the same features") as caught:
        database.rows("select featurize.wait_classifier('same', '1 minute')")
    assert caught.value.sqlstate == "FZ017"
    assert database.value("select error from featurize.classifier where name = 'same'")
    database.rows("select featurize.drop_training_view('same')")


@pytest.mark.timeout(300)
def test_more_features_than_rows_and_an_iteration_that_does_not_end(
    lab: Lab, label: Callable[[str, str], None]
) -> None:
    label("case when id <= 60 and label in ('0', '1') then label end", "0")
    train(lab, "logistic_regression", '{"max_iter": 1}')
    metrics = lab.database.value("select metrics from featurize.classifier where name = 'trial'")
    assert metrics["rows"] < 800
    assert metrics["converged"] is False
    assert metrics["constant_features"] > 0, "of so few rows, some features are always zero"
    assert metrics["rounding"] < 1e-4


@pytest.mark.timeout(300)
def test_missing_embeddings(lab: Lab, label: Callable[[str], None]) -> None:
    database = lab.database
    label("label")
    database.rows("insert into digits (path, trial) values ('nowhere.png', '1')")
    assert database.value("select sum(missing) from featurize.training_report('trial')") == 1
    assert "`missing`; refused with `require_complete`: `FZ015`" in PAGE
    with pytest.raises(psycopg.Error) as caught:
        database.rows(
            f"select featurize.create_training_view('whole', '{FEATURIZER}', 'trial', require_complete => true)"
        )
    assert caught.value.sqlstate == "FZ015"
    database.rows("delete from digits where path = 'nowhere.png'")


@pytest.mark.timeout(300)
def test_what_is_refused(lab: Lab) -> None:
    database = lab.database
    unknown = f"select featurize.train_classifier('x', '{TRAINING}', params => '{{\"gamma\": 1}}')"
    refused(database, "FZ006", "is unknown to", unknown)
    again = f"select featurize.train_classifier('digits', '{TRAINING}')"
    refused(database, "FZ002", "already exists", again)
    short = "select featurize.predict('digits', '[1,2,3]')"
    refused(database, "FZ008", "needs embeddings of", short)
    space = f"select featurize.predict('digits', (select embedding from {FEATURIZER} limit 1), 4711)"
    refused(database, "FZ008", "was trained in feature space", space)
    null = "select label, probability from featurize.predict('digits', null)"
    assert database.rows(null) == [(None, None)]
    for value in ("NaN", "Infinity"):
        with pytest.raises(psycopg.DataError):
            database.rows(f"select '[{value}]'::vector")


@pytest.mark.timeout(300)
def test_its_featurizer_is_dropped(lab: Lab, label: Callable[[str], None]) -> None:
    database = lab.database
    label("case when label in ('1', '2') then label end")
    declare = "select featurize.create_featurizer('digits', 'path', 'lenet_digits', 'second')"
    database.rows(declare)
    assert database.value("select featurize.wait('second', '1 minute')")
    database.rows("select featurize.create_training_view('going', 'second', 'trial')")
    database.rows("select featurize.freeze_training_view('going', 'staying')")
    database.rows("select featurize.drop_featurizer('second')")
    assert database.value("select to_regclass('going')") is None
    database.rows("select featurize.train_classifier('stays', 'staying')")
    assert database.value("select featurize.wait_classifier('stays', '1 minute')")
    assert database.value("select accuracy from featurize.evaluate('stays')") > 0.9
    query = f"select featurize.predict('stays', embedding) from {FEATURIZER} limit 1"
    assert database.value(query)
    database.rows("select featurize.drop_training_view('staying')")


@pytest.mark.timeout(300)
def test_its_training_view_is_gone(lab: Lab, label: Callable[[str], None]) -> None:
    label("case when label in ('1', '2') then label end")
    train(lab)
    lab.database.rows("select featurize.drop_training_view('trial')")
    refused(lab.database, "FZ014", "was dropped", "select featurize.evaluate('trial')")
    query = f"select featurize.predict('trial', embedding) from {FEATURIZER} limit 1"
    assert lab.database.value(query)


@pytest.mark.timeout(300)
def test_without_a_worker(
    table: Database, tmp_path: Path, photos: Callable[..., list[Path]], run: Callable[..., Any]
) -> None:
    """Nothing is trained, and no statement hangs."""
    insert(table, photos(8))
    run("worker", "--once", "--root", str(tmp_path), url=table.url)
    table.rows("update photos set label = id % 2")
    table.rows("select featurize.create_training_view('lessons', 'looks', 'label')")
    table.rows("select featurize.train_classifier('trial', 'lessons')")
    assert table.value("select featurize.wait_classifier('trial', '100 ms')") is False
    assert table.value("select state from featurize.classifier") == "queued"
    ask = "select featurize.predict('trial', embedding) from looks limit 1"
    refused(table, "FZ016", "is not ready", ask)


def test_the_parameters_are_those_that_there_are(database: Database) -> None:
    """The page's tables list exactly the parameters that the functions accept."""
    taken = database.value("select proargnames from pg_proc where proname = 'create_training_view'")
    first, second, *_ = re.findall(r"\| (?:argument|algorithm) .*?\n\|---\|.*?\n((?:\|.*\n)+)", PAGE)
    assert re.findall(r"^\| `(\w+)` \|", first, re.MULTILINE) == taken[3:]
    algorithms = re.findall(r"^\| `(\w+)` \|", second, re.MULTILINE)
    check = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'classifier_algorithm_is_known'"
    assert set(algorithms) == set(re.findall(r"'(\w+)'", database.value(check)))
    assert f"`max_iter` ({linear.ITERATIONS})" in second
