"""The queue under concurrency: users never wait for workers, and workers never overwrite newer changes.

Two or three connections play users and workers. `lock_timeout` turns every wait into an error,
so what passes here has not waited.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import psycopg
import pytest

from pgfeaturize import failpoints
from pgfeaturize.db import queue, vectors
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import MissingFile
from pgfeaturize.pipeline import BatchResult
from pgfeaturize.worker.activity import Activity
from pgfeaturize.worker.heartbeat import Heartbeat
from pgfeaturize.worker.in_flight import InFlightBatches, LeasedBatch
from pgfeaturize.worker.notifier import LOCKED_PAUSE, LONGEST_DELAY, Notifier
from pgfeaturize.worker.null_metrics import NullMetrics
from tests.conftest import Database, until

Connect = Callable[[], psycopg.Connection[Any]]
MINUTE = timedelta(minutes=1)
DIM = 4


@pytest.fixture(params=["table", "column"])
def photos(database: Database, request: pytest.FixtureRequest) -> Database:
    """Create four photos, featurized by a model of the test, all queued."""
    database.rows("create table photos (id int primary key, path text, label text)")
    database.rows("insert into photos select n, n || '.png' from generate_series(1, 4) n")
    database.rows(
        "select featurize.register_model('tiny', 'x', 'x', 'none', %s, 'x', preprocessing) "
        "from featurize.model where name = 'lenet_digits'",
        DIM,
    )
    database.rows("select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => %s)", request.param)
    database.rows("select featurize.backfill_step(1, 100) from generate_series(1, 2)")
    return database


@pytest.fixture
def connect(database: Database) -> Iterator[Connect]:
    """Return a function that opens connections on which no statement may wait for a lock."""
    opened: list[psycopg.Connection[Any]] = []

    def open_one() -> psycopg.Connection[Any]:
        one = psycopg.connect(database.url, autocommit=True)
        one.execute("set lock_timeout = '100ms'")
        one.execute("set statement_timeout = '10s'")
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.close()


class Worker:
    """The worker's side of the queue, with invented vectors."""

    def __init__(self, connection: Connection, featurizer: int) -> None:
        self.connection = connection
        self.featurizer = featurizer
        connection.execute("set lock_timeout = '100ms'")
        vectors.register_vectors(connection)
        self.id = execute(connection, "register_worker", "test", 1, "cpu", "0")[0][0]
        self.space = execute(connection, "register_space", "tiny", "fingerprint")[0][0]

    def claim(self, size: int = 100, duration: timedelta = MINUTE) -> queue.Claim | None:
        """Claim rows of the featurizer."""
        return queue.claim(self.connection, self.id, [self.featurizer], queue.ClaimSize(size), duration)

    def settle(self, claim: queue.Claim, failing: str = "") -> queue.SettleCounts:
        """Settle a lease with vectors of ones, or with a failure for the given image."""
        outcomes = [MissingFile("gone") if image == failing else np.ones(DIM, np.float32) for image in claim.images]
        (lease,) = claim.leases
        digests = [None] * len(outcomes)
        return queue.settle(self.connection, lease.id, self.space, lease.jobs, outcomes, digests)


@pytest.fixture
def worker(photos: Database, connection: Connection) -> Worker:
    """Return a registered worker for the photos."""
    return Worker(connection, photos.value("select id from featurize.featurizer"))


def claimed(worker: Worker, size: int = 100) -> queue.Claim:
    """Claim a batch, which must exist."""
    claim = worker.claim(size)
    assert claim is not None
    return claim


def images(claim: queue.Claim) -> set[str]:
    """Return the images of a claim."""
    return {str(image) for image in claim.images}


def due(photos: Database) -> None:
    """Make scheduled jobs due now."""
    photos.rows("update featurize.job set scheduled_at = now()")


@contextmanager
def transaction(user: psycopg.Connection[Any], *statements: str) -> Iterator[None]:
    """Keep a user's transaction open inside the block."""
    with user.transaction():
        for statement in statements:
            user.execute(statement)
        yield


WRITES = {
    "update": "update photos set path = 'new.png' where id = 1",
    "label": "update photos set label = 'x' where id = 1",
    "key": "update photos set id = 10 where id = 1",
    "null": "update photos set path = null where id = 1",
    "delete": "delete from photos where id = 1",
    "lock": "select from photos where id = 1 for update",
}


