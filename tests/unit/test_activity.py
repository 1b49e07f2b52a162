"""Steps of a work loop that make no progress."""

import time

from pgfeaturize.worker.activity import Activity


def test_steps_without_progress() -> None:
    activity = Activity(0.0, time.monotonic)
    assert activity.stuck is None
    activity.begin("storing rows of looks")
    assert activity.stuck == "storing rows of looks for 0 s", "other threads that embed are no progress of this step"
    activity.begin("loading model m", limit=60.0)
    assert activity.stuck is None
    activity.begin_embedding("embedding a batch of looks")
    assert activity.stuck is None, "the threads that embed make progress"
    activity.end()
    assert activity.stuck is None


def test_a_network_without_progress() -> None:
    activity = Activity(0.0, lambda: 0.0)
    activity.begin_embedding("embedding a batch of looks")
    assert activity.stuck == "embedding a batch of looks for 0 s"
