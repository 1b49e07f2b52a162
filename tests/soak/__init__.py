"""Soak test, `make soak MINUTES=3`: writes under failures for minutes, then a check of every row.

Users write while workers are killed, stopped and cut off. Then all is left to settle, and each row
is compared with what its image gives.
"""

import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from pgfeaturize.cli import report
from pgfeaturize.cli.progress_bars import progress_bars, spinner
from pgfeaturize.db.statements import Connection, connect, execute, named, read, root
from tests.soak import sample_images
from tests.soak.audit import Due, account, left, unbalanced, unequal, unlike
from tests.soak.fleet import Fleet, fleet
from tests.soak.scratch import database
from tests.soak.users import TABLE, users

#: Featurizers of one column: their vectors stand beside the images, and in them.
FEATURIZERS = {"beside": "table", "within": "column"}
WORKERS, USERS = 3, 2
#: Seconds between blows.
PAUSE = 0.5
#: Seconds without another row done, after which none will be.
PATIENCE = 60.0
#: Complaints of one kind that are shown.
SHOWN = 10

say = report.console.print
read(root("sql") / "soak.sql", named())


#: What should hold, and what speaks against it.
Promise = tuple[str, Iterable[str]]


def run(seconds: float) -> int:
    """Go on for so long, then settle and compare; return the exit status. Leaves nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="pgfeaturize-") as scratch,
        database(Path(scratch) / "server") as url,
        connect(url) as connection,
    ):
        say(f"scratch database {connection.info.dbname}, files in {scratch}")
        folder = Path(scratch) / "images"
        due = sample_images.write(folder)
        execute(connection, "create_images", table=TABLE)
        for name, destination in FEATURIZERS.items():
            execute(connection, "featurize_images", TABLE, "lenet_digits", name, destination)
        with fleet(url, folder, WORKERS) as workers:
            kept = [_tell(*each) for each in _storm(connection, url, workers, due, seconds)]
            _settle(connection)
            kept += [_tell(*each) for each in _end(connection, workers, due)]
    return 0 if all(kept) else 1


def _tell(promise: str, complaints: Iterable[str]) -> bool:
    """Say whether a promise was kept."""
    found = list(complaints)
    say(f"[red]✗ {promise}[/red]" if found else f"[green]✓[/green] {promise}")
    for complaint in found[:SHOWN]:
        say(f"    {complaint}", markup=False)
    if len(found) > SHOWN:
        say(f"    … and {len(found) - SHOWN} more")
    return not found


def _storm(
    connection: Connection, url: str, workers: Fleet, due: Mapping[str, Due], seconds: float
) -> Iterator[Promise]:
    """Users write and workers are hit for so long, and at the end every path is in some row."""
    with spinner("workers start"):
        workers.wait_until_up(connection)
    say(f"{USERS} users write, {WORKERS} workers are hit, for {seconds:g} s")
    looks, complaints = 0, list[str]()
    with users(url, USERS, [*due]) as writing, progress_bars() as shown:
        connections = [connection, *(user.connection for user in writing)]
        strikes = workers.strikes(connection, [each.info.backend_pid for each in connections])
        bar = shown.add_task("storm", total=seconds)
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            shown.update(bar, completed=passed)
            next(strikes)
            complaints += _look(connection, due)
            looks += 1
            time.sleep(PAUSE)
    execute(connection, "put_images", [*range(len(due))], [*due], table=TABLE)
    say(f"transactions: {_listed(*(user.transactions for user in writing))}")
    say(f"statements: {_listed(*(user.statements for user in writing))}")
    say(f"workers: {_listed(workers.befallen)}")
    yield "no transaction of a user failed", chain(*(user.complaints for user in writing))
    yield f"{looks} looks in between: states added up, what was not queued was right", complaints


def _look(connection: Connection, due: Mapping[str, Due]) -> Iterator[str]:
    """What is wrong already, while much is under way."""
    for progress in execute(connection, "tally", table=TABLE):
        yield from unbalanced(progress, progress.there)
        rows = account(connection, progress.featurizer)
        # Who is killed three times with a row in hand gives it up, as it should.
        settled = [row for row in rows if not row.queued and row.reason != "worker_lost"]
        yield from unlike(settled, lambda row: due[row.image])


def _listed(*counts: Counter[str]) -> str:
    total = sum(counts, Counter[str]())
    return ", ".join(f"{number:,} {what}" for what, number in total.most_common())


def _settle(connection: Connection) -> None:
    """Wait until nothing is under way. What was given up while workers died gets another chance."""
    _wait(connection)
    rows = chain(*(account(connection, name) for name in FEATURIZERS))
    lost = sum(row.reason == "worker_lost" for row in rows)
    say(f"{lost} rows given up since their workers died, and all that failed: once more")
    for name in FEATURIZERS:
        execute(connection, "retry", name)
    _wait(connection)


def _wait(connection: Connection) -> None:
    """Return when nothing is under way, or nothing has been done for long."""
    done, since = -1, time.monotonic()
    with progress_bars() as shown:
        bar = shown.add_task("settling", total=None)
        while time.monotonic() < since + PATIENCE:
            progress = execute(connection, "progress", None)
            open_ = sum(row.pending + row.leased + row.stale for row in progress)
            if not open_:
                return
            rows = sum(row.rows for row in progress)
            shown.update(bar, completed=rows - open_, total=rows)
            if rows - open_ > done:
                done, since = rows - open_, time.monotonic()
            time.sleep(0.1)


def _end(connection: Connection, workers: Fleet, due: Mapping[str, Due]) -> Iterator[Promise]:
    """Let the workers finish, and hold each row against what its image gives."""
    with spinner("workers end"):
        workers.end(connection)
    yield "no worker ended but those that were killed", workers.complaints
    for name in FEATURIZERS:
        (progress,) = execute(connection, "progress", name)
        rows = account(connection, name)
        failed = Counter(row.reason for row in rows if row.reason)
        yield f"{name}: {report.conservation(progress)}", unequal(progress, rows)
        yield (
            f"{name}: {sum(row.vector is not None for row in rows)} vectors are those of the images, "
            f"bit for bit; failures are as they should be: {_listed(failed)}",
            unlike(rows, lambda row: due[row.image]),
        )
    yield "nothing is queued or leased any more", left(connection)
