"""Users who write as applications do: rows, ranges, whole transactions, and some think better of it."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg

from pgfeaturize.db.statements import Connection, connect, execute

TABLE = "photos"
#: Ids of each user. Nobody touches those of another, so that users never stand in each other's way.
ROWS = 400
#: Rows of one statement.
MOST = 20
#: Seconds between transactions.
PAUSE = 0.04


class User(threading.Thread):
    """Writes until told to end; none of its transactions may fail.

    Attributes:
        transactions: how many ended how.
        statements: how many of each.
        complaints: the errors that it got.
    """

    def __init__(self, connection: Connection, number: int, paths: Sequence[str]) -> None:
        super().__init__(name=f"user {number}", daemon=True)
        self.connection = connection
        self.transactions: Counter[str] = Counter()
        self.statements: Counter[str] = Counter()
        self.complaints: list[str] = []
        self._ids = range(number * ROWS, (number + 1) * ROWS)
        self._paths = paths
        self._choose = random.Random()
        self._ending = threading.Event()

    def run(self) -> None:
        execute(self.connection, "set_statement_timeout")
        while not self._ending.wait(self._choose.uniform(0, PAUSE)):
            try:
                self._transact()
            except Exception as error:
                first = str(error).partition("\n")[0]
                self.complaints.append(f"{type(error).__name__}: {first}")

    def end(self) -> None:
        """Let it finish."""
        self._ending.set()
        if self.is_alive():
            self.join()

    def _transact(self) -> None:
        outcome = "rolled back" if self._choose.random() < 0.05 else "committed"
        with self.connection.transaction():
            # Alone: what holds a lock on rows already must not ask for one on the table.
            if self._choose.random() < 0.005:
                self._do("truncate_images")
            else:
                for _ in range(self._choose.randint(1, 3)):
                    self._write()
            if outcome == "rolled back":
                raise psycopg.Rollback
        self.transactions[outcome] += 1

    def _write(self) -> None:
        one, other = self._choose.choice(self._ids), self._choose.choice(self._ids)
        last = min(one + self._choose.randrange(MOST), self._ids[-1])
        match self._choose.randrange(16):
            case 0:
                self._do("move_image", one, other)
            case 1:
                self._do("clear_images", one, last)
            case 2 | 3:
                self._do("label_images", one, last, "x")
            case 4 | 5:
                self._do("remove_images", one, last)
            case 6 | 7:
                self._do("change_images", one, last, self._choose.choice(self._paths))
            case _:
                ids = [*range(one, last + 1)]
                self._do("put_images", ids, self._choose.choices(self._paths, k=len(ids)))

    def _do(self, statement: str, *parameters: object) -> None:
        execute(self.connection, statement, *parameters, table=TABLE)
        self.statements[statement] += 1


@contextmanager
def users(url: str, number: int, paths: Sequence[str]) -> Iterator[list[User]]:
    """So many users at work, for as long as the block lasts."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(url)) for _ in range(number)]
        started = [User(connection, place, paths) for place, connection in enumerate(connections)]
        for user in started:
            user.start()
            stack.callback(user.end)
        yield started
