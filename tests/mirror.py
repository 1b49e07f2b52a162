"""An HTTP server of one file on the loopback interface, with the faults of unreliable networks."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from tests.conftest import PATIENCE

CONTENT = bytes(range(256)) * 1000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"
HALF = len(CONTENT) // 2


class Mirror(ThreadingHTTPServer):
    """A web server of one file, with faults that a test sets."""

    content = CONTENT
    resumes = True
    claims: int | None = None  # a wrong Content-Length
    status: int | None = None
    cuts: tuple[int, ...] = ()  # bytes after which the first connections are lost

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []  # the Range of each request
        self.stalls_at: int | None = None
        self.stalled, self.go_on = Event(), Event()

    @property
    def url(self) -> str:
        """URL of the file."""
        return f"http://127.0.0.1:{self.server_port}/{NAME}"

    def handle_error(self, *_: object) -> None:
        """Ignore clients that disconnect, which the tests cause."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Mirror

    def do_GET(self) -> None:
        """Send the file with the faults of the server."""
        mirror, wanted = self.server, self.headers.get("Range")
        mirror.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and mirror.resumes else 0
        if mirror.status or start >= len(mirror.content):
            self.send_error(mirror.status or 416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(mirror.claims or len(mirror.content) - start))
        self.end_headers()
        connection = len(mirror.asked) - 1
        end = mirror.cuts[connection] if connection < len(mirror.cuts) else len(mirror.content)
        if mirror.stalls_at is not None and not mirror.stalled.is_set():
            self.wfile.write(mirror.content[start : mirror.stalls_at])
            start = mirror.stalls_at
            mirror.stalled.set()
            mirror.go_on.wait(PATIENCE)
        self.wfile.write(mirror.content[start:end])

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def serving() -> Iterator[Mirror]:
    """Run a mirror in threads inside the block."""
    with Mirror() as mirror:
        thread = Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield mirror
        finally:
            mirror.go_on.set()
            mirror.shutdown()
            thread.join()
