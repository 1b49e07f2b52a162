"""The request handler: embeds images for callers that wait, and starts long background tasks.

A thread with a connection of its own, so that no caller waits for the batches of the queue.
"""

import logging
import os
import re
import select
import threading
import time
from dataclasses import dataclass

import psycopg

from pgfeaturize.db.connection import connect
from pgfeaturize.db.messages import Message
from pgfeaturize.db.queue import ModelFields
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.db.vectors import Outcome, check_vector, register_vectors
from pgfeaturize.errors import DatabaseError, ImageError
from pgfeaturize.images import ImageSource, Uri
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.worker.index_builder import IndexBuilder
from pgfeaturize.worker.model_cache import ModelCache
from pgfeaturize.worker.null_metrics import NullMetrics
from pgfeaturize.worker.trainer import Trainer

log = logging.getLogger("pgfeaturize")

#: Seconds between polls for requests without a notification, and for background tasks.
POLL, TASK_POLL = 1.0, 5.0
_URI = re.compile(r"[a-z][a-z0-9+.-]*://|data:", re.IGNORECASE)


@dataclass(frozen=True)
class Request(ModelFields):
    """An image to embed, a path or URI or its bytes, and the model."""

    request: int
    image: str | None
    bytes: bytes | None

    @property
    def source(self) -> ImageSource:
        """The source of the image."""
        if self.bytes is not None:
            return self.bytes
        text = self.image or ""
        return Uri(text) if _URI.match(text) else text


class RequestHandler(threading.Thread):
    """Answers embed() requests one after the other; starts index builds and trainings beside them."""

    def __init__(self, url: str, worker: int, models: ModelCache, pipeline: Pipeline, metrics: NullMetrics) -> None:
        super().__init__(name="requests", daemon=True)
        self._url = url
        self._worker = worker
        self._models = models
        self._pipeline = pipeline
        self._metrics = metrics
        self._tasks: dict[str, IndexBuilder | Trainer] = {}
        self._last_task_poll = -TASK_POLL
        self._notified = False
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> None:
        """Answer requests until stopped; reconnect when the server is lost."""
        while not self._stopping.is_set():
            try:
                with connect(self._url) as connection:
                    register_vectors(connection)
                    connection.add_notify_handler(self._on_notify)
                    execute(connection, "listen_requests")
                    while not self._stopping.is_set():
                        self._serve(connection)
            except (psycopg.Error, DatabaseError) as error:
                log.warning("embed() requests are unavailable until the connection is restored: %s", str(error).strip())
                self._stopping.wait(POLL)

    def stop(self) -> None:
        """End the thread and its background tasks."""
        self._stopping.set()
        os.write(self._wake_write, b"!")
        if self.is_alive():
            self.join()
        for task in self._tasks.values():
            task.cancel()

    def _on_notify(self, notify: psycopg.Notify) -> None:
        self._notified = True
        if notify.payload != "request":
            self._last_task_poll = -TASK_POLL

    def _serve(self, connection: Connection) -> None:
        self._notified = False
        while requests := fetch(connection, Request, "take_request", self._worker):
            self._answer(connection, requests[0])
        self._start_tasks(connection)
        # A notification that came with the last answer of the server does not make it readable again.
        if not self._notified:
            select.select([connection.fileno(), self._wake_read], [], [], POLL)

    def _answer(self, connection: Connection, request: Request) -> None:
        try:
            outcome = self._embed(connection, request)
        except psycopg.Error:
            raise
        except Exception as error:
            log.warning("an image could not be embedded: %s", error)
            execute(connection, "refuse_request", request.request, self._worker, Message(error))
            self._metrics.answered("refused")
            return
        if isinstance(outcome, ImageError):
            execute(connection, "answer_request", request.request, None, outcome.reason, Message(outcome))
            self._metrics.answered("failed")
        else:
            execute(connection, "answer_request", request.request, outcome, None, None)
            self._metrics.answered("embedded")

    def _embed(self, connection: Connection, request: Request) -> Outcome:
        (model,) = self._models.load(connection, [request])
        (outcome,) = self._pipeline.embed(model.network, [request.source], model.output)
        return check_vector(outcome, model.dim, "vector")

    def _start_tasks(self, connection: Connection) -> None:
        """Start an index build or a training if one is due and none is running."""
        if time.monotonic() - self._last_task_poll < TASK_POLL:
            return
        self._last_task_poll = time.monotonic()
        if not self._is_running("index") and execute(connection, "index_work", None):
            self._start("index", IndexBuilder(self._url))
        if not self._is_running("classifier") and execute(connection, "waiting_classifiers")[0][0]:
            self._start("classifier", Trainer(self._url, self._worker))

    def _is_running(self, task: str) -> bool:
        return task in self._tasks and self._tasks[task].is_alive()

    def _start(self, task: str, thread: IndexBuilder | Trainer) -> None:
        self._tasks[task] = thread
        thread.start()
