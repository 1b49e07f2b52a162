"""A web server on this machine, for tests."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pgfeaturize.images import UrlAllowlist

IMAGE = bytes(range(256)) * 64

Answer = Callable[[BaseHTTPRequestHandler], None]


class WebServer(ThreadingHTTPServer):
    """A web server: pages by path, received requests, and number of connections."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def urls(self) -> UrlAllowlist:
        return UrlAllowlist.of([self.url])

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *_: object) -> None:
        """Ignore clients that disconnect, which the tests cause."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: WebServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.pages.get(self.path.partition("?")[0], answer(404))(self)

    def log_message(self, *_: object) -> None:
        pass


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        given = {"Content_Length": str(len(body))} | headers
        for name, value in given.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def redirect(target: str, status: int = 302) -> Answer:
    return answer(status, Location=target)


def raw(data: bytes) -> Answer:
    """A handler that sends raw bytes instead of HTTP."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(data)

    return send


def started() -> Iterator[WebServer]:
    with WebServer() as site:
        site.pages["/a.png"] = answer(body=IMAGE)
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        yield site
        site.shutdown()
        thread.join()