@pytest.mark.parametrize("write", [*WRITES.values(), "truncate photos"], ids=[*WRITES, "truncate"])
def test_users_never_wait_for_a_lease(photos: Database, connect: Connect, worker: Worker, write: str) -> None:
    claim = claimed(worker)
    assert photos.progress("f")["leased"] == 4
    user = connect()
    user.execute(write)
    user.execute("insert into photos values (5, '5.png')")
    worker.settle(claim)
    due(photos)
    while again := worker.claim():
        worker.settle(again)
    states = photos.progress("f")
    assert states["embedded"] + states["empty"] == states["rows"]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_settling_passes_over_rows_that_a_user_holds(
    photos: Database, connect: Connect, worker: Worker, write: str
) -> None:
    claim = claimed(worker)
    with transaction(connect(), write):
        settled = worker.settle(claim, failing="2.png")
        assert (settled.embedded, settled.failed, settled.discarded) == (2, 1, 1)
        states = photos.progress("f")
        assert (states["embedded"], states["failed"], states["pending"]) == (2, 1, 1)
        # The attempt does not count, because the row did not cause it; and it is not due at once.
        assert photos.rows("select attempts, lease_id, scheduled_at > now() from featurize.job") == [(0, None, True)]
    due(photos)
    while again := worker.claim():
        worker.settle(again)
    states = photos.progress("f")
    assert states["failed"] == 1
    assert states["embedded"] + states["empty"] == states["rows"] - 1


LOCKS = {
    "lock": "lock table photos",
    "alter": "alter table photos add column n int",
    "repair": "select featurize.repair('f')",
    "drop_index": "select featurize.create_index('f'), featurize.drop_index('f')",
    "drop": "select featurize.drop_featurizer('f')",
}


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_a_worker_does_not_wait_for_a_migration(photos: Database, connect: Connect, worker: Worker, lock: str) -> None:
    first, second = claimed(worker, 1), claimed(worker, 1)
    with transaction(connect(), lock):
        for wait in (worker.claim, partial(worker.settle, first), partial(worker.settle, second)):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                wait()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            execute(worker.connection, "backfill_step", 1, 100)
        # Its heartbeats and its other featurizers go on, and what it has computed is not lost.
        held = [lease.id for claim in (first, second) for lease in claim.leases]
        assert execute(worker.connection, "heartbeat", worker.id, ["f"], held, MINUTE, None) == [(held,)]
        execute(worker.connection, "pending_featurizers")
        queue.release(worker.connection, second.leases[0])
        raise psycopg.Rollback
    assert worker.settle(first).embedded == 1
    queue.release(worker.connection, second.leases[0])
    assert photos.rows("select distinct attempts from featurize.job") == [(0,)]
    while again := worker.claim():
        worker.settle(again)
    assert photos.progress("f")["embedded"] == 4


def test_expired_leases_of_a_locked_table_harm_no_other(photos: Database, connect: Connect, worker: Worker) -> None:
    photos.rows("create table cars as select * from photos")
    photos.rows("alter table cars add primary key (id)")
    photos.rows("select featurize.create_featurizer('cars', 'path', 'tiny', 'g')")
    photos.rows("select featurize.refresh('g', 'true')")
    assert worker.claim(duration=timedelta(seconds=-1))
    worker.featurizer = photos.value("select id from featurize.featurizer where name = 'g'")
    assert worker.claim(duration=timedelta(seconds=-1))
    leases = "select f.name from featurize.lease l join featurize.featurizer f on f.id = l.featurizer_id"
    with transaction(connect(), "lock table photos"):
        execute(worker.connection, "pending_featurizers")
        assert photos.rows(leases) == [("f",)]
    execute(worker.connection, "pending_featurizers")
    assert photos.rows(leases) == []


def test_a_claim_waiting_for_a_drop_finds_that_it_was_dropped(
    photos: Database, connect: Connect, worker: Worker
) -> None:
    with ThreadPoolExecutor() as pool:
        with transaction(connect(), "select featurize.drop_featurizer('f')"):
            claim = pool.submit(worker.claim)
            waiting = "select count(*) from pg_locks where not granted"
            until(lambda: photos.value(waiting) or claim.done(), "the claim waits")
        assert claim.result() is None


