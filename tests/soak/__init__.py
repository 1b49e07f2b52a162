"""Soak test, `make soak MINUTES=3`: injects failures while users write, then checks every row.

Users write while workers are killed and stopped and lose their connections. When the queue is empty,
each row is compared with the result that its image must have.
"""

import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from pgfeaturize.cli import report
from pgfeaturize.cli.report import progress_bars, spinner
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute, named, read, root
from tests.soak import checks, sample_images
from tests.soak.checks import Expected
from tests.soak.scratch import database
from tests.soak.users import TABLE, User, users
from tests.soak.workers import Workers, workers
from tests.waiting import wait_for

#: Featurizers of one column, by destination: in an embedding table, and in the source itself.
FEATURIZERS = {"beside": "table", "within": "column"}
WORKERS, USERS = 3, 2
#: Number of transactions of users between failures.
TRANSACTIONS = 20
#: Seconds without progress after which waiting for the queue ends.
TIMEOUT = 60.0
#: Maximum number of violations to print per check.
PRINTED = 10

output = report.console.print
read(root("sql") / "soak.sql", named())


#: A check: what must hold, and its violations.
Check = tuple[str, Iterable[str]]


def run(seconds: float) -> int:
    """Inject failures for a time, then check every row; return the exit status, leave nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="pgfeaturize-") as scratch,
        database(Path(scratch) / "server") as url,
        connect(url) as connection,
    ):
        output(f"scratch database {connection.info.dbname}, files in {scratch}")
        folder = Path(scratch) / "images"
        expected = sample_images.write(folder)
        execute(connection, "create_images", table=TABLE)
        for name, destination in FEATURIZERS.items():
            execute(connection, "featurize_images", TABLE, "lenet_digits", name, destination)
        with workers(url, folder, WORKERS) as group:
            passed = [_report(*c) for c in _inject(connection, url, group, expected, seconds)]
            _settle(connection)
            passed += [_report(*c) for c in _check(connection, group, expected)]
    return 0 if all(passed) else 1


def _report(title: str, violations: Iterable[str]) -> bool:
    """Print a check and its violations; return whether it passed."""
    found = list(violations)
    output(f"{'✗' if found else '✓'} {title}", style="red" if found else "")
    for violation in found[:PRINTED]:
        output(f"    {violation}")
    if len(found) > PRINTED:
        output(f"    … and {len(found) - PRINTED} more")
    return not found


def _inject(
    connection: Connection, url: str, group: Workers, expected: Mapping[str, Expected], seconds: float
) -> Iterator[Check]:
    """Let users write while workers fail; at the end, each path is in at least one row."""
    with spinner("starting workers"):
        group.wait_until_up(connection)
    output(f"{USERS} users write, {WORKERS} workers fail, for {seconds:g} s")
    checked, violations = 0, list[str]()
    with users(url, USERS, [*expected]) as writers, progress_bars() as bars:
        kept = [connection, *(user.connection for user in writers)]
        failures = group.failures(connection, [each.info.backend_pid for each in kept])
        bar = bars.add_task("injecting failures", total=seconds)
        started = time.monotonic()
        while (elapsed := time.monotonic() - started) < seconds:
            bars.update(bar, completed=elapsed)
            next(failures)
            violations += _check_meanwhile(connection, expected)
            checked += 1
            _let_write(writers)
    execute(connection, "put_images", [*range(len(expected))], [*expected], table=TABLE)
    output(f"transactions: {_counts(*(user.transactions for user in writers))}")
    output(f"statements: {_counts(*(user.statements for user in writers))}")
    output(f"workers: {_counts(group.events)}")
    yield "no transaction of a user failed", chain(*(user.errors for user in writers))
    yield f"{checked} times meanwhile: states added up, rows not queued were right", violations


def _let_write(writers: Sequence[User]) -> None:
    """Wait for some transactions of the users; failed ones count."""

    def written() -> int:
        return sum(user.transactions.total() + len(user.errors) for user in writers)

    enough = written() + TRANSACTIONS
    wait_for(lambda: written() >= enough, TIMEOUT)


def _check_meanwhile(connection: Connection, expected: Mapping[str, Expected]) -> Iterator[str]:
    """Yield violations that must not exist even while rows are queued."""
    for progress in execute(connection, "tally", table=TABLE):
        yield from checks.unbalanced(progress, progress.there)
        rows = checks.stored_rows(connection, progress.featurizer)
        # A row whose worker was killed three times fails, as it should.
        settled = [row for row in rows if not row.queued and row.reason != "worker_lost"]
        yield from checks.wrong_results(settled, lambda row: expected[row.image])


def _counts(*counters: Counter[str]) -> str:
    total = sum(counters, Counter[str]())
    return ", ".join(f"{number:,} {name}" for name, number in total.most_common())


def _settle(connection: Connection) -> None:
    """Wait until no row is queued; then retry failed rows, because workers were killed."""
    _wait(connection)
    rows = chain(*(checks.stored_rows(connection, name) for name in FEATURIZERS))
    lost = sum(row.reason == "worker_lost" for row in rows)
    output(f"retrying all failed rows, of which {lost} failed because their workers were killed")
    for name in FEATURIZERS:
        execute(connection, "retry", name)
    _wait(connection)


def _wait(connection: Connection) -> None:
    """Wait until no row is queued, or there is no progress."""
    done, remaining = -1, 1
    with progress_bars() as bars:
        bar = bars.add_task("waiting for the queue", total=None)

        def has_advanced() -> bool:
            """Return whether more rows are done than ever before, or all are."""
            nonlocal done, remaining
            progress = execute(connection, "progress", None)
            remaining = sum(row.pending + row.leased + row.stale for row in progress)
            rows = sum(row.rows for row in progress)
            bars.update(bar, completed=rows - remaining, total=rows)
            before, done = done, max(done, rows - remaining)
            return done > before or not remaining

        while remaining and wait_for(has_advanced, TIMEOUT):
            pass


def _check(connection: Connection, group: Workers, expected: Mapping[str, Expected]) -> Iterator[Check]:
    """Stop the workers, and compare each row with the result that its image must have."""
    with spinner("stopping workers"):
        group.stop(connection)
    yield "no worker ended except those that were killed", group.errors
    for name in FEATURIZERS:
        (progress,) = execute(connection, "progress", name)
        rows = checks.stored_rows(connection, name)
        failed = Counter(row.reason for row in rows if row.reason)
        yield f"{name}: {report.conservation(progress)}", checks.wrong_progress(progress, rows)
        yield (
            f"{name}: {sum(row.vector is not None for row in rows)} vectors equal those of the images "
            f"bit for bit; failures are as expected: {_counts(failed)}",
            checks.wrong_results(rows, lambda row: expected[row.image]),
        )
    yield "no row is queued or leased", checks.leftovers(connection)
