"""The example application, used over HTTP by somebody with images: uvicorn and a worker are real."""

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
BOUNDARY = "between-the-parts"
RED, ORANGE, GREEN, BLUE = (250, 0, 0), (250, 60, 0), (0, 200, 0), (0, 0, 250)


def test_it_is_short() -> None:
    files = [APP / "app.py", APP / "page.html"]
    assert sum(len(file.read_text().splitlines()) for file in files) < 150


def test_it_has_no_sql() -> None:
    """Nor anything of ours but the mapping."""
    text = (APP / "app.py").read_text()
    assert re.findall(r"(?:from|import) (pgfeaturize[\w.]*)", text) == ["pgfeaturize.sqlalchemy"]
    assert not re.search(r"\btext\(|\bfunc\.|\bselect ", text)


@dataclass(frozen=True)
class Site:
    """The application, as a browser sees it."""

    port: int
    images: Path

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def get(self, path: str, status: int = 200) -> Any:
        """What a path gives, out of JSON."""
        found, _, body = self.ask("GET", path)
        assert found == status, body
        return json.loads(body)

    def send(
        self,
        path: str,
        content: bytes,
        name: str = "a.png",
        kind: str = "image/png",
        **fields: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """Submit a form with a file."""
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        about = f'content-disposition: form-data; name="image"; filename="{name}"'
        file = f"--{BOUNDARY}\r\n{about}\r\ncontent-type: {kind}\r\n\r\n".encode()
        body = b"".join([*parts, file, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
        form = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", path, body, content_type=form)

    def upload(self, content: bytes, name: str = "a.png") -> int:
        """Store an image and return its id."""
        status, _, body = self.send("/photos", content, name)
        assert status == 201, body
        number: int = json.loads(body)["id"]
        return number

    def settled(self) -> dict[str, Any]:
        """What /status says when a worker has nothing left to do."""

        def idle() -> dict[str, Any] | None:
            status: dict[str, Any] = self.get("/status")
            now = status["progress"]
            states = [now[name] for name in ("stale", "pending", "leased", "empty")]
            assert now["rows"] == now["embedded"] + now["failed"] + sum(states)
            return None if any(states) else status

        found: dict[str, Any] = until(idle, "all images are embedded or failed")
        return found


class Page(HTMLParser):
    """What matters of a page."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[str] = []
        self.buttons: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "a":
            self.links.append(known["href"] or "")
        elif tag == "img":
            self.images.append(known["src"] or "")
        elif tag in ("input", "button"):
            self.buttons.append(known)

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """The application on a free port, over the test's database."""
    images = tmp_path / "images"
    images.mkdir()
    environment = {
        "DATABASE_URL": database.url.replace("postgresql://", "postgresql+psycopg://"),
        "IMAGES": str(images),
    }
    uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", str(APP), "app:app", "--port", "0"]
    with program(uvicorn, tmp_path, **environment) as (process, log):
        port = until(lambda: serving(process, log), "the application listens")
        yield Site(port, images)


@contextmanager
def program(
    command: list[str], directory: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process and its log; it does not outlive the block."""
    log = directory / "application.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **environment}, stdout=out, stderr=out
        )
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait(PATIENCE)


def serving(process: subprocess.Popen[bytes], log: Path) -> int | None:
    """The port that uvicorn says it listens on."""
    assert process.poll() is None, log.read_text()
    said = re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text())
    return int(said[1]) if said else None


@pytest.fixture
def draw(tmp_path: Path) -> Callable[[tuple[int, int, int]], bytes]:
    """Bytes of a PNG of one color."""

    def of(color: tuple[int, int, int]) -> bytes:
        path = tmp_path / "drawn.png"
        Image.new("RGB", (40, 30), color).save(path)
        return path.read_bytes()

    return of


Draw = Callable[[tuple[int, int, int]], bytes]


@pytest.mark.timeout(300)
def test_images_that_look_alike(
    site: Site, draw: Draw, worker: Callable[..., WorkerProcess]
) -> None:
    red, green, blue = (site.upload(draw(color)) for color in (RED, GREEN, BLUE))
    assert site.get("/status")["progress"]["pending"] == 3, "no worker is there yet"
    assert "no embedding (yet)" in site.get(f"/photos/{red}/similar", 409)["detail"]

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
    assert site.get("/status")["progress"]["rows"] == 4, "what was searched with is not stored"


@pytest.mark.timeout(300)
def test_files_that_are_no_images(
    site: Site, draw: Draw, worker: Callable[..., WorkerProcess]
) -> None:
    status, _, body = site.send("/search", draw(RED))
    assert (status, b"no worker is running" in body) == (503, True), body
    worker()
    broken = site.upload(b"I am no image", "broken.png")
    cut = site.upload(draw(RED)[:60], "cut.png")
    status = site.settled()  # type: ignore[assignment]
    assert status["progress"]["failed"] == 2  # type: ignore[index]
    assert {failure["id"]: failure["reason"] for failure in status["failures"]} == {  # type: ignore[index]
        broken: "not_an_image",
        cut: "truncated_image",
    }
    assert "no embedding" in site.get(f"/photos/{broken}/similar", 409)["detail"]
    status, _, body = site.send("/search", b"I am no image")
    assert (status, b"not_an_image" in body) == (422, True), body
    page = Page(site.ask("GET", "/")[2])
    assert f"Photo {broken} failed: not_an_image" in page.text


def test_what_is_refused(site: Site, draw: Draw) -> None:
    status, _, body = site.send("/photos", b"hello", "notes.txt", "text/plain")
    assert (status, b"not text/plain" in body) == (415, True), body
    scripted = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
    assert site.send("/photos", scripted, "a.svg", "image/svg+xml")[0] == 415
    status, _, body = site.send("/photos", draw(RED) + bytes(10 << 20))
    assert (status, json.loads(body)) == (413, {"detail": "an image may have 10 MiB"})
    chunks = {"transfer_encoding": "chunked", "content_type": "image/png"}
    assert site.ask("POST", "/photos", b"0\r\n\r\n", **chunks)[0] == 413, "no length"
    assert site.ask("POST", "/photos", b"")[0] == 422
    for path in ("/photos/4711/image", "/photos/4711/similar"):
        assert site.get(path, 404) == {"detail": "there is no photo 4711"}
    assert site.ask("GET", "/?like=4711")[0] == 404
    assert site.get("/status")["progress"]["rows"] == 0
    assert not list(site.images.iterdir()), "what was refused is not stored"


def test_names_are_chosen_by_the_server(site: Site, draw: Draw) -> None:
    number = site.upload(draw(RED), "../../<b>odd</b>.png")
    (stored,) = site.images.parent.rglob("images/**/*.png")
    assert re.fullmatch(r"[-0-9a-f]{36}\.png", stored.name)
    status, headers, body = site.ask("GET", f"/photos/{number}/image")
    assert (status, body) == (200, draw(RED))
    assert headers["content-type"] == "image/png"
    assert headers["x-content-type-options"] == "nosniff"
    page = site.ask("GET", "/")[2]
    assert b"<b>" not in page
    assert "../../<b>odd</b>.png" in Page(page).text


@pytest.mark.timeout(300)
def test_the_page(site: Site, draw: Draw, worker: Callable[..., WorkerProcess]) -> None:
    """Its form, its links and its images, as a browser would follow them."""
    worker()
    page = Page(site.ask("GET", "/")[2])
    assert page.images == []
    file, keep, find = page.buttons
    assert file["name"] == "image"
    for color in (RED, BLUE, ORANGE):
        status, headers, _ = site.send("/", draw(color), **{keep["name"]: keep["value"]})  # type: ignore[arg-type]
        assert (status, headers["location"]) == (303, "/")
    site.settled()
    page = Page(site.ask("GET", "/")[2])
    assert page.images == [f"/photos/{number}/image" for number in (3, 2, 1)]
    assert page.links == ["/", "/?like=3", "/?like=2", "/?like=1"]
    assert "3 of 3 images are embedded" in page.text
    assert site.ask("GET", page.images[0])[2] == draw(ORANGE)
    alike = Page(site.ask("GET", page.links[1])[2])
    assert alike.images == ["/photos/1/image", "/photos/2/image"]
    status, _, body = site.send("/", draw(BLUE), **{find["name"]: find["value"]})  # type: ignore[arg-type]
    assert status == 200
    assert Page(body).images[0] == "/photos/2/image"
    assert not re.search(rb"<script|https?://", body), "nothing is loaded from elsewhere"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_and_ends_as_a_whole(tmp_path: Path, draw: Draw, end: signal.Signals) -> None:
    """`make example-app`: Ctrl-C leaves no server and no worker behind; what was kept is kept."""
    for time in range(2):
        with program([sys.executable, str(APP)], tmp_path, PORT="0") as (process, log):
            site = Site(until(lambda: serving(process, log), "it listens"), tmp_path)
            assert site.get("/status")["progress"]["rows"] == time
            assert "MODEL=resnet50" in log.read_text()
            site.upload(draw(RED))
            assert site.settled()["progress"]["embedded"] == time + 1
            process.send_signal(end)
            process.wait(PATIENCE)
        assert "Traceback" not in log.read_text(), log.read_text()
        assert log.read_text().count("stopping: finishing the current batches") == 1
        home = tmp_path / ".pgfeaturize" / "app-pixels"
        assert not (home / "pg" / "postmaster.pid").exists(), "the server has ended"
