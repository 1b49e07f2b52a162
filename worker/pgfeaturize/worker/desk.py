"""Where those are served who wait: pictures to embed at once, indexes, classifiers.

A thread with a connection of its own, which listens, so that nobody waits for the batches of the
queue to be settled.
"""

import logging
import os
import re
import select
import threading
import time
from typing import Any

import psycopg

from pgfeaturize import store
from pgfeaturize.errors import DatabaseError, ImageError
from pgfeaturize.pipeline import Picture, Pipeline, Uri
from pgfeaturize.statements import Connection, connect, execute
from pgfeaturize.worker.builder import Builder
from pgfeaturize.worker.meter import Meter
from pgfeaturize.worker.shelf import Shelf
from pgfeaturize.worker.trainer import Trainer

log = logging.getLogger("pgfeaturize")

#: Seconds between looks for requests that no notification has told of, and for what takes long.
PAUSE, CHORES = 1.0, 5.0
_URI = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Desk(threading.Thread):
    """Answers requests, one after the other, and lets be done beside it what takes long."""

    def __init__(
        self, url: str, worker: int, shelf: Shelf, pipeline: Pipeline, meter: Meter
    ) -> None:
        super().__init__(name="desk", daemon=True)
        self._url = url
        self._worker = worker
        self._shelf = shelf
        self._pipeline = pipeline
        self._meter = meter
        self._chores: dict[str, Builder | Trainer] = {}
        self._looked = -CHORES
        self._notified = False
        self._ending = threading.Event()
        self._bell, self._ring = os.pipe()

    def run(self) -> None:
        """Serve through all losses of the server."""
        while not self._ending.is_set():
            try:
                with connect(self._url) as connection:
                    store.register_vectors(connection)
                    connection.add_notify_handler(self._hear)
                    execute(connection, "listen_desk")
                    while not self._ending.is_set():
                        self._serve(connection)
            except (psycopg.Error, DatabaseError) as error:
                log.warning("the desk is closed: %s", str(error).strip())
                self._ending.wait(PAUSE)

    def stop(self) -> None:
        """End the thread, and what is under way beside it."""
        self._ending.set()
        os.write(self._ring, b"!")
        if self.is_alive():
            self.join()
        for chore in self._chores.values():
            chore.cancel()

    def _hear(self, notify: psycopg.Notify) -> None:
        self._notified = True
        if notify.payload != "request":
            self._looked = -CHORES

    def _serve(self, connection: Connection) -> None:
        self._notified = False
        while requests := execute(connection, "take_request", self._worker):
            self._answer(connection, requests[0])
        self._look_for_chores(connection)
        # What came in with the last answer of the server does not ring again.
        if not self._notified:
            select.select([connection.fileno(), self._bell], [], [], PAUSE)

    def _answer(self, connection: Connection, request: Any) -> None:
        try:
            outcome = self._outcome(connection, request)
        except psycopg.Error:
            raise
        except Exception as error:
            log.warning("a picture could not be embedded: %s", error)
            execute(connection, "refuse_request", request.request, self._worker, str(error))
            self._meter.answered("refused")
            return
        if isinstance(outcome, ImageError):
            answer: tuple[Any, ...] = None, outcome.reason, str(outcome)
        else:
            answer = outcome, None, None
        execute(connection, "answer_request", request.request, *answer)
        self._meter.answered("failed" if isinstance(outcome, ImageError) else "embedded")

    def _outcome(self, connection: Connection, request: Any) -> store.Outcome:
        (service,) = self._shelf.services(connection, [request])
        (outcome,) = self._pipeline.embed(service.network, [_picture(request)], service.head)
        return store.checked(outcome, service.dim, "vector")

    def _look_for_chores(self, connection: Connection) -> None:
        if time.monotonic() - self._looked < CHORES:
            return
        self._looked = time.monotonic()
        if self._is_free("index") and execute(connection, "index_work", None):
            self._start("index", Builder(self._url))
        if self._is_free("classifier") and execute(connection, "waiting_classifiers")[0][0]:
            self._start("classifier", Trainer(self._url, self._worker))

    def _is_free(self, chore: str) -> bool:
        return chore not in self._chores or not self._chores[chore].is_alive()

    def _start(self, chore: str, thread: Builder | Trainer) -> None:
        self._chores[chore] = thread
        thread.start()


def _picture(request: Any) -> Picture:
    if request.image is None:
        return bytes(request.bytes)
    return Uri(request.image) if _URI.match(request.image) else str(request.image)
