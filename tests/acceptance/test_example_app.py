"""The example application, used over HTTP with a real uvicorn and a real worker."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.acceptance.conftest import WorkerProcess
from tests.conftest import PATIENCE, ROOT, Database, until

APP = ROOT / "examples" / "app"
BOUNDARY = "form-boundary"
RED, ORANGE, GREEN, BLUE = (250, 0, 0), (250, 60, 0), (0, 200, 0), (0, 0, 250)


def test_the_application_is_short() -> None:
    files = [APP / "app.py", APP / "page.html"]
    assert sum(len(file.read_text().splitlines()) for file in files) < 150


def test_the_application_contains_no_sql() -> None:
    """It imports only pgfeaturize.sqlalchemy."""
    text = (APP / "app.py").read_text()
    assert re.findall(r"(?:from|import) (pgfeaturize[\w.]*)", text) == ["pgfeaturize.sqlalchemy"]
    assert not re.search(r"\btext\(|\bfunc\.|\bselect ", text)


@dataclass(frozen=True)
class WebServer:
    """HTTP client of the application."""

    port: int
    images: Path

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the response."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            hyphenated = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, hyphenated)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def get(self, path: str, status: int = 200) -> Any:
        """Return the JSON response of a path, after checking its status."""
        actual, _, body = self.request("GET", path)
        assert actual == status, body
        return json.loads(body)

    def send(
        self, path: str, content: bytes, name: str = "a.png", kind: str = "image/png", **fields: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Submit a form with a file."""
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        disposition = f'content-disposition: form-data; name="image"; filename="{name}"'
        file = f"--{BOUNDARY}\r\n{disposition}\r\ncontent-type: {kind}\r\n\r\n".encode()
        body = b"".join([*parts, file, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
        form = f"multipart/form-data; boundary={BOUNDARY}"
        return self.request("POST", path, body, content_type=form)

    def upload(self, content: bytes, name: str = "a.png") -> int:
        """Store an image and return its id."""
        status, _, body = self.send("/photos", content, name)
        assert status == 201, body
        number: int = json.loads(body)["id"]
        return number

    def settled(self) -> dict[str, Any]:
        """Wait until all images are embedded or failed; return the response of /status."""

        def idle() -> dict[str, Any] | None:
            status: dict[str, Any] = self.get("/status")
            now = status["progress"]
            states = [now[name] for name in ("stale", "pending", "leased", "empty")]
            assert now["rows"] == now["embedded"] + now["failed"] + sum(states)
            return None if any(states) else status

        found: dict[str, Any] = until(idle, "all images are embedded or failed")
        return found


class Page(HTMLParser):
    """Links, images, buttons and text of an HTML page."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[str] = []
        self.buttons: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "a":
            self.links.append(attributes["href"] or "")
        elif tag == "img":
            self.images.append(attributes["src"] or "")
        elif tag in ("input", "button"):
            self.buttons.append(attributes)

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[WebServer]:
    """The application on a free port, connected to the test's database."""
    images = tmp_path / "images"
    images.mkdir()
    environment = {
        "DATABASE_URL": database.url.replace("postgresql://", "postgresql+psycopg://"),
        "IMAGES": str(images),
    }
    uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", str(APP), "app:app", "--port", "0"]
    with program(uvicorn, tmp_path, **environment) as (process, log):
        port = until(lambda: serving(process, log), "the application listens")
        yield WebServer(port, images)


@contextmanager
def program(command: list[str], directory: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Run a process; yield it and its log, and terminate it at the end of the block."""
    log = directory / "application.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=directory, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait(PATIENCE)


def serving(process: subprocess.Popen[bytes], log: Path) -> int | None:
    """Return the port that uvicorn listens on, or None before it logs one."""
    assert process.poll() is None, log.read_text()
    match = re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text())
    return int(match[1]) if match else None


@pytest.fixture
def draw(tmp_path: Path) -> Callable[[tuple[int, int, int]], bytes]:
    """Return a function that encodes a PNG of one color."""

    def encode(color: tuple[int, int, int]) -> bytes:
        path = tmp_path / "drawn.png"
        Image.new("RGB", (40, 30), color).save(path)
        return path.read_bytes()

    return encode


Draw = Callable[[tuple[int, int, int]], bytes]


@pytest.mark.timeout(300)
def test_similar_images(site: WebServer, draw: Draw, worker: Callable[..., WorkerProcess]) -> None:
    red, green, blue = (site.upload(draw(color)) for color in (RED, GREEN, BLUE))
    assert site.get("/status")["progress"]["pending"] == 3, "no worker is running yet"
    assert "no embedding" in site.get(f"/photos/{red}/similar", 409)["detail"]

    worker()
    assert site.settled()["progress"]["embedded"] == 3
    orange = site.upload(draw(ORANGE), "orange.png")
    site.settled()
    found = site.get(f"/photos/{orange}/similar")
    assert found[0]["id"] == red
    assert {match["id"] for match in found} == {red, green, blue}
    distances = [match["distance"] for match in found]
    assert distances == sorted(distances)
    assert distances[0] < 0.1 < distances[1]

    status, _, body = site.send("/search", draw(ORANGE))
    assert status == 200
    first, second, *_ = json.loads(body)
    assert (first["id"], first["title"]) == (orange, "orange.png")
    assert first["distance"] == pytest.approx(0, abs=1e-6)
    assert second["id"] == red
    assert site.get("/status")["progress"]["rows"] == 4, "the query image is not stored"


@pytest.mark.timeout(300)
def test_uploaded_files_that_are_not_images(site: WebServer, draw: Draw, worker: Callable[..., WorkerProcess]) -> None:
    status, _, body = site.send("/search", draw(RED))
    assert (status, b"no worker is running" in body) == (503, True), body
    worker()
    broken = site.upload(b"not an image", "broken.png")
    cut = site.upload(draw(RED)[:60], "cut.png")
    status = site.settled()  # type: ignore[assignment]
    assert status["progress"]["failed"] == 2  # type: ignore[index]
    assert {failure["id"]: failure["reason"] for failure in status["failures"]} == {  # type: ignore[index]
        broken: "not_an_image",
        cut: "truncated_image",
    }
    assert "no embedding" in site.get(f"/photos/{broken}/similar", 409)["detail"]
    status, _, body = site.send("/search", b"not an image")
    assert (status, b"not_an_image" in body) == (422, True), body
    page = Page(site.request("GET", "/")[2])
    assert f"Photo {broken} failed: not_an_image" in page.text


def test_invalid_requests_are_rejected(site: WebServer, draw: Draw) -> None:
    status, _, body = site.send("/photos", b"hello", "notes.txt", "text/plain")
    assert (status, b"text/plain is not one of" in body) == (415, True), body
    scripted = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
    assert site.send("/photos", scripted, "a.svg", "image/svg+xml")[0] == 415
    status, _, body = site.send("/photos", draw(RED) + bytes(10 << 20))
    assert (status, json.loads(body)) == (413, {"detail": "the limit is 10 MiB"})
    chunks = {"transfer_encoding": "chunked", "content_type": "image/png"}
    assert site.request("POST", "/photos", b"0\r\n\r\n", **chunks)[0] == 413, "no content-length"
    assert site.request("POST", "/photos", b"")[0] == 422
    for path in ("/photos/4711/image", "/photos/4711/similar"):
        assert site.get(path, 404) == {"detail": "there is no photo 4711"}
    assert site.request("GET", "/?like=4711")[0] == 404
    assert site.get("/status")["progress"]["rows"] == 0
    assert not list(site.images.iterdir()), "rejected images are not stored"


def test_the_server_chooses_file_names(site: WebServer, draw: Draw) -> None:
    number = site.upload(draw(RED), "../../<b>odd</b>.png")
    (stored,) = site.images.parent.rglob("images/**/*.png")
    assert re.fullmatch(r"[-0-9a-f]{36}\.png", stored.name)
    status, headers, body = site.request("GET", f"/photos/{number}/image")
    assert (status, body) == (200, draw(RED))
    assert headers["content-type"] == "image/png"
    assert headers["x-content-type-options"] == "nosniff"
    page = site.request("GET", "/")[2]
    assert b"<b>" not in page
    assert "../../<b>odd</b>.png" in Page(page).text


@pytest.mark.timeout(300)
def test_the_html_page(site: WebServer, draw: Draw, worker: Callable[..., WorkerProcess]) -> None:
    """Its form, links and images work as in a browser."""
    worker()
    page = Page(site.request("GET", "/")[2])
    assert page.images == []
    file, keep, find = page.buttons
    assert file["name"] == "image"
    for color in (RED, BLUE, ORANGE):
        status, headers, _ = site.send("/", draw(color), **{keep["name"]: keep["value"]})  # type: ignore[arg-type]
        assert (status, headers["location"]) == (303, "/")
    site.settled()
    page = Page(site.request("GET", "/")[2])
    assert page.images == [f"/photos/{number}/image" for number in (3, 2, 1)]
    assert page.links == ["/", "/?like=3", "/?like=2", "/?like=1"]
    assert "3 of 3 images are embedded" in page.text
    assert site.request("GET", page.images[0])[2] == draw(ORANGE)
    similar = Page(site.request("GET", page.links[1])[2])
    assert similar.images == ["/photos/1/image", "/photos/2/image"]
    status, _, body = site.send("/", draw(BLUE), **{find["name"]: find["value"]})  # type: ignore[arg-type]
    assert status == 200
    assert Page(body).images[0] == "/photos/2/image"
    assert not re.search(rb"<script|https?://", body), "no scripts and no external resources"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_all_processes_start_and_stop_together(tmp_path: Path, draw: Draw, end: signal.Signals) -> None:
    """`make example-app`: Ctrl-C stops the server and the worker; the next start finds the images."""
    for time in range(2):
        with program([sys.executable, str(APP)], tmp_path, PORT="0") as (process, log):
            site = WebServer(until(lambda: serving(process, log), "the application listens"), tmp_path)
            assert site.get("/status")["progress"]["rows"] == time
            assert "MODEL=resnet50" in log.read_text()
            site.upload(draw(RED))
            assert site.settled()["progress"]["embedded"] == time + 1
            process.send_signal(end)
            process.wait(PATIENCE)
        assert "Traceback" not in log.read_text(), log.read_text()
        assert log.read_text().count("stopping: finishing the current batches") == 1
        home = tmp_path / ".pgfeaturize" / "app-pixels"
        assert not (home / "pg" / "postmaster.pid").exists(), "the PostgreSQL server has stopped"
