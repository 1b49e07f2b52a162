"""`pgfeaturize worker --once`: rows, indexes and classifiers, and the exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import WorkerProcess, insert, settled
from tests.conftest import Database

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]


@pytest.fixture
def labeled(table: Database, photos: Photos, worker: Worker) -> Database:
    """Insert labeled photos, all but the last embedded, with a training view."""
    files = photos(16)
    insert(table, files[:15])
    assert worker("--once").wait() == 0
    insert(table, files[15:], start=15)
    table.rows("update photos set label = id % 2")
    table.rows("select featurize.create_training_view('sides', 'looks', 'label')")
    return table


def test_indexes_and_classifiers_are_finished(labeled: Database, worker: Worker) -> None:
    labeled.rows("select featurize.create_index('looks'), featurize.train_classifier('side', 'sides')")
    process = worker("--once")
    assert process.wait() == 0, process.log.read_text()
    assert settled(labeled)["embedded"] == 16
    assert labeled.rows("select built_at is not null, error from featurize.index") == [(True, None)]
    assert labeled.rows("select trained_at is not null, error from featurize.classifier") == [(True, None)]
    assert labeled.value("select count(*) from featurize.worker") == 0


def test_a_failure_gives_status_1(labeled: Database, worker: Worker) -> None:
    labeled.rows("select featurize.train_classifier('side', 'sides')")
    labeled.rows("update photos set label = 'all'")
    assert worker("--once").wait() == 1
    assert "one class only" in labeled.value("select error from featurize.classifier")
    assert settled(labeled)["embedded"] == 16


def test_unresolved_models_are_resolved(table: Database, worker: Worker) -> None:
    table.rows("select featurize.register_model('early', 'resnet18', cut => 3, pooling => 'avg', weights => 'random')")
    process = worker("--once")
    assert process.wait() == 0, process.log.read_text()
    assert table.rows("select dim is not null, error from featurize.model where name = 'early'") == [(True, None)]


def test_a_model_that_cannot_be_resolved_gives_status_1(table: Database, worker: Worker) -> None:
    table.rows(
        "select featurize.register_model('wrong', 'no_package.module:make', weights => 'random', preprocessing => "
        """'{"resize": "aniso", "size": [32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}')"""
    )
    assert worker("--once").wait() == 1
    assert table.value("select error from featurize.model where name = 'wrong'")
