"""Serves /metrics and /healthz over HTTP, in threads that never delay the worker."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import ThreadingHTTPServer

import torch
from prometheus_client.exposition import MetricsHandler

from pgfeaturize.errors import SettingsError
from pgfeaturize.worker.metrics import Metrics
from pgfeaturize.worker.null_metrics import Address


@contextmanager
def serve_metrics(address: Address, url: str, device: torch.device) -> Iterator[Metrics]:
    """Count events and serve /metrics and /healthz inside the block.

    Args:
        address: host and port to listen on; port 0 is any free port.
        url: libpq connection string.
        device: device of the worker.

    Raises:
        SettingsError: the address is in use or does not belong to this machine.
    """
    metrics = Metrics(url, device)
    server = _listen(address, metrics)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    host, port = server.server_address[:2]
    metrics.address = f"http://{host!s}:{port}"
    try:
        yield metrics
    finally:
        server.shutdown()
        server.server_close()


def _listen(address: Address, metrics: Metrics) -> "_Server":
    try:
        return _Server(address, metrics)
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"metrics cannot be served at {address[0]}:{address[1]}: {error}",
            "Choose another --metrics-port, or a --metrics-host of this machine.",
        ) from error


class _Server(ThreadingHTTPServer):
    def __init__(self, address: Address, metrics: Metrics) -> None:
        self.metrics = metrics
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the reverse DNS look-up of HTTPServer."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class _Handler(MetricsHandler):
    server: _Server
    #: Seconds until an idle connection is closed.
    timeout = 5.0

    def do_GET(self) -> None:  # noqa: N802
        """Answer /metrics and /healthz."""
        match self.path.partition("?")[0]:
            case "/metrics":
                self.registry = self.server.metrics.registry
                super().do_GET()
            case "/healthz":
                trouble = self.server.metrics.trouble()
                status = HTTPStatus.SERVICE_UNAVAILABLE if trouble else HTTPStatus.OK
                self._answer(status, f"{trouble or 'ok'}\n".encode())
            case _:
                self._answer(HTTPStatus.NOT_FOUND, b"see /metrics and /healthz\n")

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
