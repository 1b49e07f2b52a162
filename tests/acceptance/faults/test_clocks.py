"""Two workers, one of which has a clock that is hours off: all times come from the server."""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tests.acceptance.conftest import WorkerProcess, insert
from tests.acceptance.faults.conftest import Check
from tests.conftest import Database, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]

#: Imported by Python at startup: shifts all clocks of the process.
WRONG_CLOCK = """
import datetime, time

APART = {seconds}


def wrong(clock, apart):
    return lambda: clock() + apart


for name in ("time", "monotonic"):
    setattr(time, name, wrong(getattr(time, name), APART))
    setattr(time, name + "_ns", wrong(getattr(time, name + "_ns"), APART * 10**9))


class Wrong(datetime.datetime):
    __slots__ = ()

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)


datetime.datetime = Wrong
"""

#: Records the server's time whenever a vector is stored.
WATCH = """
    create table stored (id int, at timestamptz not null default clock_timestamp());
    create function watch() returns trigger language plpgsql as $$
    begin
        insert into public.stored (id) values (new.id);
        return null;
    end $$;
    create trigger watch after insert or update on looks for each row execute function watch()
"""


@pytest.mark.parametrize("hours", [-6, 6], ids=["behind", "ahead"])
def test_a_clock_that_is_wrong(
    table: Database, photos: Photos, worker: Worker, check: Check, tmp_path: Path, hours: int
) -> None:
    table.connection.execute(WATCH)
    began = table.value("select clock_timestamp()")
    files = photos(25)

    # Twelve rows are leased to a worker with the right clock, which is then stopped.
    right = worker("--batch", "4", "--lease", "60", PGFEATURIZE_FAILPOINT="before_settle:1:STOP")
    insert(table, files[:12])
    stopped(right)
    assert table.progress("looks")["leased"] == 12

    # The other worker embeds the rows that are not leased, and does not take these, whatever its clock says.
    (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK.format(seconds=hours * 3600))
    options = "--batch", "4", "--lease", "2", "--log-format", "json", "--verbose"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    wrong = worker(*options, PYTHONPATH=path, PGFEATURIZE_FAILPOINT="before_settle:3:STOP")
    insert(table, files[12:20], start=12)
    until(lambda: table.progress("looks")["embedded"] == 8, "it has done what is not leased")
    assert table.progress("looks")["leased"] == 12
    assert_times(table, began)

    # Now the other is stopped. Its lease expires by the server's clock; results that it brings later are discarded.
    insert(table, files[20:24], start=20)
    stopped(wrong)
    until(lambda: table.progress("looks")["leased"] == 12, "its lease has run out")
    right.kill(signal.SIGCONT)
    until(lambda: table.progress("looks")["embedded"] == 24, "the other one has done all")
    wrong.kill(signal.SIGCONT)
    until(lambda: wrong.has_logged("discarded=4"), "it has seen that it is too late")
    right.kill(signal.SIGTERM)
    assert right.wait() == 0
    insert(table, files[24:], start=24)
    assert check(table)["embedded"] == 25
    assert table.rows("select id from stored group by id having count(*) > 1") == []
    assert_times(table, began)

    # The clock really was wrong.
    output = json.loads(wrong.log.read_text().splitlines()[0])["time"]
    apart = datetime.fromisoformat(output) - datetime.now(UTC)
    assert abs(apart - timedelta(hours=hours)) < timedelta(hours=1)


def stopped(process: WorkerProcess) -> None:
    """Wait until SIGSTOP has stopped the worker."""
    is_ = psutil.Process(process.process.pid)
    until(lambda: is_.status() == psutil.STATUS_STOPPED, "the worker has stopped")


def assert_times(database: Database, began: datetime) -> None:
    """Check that all times are between the start of the test and now, and that leases expire in time."""
    wrong = database.rows(
        "select * from (select 'worker started', started_at from featurize.worker "
        "union all select 'worker seen', last_heartbeat from featurize.worker "
        "union all select 'embedded', embedded_at from looks "
        "union all select 'stored', at from stored "
        "union all select 'settled', settled_at from featurize.throughput "
        "union all select 'leased', claimed_at from featurize.lease "
        "union all select 'leased until', expires_at - interval '60 s' from featurize.lease) t (what, at) "
        "where not at between %s and clock_timestamp()",
        began,
    )
    assert wrong == []
    assert database.value("select note from featurize.progress") is None
