"""A thread pool that can abandon a hung thread; the standard executor waits for it forever."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

Call = Callable[[], None]


class ThreadPool:
    """Daemon threads that run calls from a queue, in order."""

    def __init__(self, number: int, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._serving: set[threading.Thread] = set()
        for _ in range(number):
            self._start()

    def submit(self, call: Call) -> None:
        """Run `call` in the next free thread; it must not raise."""
        self._calls.put(call)

    def replace(self, hanging: threading.Thread) -> None:
        """Replace a hung thread; it ends when its call returns."""
        self._serving.discard(hanging)
        self._start()

    def close(self) -> None:
        """Drop the calls not begun; wait for the running ones, except those of replaced threads."""
        serving = self._serving
        self._serving = set()
        for _ in serving:
            self._calls.put(None)
        for thread in serving:
            thread.join()

    def _start(self) -> None:
        thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
        self._serving.add(thread)
        thread.start()

    def _serve(self) -> None:
        me = threading.current_thread()
        while me in self._serving and (call := self._calls.get()) is not None:
            if me in self._serving:
                call()
