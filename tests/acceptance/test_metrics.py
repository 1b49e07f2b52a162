"""Metrics match the work of a worker, and scraping never delays it."""

import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer.main
from prometheus_client.parser import text_string_to_metric_families

from pgfeaturize.cli import app
from pgfeaturize.errors import ServerUnreachable
from pgfeaturize.worker.metrics import Queue
from tests.acceptance.conftest import WorkerProcess, insert, settled
from tests.acceptance.test_doctor import control, own_server
from tests.conftest import ROOT, Database, Server, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]


class Scraped:
    """Metrics of a worker, served on a free port."""

    def __init__(self, process: WorkerProcess) -> None:
        self.process = process
        until(lambda: process.has_logged("metrics at http://"), "metrics are served")
        (self.url,) = re.findall(r"metrics at (http://\S+)/metrics", process.log.read_text())

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a response."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def families(self) -> dict[str, Any]:
        """Return all metrics by name."""
        status, body = self.get("/metrics")
        assert status == 200
        return {family.name: family for family in text_string_to_metric_families(body)}

    def value(self, sample: str, **labels: str) -> float:
        """Return the value of one of our samples; 0 if it does not exist."""
        found = [
            each.value
            for family in self.families().values()
            for each in family.samples
            if each.name == f"pgfeaturize_{sample}" and labels.items() <= each.labels.items()
        ]
        return sum(found)

    def healthy(self) -> bool:
        """Return whether /healthz reports health."""
        return self.get("/healthz")[0] == 200


def test_rows_are_counted(table: Database, photos: Photos, worker: Worker, tmp_path: Path) -> None:
    """Counters by featurizer, outcome and reason equal the number of rows; each stage is timed."""
    broken = tmp_path / "broken.png"
    broken.write_text("no image")
    insert(table, [*photos(20), broken, tmp_path / "missing.png"])
    scraped = Scraped(worker("--batch", "8", "--metrics-port", "0"))
    assert settled(table)["embedded"] == 20

    until(lambda: scraped.value("rows_total") == 22, "the last batch is counted")
    assert scraped.value("rows_total", featurizer="looks", outcome="embedded") == 20
    assert scraped.value("rows_total", featurizer="looks", outcome="failed") == 2
    assert scraped.value("rows_total", featurizer="looks", outcome="retried") == 0
    assert scraped.value("rows_total", featurizer="looks", outcome="discarded") == 0
    assert scraped.value("image_errors_total", featurizer="looks", reason="missing_file") == 1
    assert scraped.value("image_errors_total", featurizer="looks", reason="not_an_image") == 1

    batches = scraped.value("batches_total", featurizer="looks")
    assert batches >= 3
    until(lambda: scraped.value("batch_images_count") == batches, "the last batch is counted")
    assert scraped.value("batch_images_sum") == 22
    for stage in ("decode", "forward", "settle"):
        assert scraped.value("stage_seconds_count", stage=stage) == batches, stage
        assert scraped.value("stage_seconds_sum", stage=stage) > 0, stage
    # No server stores a batch in less than a tenth of a millisecond.
    assert scraped.value("stage_seconds_sum", stage="settle") > batches * 1e-4
    assert scraped.value("stage_seconds_count", stage="claim") >= batches
    assert scraped.value("build_info", device="cpu") == 1


def test_what_is_discarded(database: Database, photos: Photos, worker: Worker) -> None:
    """Vectors of rows that changed during a slow forward pass are counted as discarded."""
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.register_model('slow', 'resnet18', weights => 'random')")
    database.rows("select featurize.create_featurizer('photos', 'path', 'slow', name => 'looks')")
    files = photos(8)
    insert(database, files)
    scraped = Scraped(worker("--metrics-port", "0"))
    until(lambda: database.progress("looks")["leased"] == 8, "rows are leased")
    database.rows("update photos set path = %s where id < 3", str(files[7]))
    assert settled(database)["embedded"] == 8
    until(lambda: scraped.value("rows_total", outcome="embedded") == 8, "all are counted")
    assert scraped.value("rows_total", featurizer="looks", outcome="discarded") == 3


