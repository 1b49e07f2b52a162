"""Where those are served who wait: images to embed at once, indexes, classifiers.

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

from pgfeaturize.db import vectors
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.errors import DatabaseError, ImageError
from pgfeaturize.pipeline import Image, Pipeline, Uri
from pgfeaturize.worker.index_builder import IndexBuilder
from pgfeaturize.worker.model_cache import ModelCache
from pgfeaturize.worker.null_metrics import NullMetrics
from pgfeaturize.worker.trainer import Trainer

log = logging.getLogger("pgfeaturize")

#: Seconds between looks for requests that no notification has told of, and for what takes long.
PAUSE, TASK_PAUSE = 1.0, 5.0
_URI = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class RequestHandler(threading.Thread):
    """Answers requests, one after the other, and lets be done beside it what takes long."""

    def __init__(
        self, url: str, worker: int, models: ModelCache, pipeline: Pipeline, metrics: NullMetrics
    ) -> None:
        super().__init__(name="desk", daemon=True)
        self._url = url
        self._worker = worker
        self._models = models
        self._pipeline = pipeline
        self._metrics = metrics
        self._tasks: dict[str, IndexBuilder | Trainer] = {}
        self._looked = -TASK_PAUSE
        self._notified = False
        self._ending = threading.Event()
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> None:
        """Serve through all losses of the server."""
        while not self._ending.is_set():
            try:
                with connect(self._url) as connection:
                    vectors.register_vectors(connection)
                    connection.add_notify_handler(self._hear)
                    execute(connection, "listen_requests")
                    while not self._ending.is_set():
                        self._serve(connection)
            except (psycopg.Error, DatabaseError) as error:
                log.warning("the desk is closed: %s", str(error).strip())
                self._ending.wait(PAUSE)

    def stop(self) -> None:
        """End the thread, and what is under way beside it."""
        self._ending.set()
        os.write(self._wake_write, b"!")
        if self.is_alive():
            self.join()
        for task in self._tasks.values():
            task.cancel()

    def _hear(self, notify: psycopg.Notify) -> None:
        self._notified = True
        if notify.payload != "request":
            self._looked = -TASK_PAUSE

    def _serve(self, connection: Connection) -> None:
        self._notified = False
        while requests := execute(connection, "take_request", self._worker):
            self._answer(connection, requests[0])
        self._start_tasks(connection)
        # What came in with the last answer of the server does not ring again.
        if not self._notified:
            select.select([connection.fileno(), self._wake_read], [], [], PAUSE)

    def _answer(self, connection: Connection, request: Any) -> None:
        try:
            outcome = self._outcome(connection, request)
        except psycopg.Error:
            raise
        except Exception as error:
            log.warning("an image could not be embedded: %s", error)
            execute(connection, "refuse_request", request.request, self._worker, str(error))
            self._metrics.answered("refused")
            return
        if isinstance(outcome, ImageError):
            answer: tuple[Any, ...] = None, outcome.reason, str(outcome)
        else:
            answer = outcome, None, None
        execute(connection, "answer_request", request.request, *answer)
        self._metrics.answered("failed" if isinstance(outcome, ImageError) else "embedded")

    def _outcome(self, connection: Connection, request: Any) -> vectors.Outcome:
        (service,) = self._models.services(connection, [request])
        (outcome,) = self._pipeline.embed(service.network, [_image(request)], service.output)
        return vectors.checked(outcome, service.dim, "vector")

    def _start_tasks(self, connection: Connection) -> None:
        if time.monotonic() - self._looked < TASK_PAUSE:
            return
        self._looked = time.monotonic()
        if self._is_free("index") and execute(connection, "index_work", None):
            self._start("index", IndexBuilder(self._url))
        if self._is_free("classifier") and execute(connection, "waiting_classifiers")[0][0]:
            self._start("classifier", Trainer(self._url, self._worker))

    def _is_free(self, task: str) -> bool:
        return task not in self._tasks or not self._tasks[task].is_alive()

    def _start(self, task: str, thread: IndexBuilder | Trainer) -> None:
        self._tasks[task] = thread
        thread.start()


def _image(request: Any) -> Image:
    if request.image is None:
        return bytes(request.bytes)
    return Uri(request.image) if _URI.match(request.image) else str(request.image)