def test_retrying_does_not_wait_for_deleted_rows(photos: Database, connect: Connect, worker: Worker) -> None:
    worker.settle(claimed(worker, 2), failing="1.png")
    worker.settle(claimed(worker, 2), failing="3.png")
    with transaction(connect(), "delete from photos where id = 1"):
        assert connect().execute("select featurize.retry('f')").fetchone() == (1,)
    assert photos.rows("select key from featurize.failure") == []


def test_a_rolled_back_write_leaves_the_row_to_the_worker(photos: Database, connect: Connect, worker: Worker) -> None:
    claim = claimed(worker)
    user = connect()
    with transaction(user, WRITES["update"]):
        assert worker.settle(claim).embedded == 3
        raise psycopg.Rollback
    due(photos)
    assert images(again := claimed(worker)) == {"1.png"}
    assert worker.settle(again).embedded == 1
    assert photos.progress("f")["embedded"] == 4


def test_a_claim_does_not_see_uncommitted_rows(connect: Connect, worker: Worker) -> None:
    with transaction(connect(), "insert into photos values (5, '5.png')", WRITES["update"]):
        claim = claimed(worker)
        assert images(claim) == {"1.png", "2.png", "3.png", "4.png"}
        assert worker.claim() is None
    assert worker.settle(claim).discarded == 1
    assert images(claimed(worker)) == {"new.png", "5.png"}


def test_two_claims_at_once_share_no_row(photos: Database, connect: Connect, worker: Worker) -> None:
    photos.rows("update photos set path = path || '?' where id in (1, 2)")  # two jobs each
    with transaction(connect(), "select * from featurize.claim(1, '{1}', 2, '1 minute')"):
        claim = claimed(worker)
        assert images(claim) == {"3.png", "4.png"} or images(claim) == {"1.png?", "2.png?"}
        assert worker.claim() is None
        worker.settle(claim)
    assert photos.progress("f") == {
        "rows": 4, "embedded": 2, "stale": 0, "pending": 0, "leased": 2, "failed": 0, "empty": 0,
    }  # fmt: skip


def test_two_workers_reclaim_a_lease_once(connect: Connect, worker: Worker) -> None:
    lost = worker.claim(duration=timedelta(seconds=-1))
    assert lost is not None
    with transaction(connect(), "select * from featurize.pending_featurizers()"):
        assert execute(worker.connection, "pending_featurizers") == []  # everything expired has been reclaimed
        assert worker.claim() is None
    assert worker.settle(lost).discarded == 4
    assert len(images(claimed(worker))) == 1, "a job that was lost goes alone"


def test_settling_and_reclaiming_at_once(photos: Database, connect: Connect, worker: Worker) -> None:
    lost = worker.claim(duration=timedelta(seconds=-1))
    assert lost is not None
    with (
        transaction(connect(), "select * from featurize.pending_featurizers()"),
        pytest.raises(psycopg.errors.LockNotAvailable),
    ):
        worker.settle(lost)
    assert worker.settle(lost).discarded == 4
    assert photos.progress("f")["pending"] == 4


@pytest.mark.parametrize("ending", ["truncate photos", "delete from photos"])
def test_everything_is_deleted_while_a_worker_has_it(connect: Connect, worker: Worker, ending: str) -> None:
    claim = claimed(worker)
    user = connect()
    user.execute(ending)
    user.execute("insert into photos values (1, 'other.png'), (2, '2.png')")
    settled = worker.settle(claim)
    # Row 2 is another row with the same image, so its vector is right.
    assert (settled.embedded, settled.discarded) == (1, 3)
    assert images(claimed(worker)) >= {"other.png"}


def test_a_truncate_in_an_open_transaction_is_not_overtaken(photos: Database, connect: Connect, worker: Worker) -> None:
    claim = claimed(worker)
    with transaction(connect(), "truncate photos"), pytest.raises(psycopg.errors.LockNotAvailable):
        worker.settle(claim)
    assert worker.settle(claim).discarded == 4
    assert photos.progress("f")["rows"] == 0


def test_backfill_steps_of_two_workers_do_not_overlap(photos: Database, connect: Connect, worker: Worker) -> None:
    photos.rows("delete from featurize.job")
    photos.rows("select featurize.refresh('f')")
    with transaction(connect(), "select featurize.backfill_step(1, 3)"):
        assert execute(worker.connection, "backfill_step", 1, 3) == [(0,)]
    assert execute(worker.connection, "backfill_step", 1, 3) == [(1,)]
    assert photos.value("select count(distinct key) from featurize.job") == 4


