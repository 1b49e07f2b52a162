"""A thread pool that can abandon a hung thread; the standard executor waits for it forever."""

import threading
from collections import Counter
from collections.abc import Callable

Call = Callable[[], None]


class ThreadPool:
    """Daemon threads that run calls from a queue, in order.

    Args:
        number: of threads.
        name: of the threads.
        per_host: calls of one host that run at a time; further ones let those of other hosts go first.
    """

    def __init__(self, number: int, name: str, per_host: int | None = None) -> None:
        self._name = name
        self._per_host = per_host or number
        self._calls: list[tuple[Call, str | None]] = []
        self._running: Counter[str | None] = Counter()
        self._changed = threading.Condition()
        self._serving: set[threading.Thread] = set()
        for _ in range(number):
            self._start()

    def submit(self, call: Call, host: str | None = None) -> None:
        """Run `call` in the next free thread; it must not raise."""
        with self._changed:
            self._calls.append((call, host))
            self._changed.notify()

    def replace(self, hanging: threading.Thread) -> None:
        """Replace a hung thread, if it is of this pool; it ends when its call returns."""
        if hanging in self._serving:
            self._serving.discard(hanging)
            self._start()

    def close(self) -> None:
        """Drop the calls not begun; wait for the running ones, except those of replaced threads."""
        with self._changed:
            serving, self._serving = self._serving, set()
            self._changed.notify_all()
        for thread in serving:
            thread.join()

    def _start(self) -> None:
        thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
        self._serving.add(thread)
        thread.start()

    def _serve(self) -> None:
        me = threading.current_thread()
        while (taken := self._take(me)) is not None:
            call, host = taken
            call()
            del call, taken  # it holds its batch
            with self._changed:
                self._running[host] -= 1
                self._changed.notify_all()

    def _take(self, me: threading.Thread) -> tuple[Call, str | None] | None:
        """Wait for a call whose host has room; None if the thread has to end."""
        with self._changed:
            while me in self._serving:
                for position, (_, host) in enumerate(self._calls):
                    if host is None or self._running[host] < self._per_host:
                        self._running[host] += 1
                        return self._calls.pop(position)
                self._changed.wait()
        return None
