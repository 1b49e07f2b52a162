"""Messages for people as parameters of statements: errors, reasons and details, which may quote text from outside."""

import psycopg
from psycopg.abc import Buffer
from psycopg.types.string import StrDumper

from pgfeaturize.printable import printable


class Message(str):
    """Text for people. In a database whose encoding may lack characters, all but ASCII is escaped."""

    __slots__ = ()

    def __new__(cls, text: object) -> "Message":
        """Escape what no database can hold."""
        return super().__new__(cls, printable(text))


class _MessageDumper(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        encoding = self.connection.info.parameter_status("server_encoding") if self.connection else None
        if encoding not in (None, "UTF8", "SQL_ASCII"):
            obj = obj.encode("ascii", "backslashreplace").decode()
        return super().dump(str(obj))


def register_messages(connection: psycopg.Connection) -> None:
    """Let a connection accept messages as parameters."""
    connection.adapters.register_dumper(Message, _MessageDumper)
