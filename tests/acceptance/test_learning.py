"""Classifiers are trained by a worker, and SQL predicts the same as scikit-learn."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pgfeaturize
from pgfeaturize.cli.demo import write_digits
from tests.acceptance.conftest import insert, settled
from tests.conftest import Database, until

Start = Callable[..., Any]


@pytest.fixture
def digits(table: Database, tmp_path: Path) -> Database:
    """Create a table of the first 300 digits with labels, embedded by a worker that has ended."""
    files = sorted(write_digits(tmp_path / "digits").rglob("*.png"), key=lambda file: file.name)
    insert(table, files[:300])
    table.rows("update photos set label = split_part(reverse(path), '/', 2)")
    return table


def ready(database: Database, name: str, view: str, *arguments: Any) -> None:
    """Train a classifier and wait for it."""
    places = ", %s" * len(arguments)
    database.rows(f"select featurize.train_classifier(%s, %s{places})", name, view, *arguments)
    assert database.value("select featurize.wait_classifier(%s, '60s')", name)


def test_prediction_in_sql_is_scikit_learns(digits: Database, worker: Start) -> None:
    """Labels, probabilities and metrics agree to 1e-5, for ten classes and for two."""
    worker()
    assert settled(digits)["embedded"] == 300
    digits.rows("select featurize.create_training_view('lessons', 'looks', 'label')")
    ready(digits, "digit", "lessons")
    train = pgfeaturize.load_training(digits.url, "lessons", "train")
    test = pgfeaturize.load_training(digits.url, "lessons", "test")
    assert len(train) + len(test) == 300
    theirs = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    theirs.fit(train.features, train.labels)
    proba = theirs.predict_proba(test.features)
    rows = digits.rows(
        "select key ->> 'id', label, predicted, probability, probabilities from featurize.predictions('digit')"
    )
    ours = {key: found for key, *found in rows}
    for key, label, expected, told in zip(test.keys, test.labels, proba, theirs.predict(test.features), strict=True):
        true_label, predicted, probability, probabilities = ours[str(json.loads(key)["id"])]
        assert (true_label, predicted) == (label, told)
        assert np.abs(np.array(probabilities) - expected).max() < 1e-5
        assert probability == max(probabilities)
    accuracy, loss = digits.rows("select accuracy, log_loss from featurize.evaluate('digit')")[0]
    assert accuracy == pytest.approx(accuracy_score(test.labels, theirs.predict(test.features)))
    assert loss == pytest.approx(log_loss(test.labels, proba), abs=1e-4)
    (single,) = digits.rows(
        "select p.label, p.probability from looks e, featurize.predict('digit', e.embedding, e.space_id) p "
        "where id = %s",
        json.loads(test.keys[0])["id"],
    )
    assert single == (theirs.predict(test.features[:1])[0], pytest.approx(proba[0].max(), abs=1e-5))


def test_two_classes_have_a_curve(digits: Database, worker: Start) -> None:
    digits.rows("update photos set label = case when label::int < 5 then 'low' else 'high' end")
    worker()
    settled(digits)
    digits.rows("select featurize.create_training_view('lessons', 'looks', 'label')")
    for algorithm in ("logistic_regression", "linear_svm", "ridge"):
        ready(digits, algorithm, "lessons", algorithm)
        (evaluated,) = digits.rows(
            "select accuracy, accuracy_low, accuracy_high, auc from featurize.evaluate(%s)", algorithm
        )
        accuracy, low, high, auc = evaluated
        assert 0.8 < low < accuracy < high
        found = digits.rows("select label = 'low', probabilities[2] from featurize.predictions(%s)", algorithm)
        assert auc == pytest.approx(roc_auc_score(*zip(*found, strict=True)))


def test_training_does_not_hold_up_featurizing(digits: Database, worker: Start) -> None:
    """A worker embeds rows while it trains a classifier."""
    started = worker()
    settled(digits)
    digits.rows(
        "create table many as select n as id, (n % 7)::text as label, 'train' as split, "
        "(select array_agg(random()) from generate_series(1, 300) where n = n)::vector as features "
        "from generate_series(1, 3000) n"
    )
    space = digits.value("select id from featurize.space")
    digits.rows(
        "insert into featurize.training_view (relation, label_column, test_fraction, seed, stratify, "
        "require_complete, space_id) values ('many', 'label', 0, 0, true, false, %s)",
        space,
    )
    digits.rows(
        """select featurize.train_classifier('slow', 'many', params => '{"C": 1e6, "tol": 1e-12, "max_iter": 100000}')"""
    )
    until(lambda: state(digits, "slow") == "training", "training has begun")
    digits.rows("update photos set path = path || ' '")  # their files are missing now, so each fails
    digits.rows("update photos set path = trim(path)")
    assert settled(digits)["embedded"] == 300
    assert state(digits, "slow") == "training", "it ended too soon to show anything"
    started.kill(signal.SIGTERM)
    assert started.wait() == 0
    assert state(digits, "slow") == "queued", "a worker that ends leaves it to others"


def state(database: Database, name: str) -> str:
    """Return the state of a classifier."""
    return str(database.value("select state from featurize.classifier where name = %s", name))


def test_what_cannot_be_trained_says_why(digits: Database, worker: Start) -> None:
    worker()
    settled(digits)
    digits.rows("update photos set label = 'rare' where id = 0")
    digits.rows("select featurize.create_training_view('lessons', 'looks', 'label', test_fraction => 0)")
    digits.rows("select featurize.train_classifier('c', 'lessons', 'linear_svm')")
    with pytest.raises(psycopg.Error, match='class "rare" has one row') as caught:
        digits.rows("select featurize.wait_classifier('c', '60s')")
    assert caught.value.sqlstate == "FZ017"
    ready(digits, "c", "lessons")


def test_a_query_is_featurized_once(digits: Database, worker: Start, tmp_path: Path) -> None:
    """The result has columns, features and errors in one table, as that of rxFeaturize."""
    worker()
    settled(digits)
    (path,) = digits.rows("select path from photos where id = 3")[0]
    digits.rows("create table bytes as select 1 as n, %s::bytea as image", Path(path).read_bytes())
    call = "call featurize.featurize_query(%s, %s, 'lenet_digits', %s, overwrite => %s)"
    digits.rows(call, "select label, path from photos where id < 9", "path", "few", False)
    same = (
        "select count(*) from few f join photos p using (path) join looks e using (id) where f.features = e.embedding"
    )
    assert digits.value(same) == 9
    digits.rows(call, "select n, image from bytes", "image", "few", True)
    assert digits.value("select count(*) from few, looks e where e.id = 3 and few.features <=> e.embedding < 1e-6") == 1
    digits.rows(
        call, f"select n, '{tmp_path}/' || n as path from generate_series(1, 3) n -- all gone", "path", "few", True
    )
    assert digits.rows("select distinct features::text, split_part(error, ':', 1) from few") == [(None, "missing_file")]
    assert digits.value("select count(*) from featurize.featurizer") == 1
    with pytest.raises(psycopg.Error, match="already") as caught:
        digits.rows(call, "select path from photos", "path", "few", False)
    assert caught.value.sqlstate == "FZ002"
    with pytest.raises(psycopg.Error, match="transaction block") as caught, digits.connection.transaction():
        digits.rows(call, "select path from photos", "path", "fewer", False)
    assert caught.value.sqlstate == "FZ012"


def test_a_query_without_worker_leaves_nothing_behind(digits: Database) -> None:
    with pytest.raises(psycopg.Error, match="no worker is running") as caught:
        digits.rows("call featurize.featurize_query('select path from photos', 'path', 'lenet_digits', 'few')")
    assert caught.value.sqlstate == "FZ010"
    assert digits.value("select to_regclass('few')") is None
    assert digits.value("select count(*) from featurize.featurizer") == 1