def test_a_row_changed_during_a_backfill_step_is_queued_by_one_of_the_two(
    photos: Database, connect: Connect, worker: Worker
) -> None:
    photos.rows("delete from featurize.job")
    photos.rows("select featurize.refresh('f')")
    with transaction(connect(), "insert into photos values (0, '0.png')", WRITES["update"]):
        execute(worker.connection, "backfill_step", 1, 100)
    assert photos.progress("f")["pending"] == 5
    claim = claimed(worker)
    assert images(claim) == {"0.png", "new.png", "2.png", "3.png", "4.png"}


# Waking


def heard(connection: psycopg.Connection[Any]) -> int:
    """Return the notifications that have arrived; the server sends them before an answer."""
    connection.execute("select 1")
    return len(list(connection.notifies(timeout=0)))


def test_writers_notify_only_while_a_worker_is_idle(connect: Connect, worker: Worker) -> None:
    listener, user = connect(), connect()
    listener.execute("listen pgfeaturize")
    user.execute("insert into photos values (5, '5.png')")
    assert heard(listener) == 0, "no worker is idle"
    assert execute(worker.connection, "try_idle_lock") == [(True, False)]
    user.execute("insert into photos values (6, '6.png')")
    assert heard(listener) == 1, "a worker is idle"
    for quiet in (
        "update photos set label = 'x'",
        "update photos set path = null where id = 6",
        "insert into photos values (7, null)",
        "delete from photos where id = 5",
        "insert into photos select * from photos where false",
    ):
        user.execute(quiet)
        assert heard(listener) == 0, f"nothing to do: {quiet}"
    user.execute("update photos set path = '8.png' where id = 1")
    assert heard(listener) == 1
    execute(worker.connection, "release_idle_lock")
    user.execute("insert into photos values (9, '9.png')")
    assert heard(listener) == 0, "awake again"


def test_writers_share_the_lock_and_keep_a_worker_from_dozing(connect: Connect, worker: Worker) -> None:
    one, two = connect(), connect()
    with transaction(one, "insert into photos values (5, '5.png')"):
        two.execute("insert into photos values (6, '6.png')")
        # Rows of the open transaction are invisible, and it will not notify, so the worker must not sleep.
        assert execute(worker.connection, "try_idle_lock") == [(False, False)]
    assert execute(worker.connection, "try_idle_lock") == [(True, False)]
    assert two.execute("select featurize.try_idle_lock()").fetchone() == (False,), "one idle worker listens for all"
    execute(worker.connection, "release_idle_lock")


