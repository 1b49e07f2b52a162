"""Users that write rows, ranges and whole transactions, and sometimes roll back."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg

from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

TABLE = "photos"
#: Number of ids per user. Each user writes only its own, so that users never block one another.
ROWS = 400
#: Maximum number of rows per statement.
MAX_ROWS = 20
#: Seconds between transactions.
PAUSE = 0.04


class User(threading.Thread):
    """Writes until it is stopped; none of its transactions may fail.

    Attributes:
        transactions: number of transactions by outcome.
        statements: number of statements by name.
        errors: errors of its transactions.
    """

    def __init__(self, connection: Connection, number: int, paths: Sequence[str]) -> None:
        super().__init__(name=f"user {number}", daemon=True)
        self.connection = connection
        self.transactions: Counter[str] = Counter()
        self.statements: Counter[str] = Counter()
        self.errors: list[str] = []
        self._ids = range(number * ROWS, (number + 1) * ROWS)
        self._paths = paths
        self._random = random.Random()
        self._stopping = threading.Event()

    def run(self) -> None:
        execute(self.connection, "set_statement_timeout")
        while not self._stopping.wait(self._random.uniform(0, PAUSE)):
            try:
                self._transact()
            except Exception as error:
                first = str(error).partition("\n")[0]
                self.errors.append(f"{type(error).__name__}: {first}")

    def stop(self) -> None:
        """Stop after the current transaction."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def _transact(self) -> None:
        outcome = "rolled back" if self._random.random() < 0.05 else "committed"
        with self.connection.transaction():
            # TRUNCATE alone: a transaction with row locks must not request a table lock.
            if self._random.random() < 0.005:
                self._execute("truncate_images")
            else:
                for _ in range(self._random.randint(1, 3)):
                    self._write()
            if outcome == "rolled back":
                raise psycopg.Rollback
        self.transactions[outcome] += 1

    def _write(self) -> None:
        first, other = self._random.choice(self._ids), self._random.choice(self._ids)
        last = min(first + self._random.randrange(MAX_ROWS), self._ids[-1])
        match self._random.randrange(16):
            case 0:
                self._execute("move_image", first, other)
            case 1:
                self._execute("clear_images", first, last)
            case 2 | 3:
                self._execute("label_images", first, last, "x")
            case 4 | 5:
                self._execute("remove_images", first, last)
            case 6 | 7:
                self._execute("change_images", first, last, self._random.choice(self._paths))
            case _:
                ids = [*range(first, last + 1)]
                self._execute("put_images", ids, self._random.choices(self._paths, k=len(ids)))

    def _execute(self, statement: str, *parameters: object) -> None:
        execute(self.connection, statement, *parameters, table=TABLE)
        self.statements[statement] += 1


@contextmanager
def users(url: str, number: int, paths: Sequence[str]) -> Iterator[list[User]]:
    """Run a number of users inside the block."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(url)) for _ in range(number)]
        started = [User(connection, index, paths) for index, connection in enumerate(connections)]
        for user in started:
            user.start()
            stack.callback(user.stop)
        yield started