def test_what_is_retried(database: Database, worker: Worker) -> None:
    """The web server of the images fails once."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Unavailable) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{web.server_port}/"
        database.rows("create table photos (id int primary key, path text)")
        database.rows(
            "select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'looks', image_kind => 'uri')"
        )
        database.rows("insert into photos values (1, %s)", site + "1.png")
        scraped = Scraped(worker("--metrics-port", "0", "--uri", site))
        until(lambda: scraped.value("rows_total", outcome="retried") >= 1, "it is tried again")
        assert scraped.value("image_errors_total", reason="read_failed") >= 1
        assert scraped.value("rows_total", outcome="embedded") == 0
        web.shutdown()


class _Unavailable(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, *_: object) -> None:
        pass


def test_the_queue_is_counted(table: Database, photos: Photos, worker: Worker) -> None:
    table.rows("select featurize.pause('looks')")
    insert(table, photos(5))
    table.rows("update featurize.outbox set queued_at = clock_timestamp() - interval '1 hour'")
    scraped = Scraped(worker("--metrics-port", "0"))
    assert scraped.value("queue_rows", featurizer="looks", state="pending") == 5
    assert scraped.value("queue_rows", featurizer="looks", state="leased") == 0
    assert 3600 <= scraped.value("queue_oldest_seconds", featurizer="looks") < 3700
    insert(table, photos(2, start=5), start=5)
    assert scraped.value("queue_rows", state="pending") == 5, "not counted for every scrape"
    assert scraped.value("queue_counted_seconds") < Queue.PAUSE


def test_requests_are_counted(table: Database, photos: Photos, worker: Worker) -> None:
    scraped = Scraped(worker("--metrics-port", "0"))
    (file,) = photos(1)
    table.connection.execute("call featurize.embed(%s::text, 'lenet_digits', null)", [str(file)])
    with pytest.raises(Exception, match="missing"):
        table.connection.execute("call featurize.embed(%s::text, 'lenet_digits', null)", [f"{file}.missing"])
    until(lambda: scraped.value("requests_total", outcome="failed") == 1, "both are counted")
    assert scraped.value("requests_total", outcome="embedded") == 1


def test_every_metric_is_documented(table: Database, photos: Photos, worker: Worker) -> None:
    insert(table, photos(1))
    scraped = Scraped(worker("--metrics-port", "0"))
    assert settled(table)["embedded"] == 1
    page = (ROOT / "docs" / "operations.md").read_text()
    names = {name for name in scraped.families() if name.startswith("pgfeaturize_")}
    assert len(names) >= 11
    documented = set(re.findall(r"^\| `(pgfeaturize_\w+)`", page, re.MULTILINE))
    # Only with a GPU.
    documented -= {"pgfeaturize_cuda_memory_bytes"}
    assert {name.removesuffix("_total") for name in documented} == names


def test_nothing_else_is_served(table: Database, worker: Worker) -> None:
    scraped = Scraped(worker("--metrics-port", "0"))
    assert scraped.get("/")[0] == 404
    assert scraped.get("/metrics/../etc/passwd")[0] == 404
    assert scraped.get("/healthz?probe=1")[0] == 200
    assert table.value("select count(*) from featurize.worker") == 1


def test_a_hanging_scrape_holds_nobody_up(table: Database, photos: Photos, worker: Worker) -> None:
    """Clients that send nothing or do not read delay neither rows nor the end of the worker."""
    scraped = Scraped(worker("--metrics-port", "0"))
    host, port = scraped.url.removeprefix("http://").split(":")
    hanging = [socket.create_connection((host, int(port))) for _ in range(20)]
    hanging[0].sendall(b"GET /metrics HTTP/1.1\r\n\r\n" * 100)
    hanging[1].sendall(b"GET /metr")
    insert(table, photos(8))
    assert settled(table)["embedded"] == 8
    assert scraped.healthy()
    scraped.process.kill(signal.SIGTERM)
    assert scraped.process.wait() == 0
    for each in hanging:
        each.close()


def test_a_count_that_hangs_gives_the_last_one() -> None:
    entered, release = threading.Event(), threading.Event()

    def count() -> Iterator[Any]:
        entered.set()
        release.wait()
        raise ServerUnreachable("it is gone")
        yield

    hanging = Queue(count)
    hanging.PATIENCE = 0.01
    for _ in range(3):
        families = {family.name: family for family in hanging.collect()}
        assert entered.is_set()
        assert families["pgfeaturize_queue_rows"].samples == []
    (age,) = families["pgfeaturize_queue_counted_seconds"].samples
    assert age.value > Queue.PAUSE
    assert threading.active_count() >= 2
    release.set()


def test_a_port_in_use(table: Database, run: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("worker", "--once", "--metrics-port", port, url=table.url, status=2)
    assert f"metrics cannot be served at 127.0.0.1:{port}" in done.stderr
    assert "--metrics-port" in done.stderr
    assert "Traceback" not in done.stderr
    assert table.value("select count(*) from featurize.worker") == 0


def test_a_machine_without_the_library(
    table: Database, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = "raise ModuleNotFoundError('no such module', name='prometheus_client')"
    (tmp_path / "prometheus_client.py").write_text(missing)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run("worker", "--once", "--metrics-port", "0", url=table.url, status=2)
    assert "pip install 'prometheus-client>=0.20'" in done.stderr
    run("worker", "--once", url=table.url)


def test_a_host_that_is_not_here(table: Database, run: Callable[..., Any]) -> None:
    done = run(*("worker", "--once", "--metrics-port", "0", "--metrics-host", "192.0.2.1"), url=table.url, status=2)
    assert "metrics cannot be served at 192.0.2.1:0" in done.stderr


def test_without_the_option_nothing_is_imported_or_served(table: Database, photos: Photos, worker: Worker) -> None:
    insert(table, photos(2))
    process = worker("--once", PYTHONPROFILEIMPORTTIME="1")
    assert process.wait() == 0
    log = process.log.read_text()
    assert "pgfeaturize.worker.null_metrics" in log
    assert "prometheus_client" not in log
    assert "metrics at" not in log


def test_health_ends_with_the_server(server: Server, worker: Worker, tmp_path: Path) -> None:
    """/healthz survives a restart of the server, and reports its end while the worker tries to reconnect."""
    with own_server(tmp_path / "own", server) as own:
        url = own.database_url("installed")
        scraped = Scraped(worker("--metrics-port", "0", "--lease", "2", url=url))
        assert scraped.healthy()
        control(own, "restart")
        until(lambda: scraped.process.has_logged("connected again"), "a restart is survived")
        until(scraped.healthy, "a heartbeat has arrived")
        control(own, "stop")
        until(lambda: not scraped.healthy(), "the lease has run out")
        assert scraped.process.process.poll() is None


def test_health_comes_back_with_the_connection(table: Database, photos: Photos, worker: Worker) -> None:
    """Connections are cut and refused for longer than a lease; then the worker is healthy again."""
    insert(table, photos(2))
    scraped = Scraped(worker("--metrics-port", "0", "--lease", "2"))
    assert settled(table)["embedded"] == 2
    assert scraped.healthy()
    assert scraped.value("heartbeat_age_seconds") < 2
    table.connection.close()
    execute = table.server.execute
    execute(f"alter database {table.name} allow_connections false")
    execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{table.name}'")
    until(lambda: not scraped.healthy(), "the lease has run out")
    assert scraped.value("heartbeat_age_seconds") >= 2
    assert scraped.value("rows_total", outcome="embedded") == 2, "it still tells what it has done"
    execute(f"alter database {table.name} allow_connections true")
    until(scraped.healthy, "heartbeats arrive again")


def test_log_lines_name_worker_and_featurizer(table: Database, photos: Photos, worker: Worker, tmp_path: Path) -> None:
    """Every line from start to end of a worker is JSON, with --verbose."""
    insert(table, [*photos(3), tmp_path / "missing.png"])
    process = worker("--log-format", "json", "--verbose", "--metrics-port", "0")
    assert settled(table)["embedded"] == 3
    until(lambda: process.has_logged("waiting for more"), "the rows are reported")
    number = table.value("select id from featurize.worker")
    process.kill(signal.SIGTERM)
    assert process.wait() == 0
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    for line in lines:
        assert {"time", "level", "message"} <= line.keys()
        assert line["worker"] == number, line
        about = re.match(r"featurizer (\w+)", line["message"])
        assert line.get("featurizer") == (about[1] if about else None), line
    levels = {line["level"] for line in lines if "featurizer" in line}
    assert {"debug", "warning"} <= levels
    assert "stopping" in lines[-1]["message"]


def test_a_featurizer_that_waits_is_named(table: Database, photos: Photos, worker: Worker) -> None:
    table.rows("select featurize.register_space('lenet_digits', 'not ours')")
    insert(table, photos(1))
    process = worker("--once", "--log-format", "json")
    assert process.wait() == 1
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    (waits,) = [line for line in lines if " waits: " in line["message"]]
    assert (waits["level"], waits["featurizer"]) == ("error", "looks")


@pytest.mark.parametrize("file", ["operations.md", "pgfeaturize-worker.service", "Containerfile"])
def test_examples_use_options_that_there_are(file: str) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = {
        option for name in ("worker", "doctor") for parameter in commands[name].params for option in parameter.opts
    }
    lines = (ROOT / "docs" / file).read_text().splitlines()
    ours = [line for line in lines if re.search(r"pgfeaturize (worker|doctor)|CMD \[.worker", line)]
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", " ".join(ours)))
    assert ours
    assert options <= known
    assert options or file == "operations.md"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """The unit is checked with the path of an existing program."""
    verify = shutil.which("systemd-analyze")
    text = (ROOT / "docs" / "pgfeaturize-worker.service").read_text()
    assert "NoNewPrivileges=yes" in text
    if verify is None:
        return
    unit = tmp_path / "pgfeaturize-worker.service"
    unit.write_text(text.replace("/opt/pgfeaturize/bin/pgfeaturize", shutil.which("true") or ""))
    done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert unit.name not in done.stderr, done.stderr