def test_notifications_without_work_become_rare(
    connect: Connect, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, wake_fd = connect(), os.open(os.devnull, os.O_RDONLY)
    pauses: list[tuple[float, bool]] = []

    def watch(_: list[int], __: list[int], ___: list[int], seconds: float) -> None:
        ((free,),) = user.execute("select pg_try_advisory_lock_shared(7377571)").fetchall()
        pauses.append((seconds, free))
        user.execute("select pg_advisory_unlock_all()")
        if not free:
            user.execute("select pg_notify('pgfeaturize', '')")

    monkeypatch.setattr(select, "select", watch)
    notifier = Notifier(worker.connection, wake_fd, activity=Activity(60.0, time.monotonic))
    for _ in range(6):
        notifier.wait(lambda: False)
    held = (LOCKED_PAUSE, False)
    assert pauses[:5] == [held, (0.005, True), held, (0.01, True), held]
    assert pauses[-2:] == [(LONGEST_DELAY, True), held]
    notifier.reset()
    notifier.wait(lambda: False)
    assert pauses[-2:] == [held, held], "there was work"
    os.close(wake_fd)


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_column_is_renamed_while_another_session_has_plans(
    connect: Connect, photos: Database, isolation: str
) -> None:
    writer, owner = connect(), connect()
    writer.execute("insert into photos values (5, '5.png')")
    for old, new, number in (("path", "image", 6), ("image", "path", 7)):
        writer.execute(f"begin isolation level {isolation}")
        writer.execute("select from pg_class limit 1")  # takes a snapshot
        owner.execute(f"alter table photos rename column {old} to {new}")
        writer.execute("insert into photos values (%s, 'x.png')", [number])
        writer.execute("commit")
    writer.execute("insert into photos values (8, '8.png')")
    entries = photos.rows("select keys::text from featurize.outbox order by id")
    assert entries[0] == ('[{"id" : 5}]',)
    assert ("[]",) in entries, "a worker compares all rows"
    assert entries[-1] == ('[{"id" : 8}]',)


ORDERS = (
    "featurize.resume('f')",
    "featurize.refresh('f')",
    "featurize.refresh('f', 'true')",
    "featurize.retry('f')",
    "featurize.repair('f')",
    "featurize.retire_space('tiny')",
    "featurize.create_featurizer('photos', 'path', 'tiny', 'g')",
)


@pytest.mark.usefixtures("photos")
def test_orders_wake_a_sleeper(connect: Connect) -> None:
    listener, user = connect(), connect()
    listener.execute("listen pgfeaturize")
    for order in ORDERS:
        user.execute(f"select {order}")
        assert heard(listener) == 1, order


ROUNDS = 60
#: Planner statistics of a queue are outdated: taken when it was empty, or when it was full.
BELIEFS = ["select", "vacuum analyze featurize.job"]


def insert(user: psycopg.Connection[Any], rows: int) -> None:
    """Insert more photos."""
    user.execute(
        "insert into photos select n, n || '.png' "
        "from (select max(id) as last from photos) p, generate_series(last + 1, last + %s) n",
        [rows],
    )


def pass_batch(worker: Worker) -> None:
    """Claim and settle one batch."""
    worker.settle(claimed(worker))


def pass_rounds(user: psycopg.Connection[Any], worker: Worker) -> None:
    """Leave dead jobs, which cannot be vacuumed while an older transaction is open."""
    for _ in range(ROUNDS):
        insert(user, 4)
        pass_batch(worker)


def entries_read(worker: Worker, index: str, work: Callable[[], object]) -> int:
    """Return how many index entries a piece of work reads, including dead ones."""
    query = "select pg_stat_get_xact_tuples_returned(%s::regclass)"
    counts = []  # type: ignore[var-annotated]
    with worker.connection.transaction():
        for step in (lambda: None, work):
            step()
            counts += worker.connection.execute(query, [index]).fetchone() or ()
    before, after = counts
    return int(after) - int(before)


@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("index", ["job_pkey", "job_key", "job_leased"])
def test_a_batch_reads_its_own_jobs_among_many_dead(connect: Connect, worker: Worker, belief: str, index: str) -> None:
    user = connect()
    with transaction(connect(), "select txid_current()"):
        pass_rounds(user, worker)
        user.execute(belief)
        insert(user, 4)
        read = entries_read(worker, f"featurize.{index}", partial(pass_batch, worker))
        assert read < ROUNDS


@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("index", ["photos_pkey", "featurize.job_key"])
def test_a_step_of_a_backfill_reads_its_own_rows(
    photos: Database, connect: Connect, worker: Worker, belief: str, index: str
) -> None:
    user = connect()
    insert(user, 10 * ROUNDS)
    photos.rows("update featurize.backfill set after = null, finished_at = null")
    step = partial(execute, worker.connection, "backfill_step", worker.featurizer, ROUNDS)
    while photos.value("select finished_at is null from featurize.backfill"):
        assert entries_read(worker, index, step) < 2 * ROUNDS
        user.execute(belief)


def look_on(worker: Worker, how_long: str) -> None:
    """Make sessions not search a queue from its start for some seconds, as after a slow search."""
    queues = ["leases", "outbox_1", "jobs_1_0", "jobs_1_10"]
    worker.connection.execute(
        "select set_config(q, array[(nullif(current_setting(q, true), '')::text[])[1], "
        "(now() + %s)::text]::text, false) from unnest(%s::text[]) n, concat('featurize.', n) q",
        [how_long, queues],
    )


@pytest.mark.parametrize("index", ["job_ready", "outbox_pkey", "lease_pkey"])
def test_a_worker_looks_on_from_where_it_was(connect: Connect, worker: Worker, index: str) -> None:
    user = connect()
    with transaction(connect(), "select txid_current()"):
        pass_rounds(user, worker)
        look_on(worker, "1 hour")
        for _ in range(2):
            insert(user, 4)
            assert entries_read(worker, f"featurize.{index}", partial(pass_batch, worker)) < ROUNDS
            read = entries_read(
                worker, f"featurize.{index}", partial(execute, worker.connection, "pending_featurizers")
            )
            assert read < ROUNDS


LATE = {"written": "insert into photos values (-1, '1.png')", "refreshed": "select featurize.refresh('f', 's.id = 1')"}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_what_becomes_visible_behind_that_is_found(connect: Connect, worker: Worker, late: str) -> None:
    pass_batch(worker)
    slow, quick = connect(), connect()
    with transaction(slow, late):
        insert(quick, 4)
        pass_batch(worker)
        look_on(worker, "1 second")
    insert(quick, 4)
    found: set[str] = set()
    while "1.png" not in found:
        found |= images(until(worker.claim, "found"))


class Lone:
    """A worker with one batch of ones in flight, and its heartbeat, which beats when the test says so."""

    def __init__(self, worker: Worker, url: str) -> None:
        self.worker = worker
        self.heartbeat = Heartbeat(url, worker.id, MINUTE, Activity(60.0, time.monotonic))
        claim = claimed(worker)
        (self.lease,) = claim.leases
        ones: list[vectors.Outcome] = [np.ones(DIM, np.float32) for _ in claim.images]
        result: Future[BatchResult] = Future()
        result.set_result(BatchResult([ones], [None] * len(ones)))
        pipeline: Any = SimpleNamespace(
            submit=lambda *_: result, access_policy=SimpleNamespace(of_table=lambda *_: None)
        )
        model: Any = SimpleNamespace(network=None, output=0, dim=DIM, space=worker.space)
        featurizer: Any = SimpleNamespace(
            name="f", schema="public", relation="photos", image_kind="path", storage="vector", on_truncated="fail"
        )
        self.batches = InFlightBatches(pipeline, self.heartbeat, NullMetrics(), RetryPolicy())
        self.batches.submit([str(image) for image in claim.images], [LeasedBatch(self.lease, featurizer, model)])

    def beat(self) -> None:
        """Send a heartbeat now."""
        self.heartbeat._beat(self.worker.connection)

    def beat_at(self, failpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Send a heartbeat when the worker passes a failpoint."""
        monkeypatch.setattr(failpoints, "hit", lambda name: self.beat() if name == failpoint else None)

    def lose(self) -> None:
        """Let the lease expire and its rows be claimed again."""
        self.worker.connection.execute("update featurize.lease set expires_at = clock_timestamp() - interval '1 s'")
        execute(self.worker.connection, "pending_featurizers")
        assert self.worker.claim() is not None

    def complete(self) -> None:
        """Settle the batch."""
        assert self.batches.complete(self.worker.connection) == []
        assert not self.heartbeat.leases


@pytest.fixture
def lone(worker: Worker, photos: Database) -> Lone:
    """Return a worker with a batch in flight."""
    return Lone(worker, photos.url)


@pytest.mark.parametrize("failpoint", ["before_settle", "after_settle"])
def test_a_heartbeat_around_a_settle_is_no_alarm(
    lone: Lone, failpoint: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The server has ended the lease, the worker has not noted it yet: all results are stored."""
    lone.beat_at(failpoint, monkeypatch)
    lone.complete()
    assert "expired" not in caplog.text
    assert lone.heartbeat.lost == ({lone.lease.id} if failpoint == "after_settle" else set())


def test_discarded_results_of_a_valid_lease_are_no_expired_lease(
    lone: Lone, photos: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    photos.rows("update photos set path = path || 'x'")
    lone.beat()
    lone.beat_at("after_settle", monkeypatch)
    lone.complete()
    assert "expired" not in caplog.text


def test_a_settle_that_was_stored_before_the_connection_broke_is_no_alarm(
    lone: Lone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The worker sends the batch again, and the server has ended the lease."""

    def break_off(name: str) -> None:
        if name == "after_settle":
            raise ConnectionError

    monkeypatch.setattr(failpoints, "hit", break_off)
    with pytest.raises(ConnectionError):
        lone.batches.complete(lone.worker.connection)
    monkeypatch.undo()
    lone.beat()
    assert lone.heartbeat.lost == {lone.lease.id}
    lone.complete()
    assert "expired" not in caplog.text


def test_an_expired_lease_is_reported_once(lone: Lone, caplog: pytest.LogCaptureFixture) -> None:
    lone.lose()
    lone.beat()
    lone.beat()
    assert "expired" not in caplog.text
    lone.complete()
    assert caplog.text.count(f"featurizer f: lease {lone.lease.id} expired; its 4 results were discarded") == 1
