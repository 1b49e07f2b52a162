"""Connection strings: those of other programs are understood, and what libpq does not know gets a hint."""

import psycopg
import pytest

from pgfeaturize.db.connection import connect, unreachable, wait_for
from pgfeaturize.errors import (
    DatabaseError,
    LoginRefused,
    SchemaMissing,
    SchemaTooNew,
    ServerUnreachable,
    SettingsError,
)
from pgfeaturize.settings import libpq_url


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgresql+psycopg://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h:5/d?sslmode=require", "postgresql://u:p@h:5/d?sslmode=require"),
        ("postgres+psycopg2://h/d", "postgresql://h/d"),
        ("postgres://h/d", "postgresql://h/d"),
        ("jdbc:postgresql://h:5/d?user=u&password=p", "postgresql://h:5/d?user=u&password=p"),
        ("postgresql+asyncpg://h/d?ssl=verify-full", "postgresql://h/d?sslmode=verify-full"),
        ("postgresql://h/d?ssl=true", "postgresql://h/d?sslmode=require"),
        ("postgresql://h/d?", "postgresql://h/d"),
        ("postgresql://h/d?pgbouncer=true", "postgresql://h/d"),
        (
            "postgresql://h/d?schema=public&connection_limit=5&sslmode=require&pool_timeout=2",
            "postgresql://h/d?sslmode=require",
        ),
        ("postgresql+asyncpg:///d?host=/run/pg&prepared_statement_cache_size=0", "postgresql:///d?host=/run/pg"),
        (
            "postgresql://u:a%3Fb@h/d?options=-csearch_path%3Dapp",
            "postgresql://u:a%3Fb@h/d?options=-csearch_path%3Dapp",
        ),
        ("host=h password=a?pgbouncer=true", "host=h password=a?pgbouncer=true"),
        ("", ""),
    ],
)
def test_what_other_programs_add_is_removed(given: str, understood: str) -> None:
    assert libpq_url(given) == understood


@pytest.mark.parametrize("given", ["?schema=app", "?charset=utf8", "?sslmode=disable&charset=utf8"])
def test_parameters_that_libpq_does_not_know(given: str) -> None:
    with pytest.raises(SettingsError, match=r'parameter "(schema|charset)", which libpq') as caught:
        connect(f"postgresql://u:secret@h/d{given}")
    assert "search_path" in caught.value.hint
    assert "secret" not in str(caught.value)


def test_a_keyword_that_libpq_does_not_know() -> None:
    with pytest.raises(SettingsError, match='parameter "databse"'):
        connect("host=h databse=d password=secret")


@pytest.mark.parametrize(
    "text", ["mysql://u:secret@h/d", "postgres//u:secret@h/d", "postgresql://u:secret%zz@h/d", "h/secret"]
)
def test_what_is_no_connection_string(text: str) -> None:
    """The message does not repeat the text, which may contain a password."""
    with pytest.raises(SettingsError, match=r"(?s)connection string.*malformed.*%25") as caught:
        connect(text)
    assert "secret" not in str(caught.value)


# Waiting


def test_errors_that_may_go_away(caplog: pytest.LogCaptureFixture) -> None:
    """Each is logged once."""
    caplog.set_level("INFO", "pgfeaturize")
    errors: list[DatabaseError] = [
        ServerUnreachable("refused"),
        ServerUnreachable("refused"),
        SchemaMissing("no schema"),
    ]

    def attempt() -> str:
        if errors:
            raise errors.pop(0)
        return "connected"

    assert wait_for(attempt, 60.0, lambda _: None) == "connected"
    assert caplog.messages == ["waiting up to 60 s: refused", "waiting up to 60 s: no schema"]


@pytest.mark.parametrize("lasting", [LoginRefused("wrong password"), SchemaTooNew("newer"), SettingsError("no URL")])
def test_errors_that_do_not_go_away(lasting: Exception) -> None:
    pauses: list[float] = []

    def attempt() -> None:
        raise lasting

    with pytest.raises(type(lasting)):
        wait_for(attempt, 60.0, pauses.append)
    assert pauses == []


@pytest.mark.parametrize(
    ("message", "lasting"),
    [
        ('connection failed: FATAL:  password authentication failed for user "app"', True),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "app", database "shop", no encryption', True),
        ("fe_sendauth: no password supplied", True),
        ('FATAL:  role "app" is not permitted to log in', True),
        ("server does not support SSL, but SSL was required", True),
        ('invalid sslmode value: "on"', True),
        ("connection refused", False),
        ("FATAL:  the database system is starting up", False),
        ('FATAL:  database "shop" does not exist', False),
        ("[Errno -2] Name or service not known", False),
        ("SSL connection has been closed unexpectedly", False),
        ("FATAL:  sorry, too many clients already", False),
        ("FATAL:  server login has been failing, cached error: connect failed (server_login_retry)", False),
    ],
)
def test_messages_of_servers(message: str, *, lasting: bool) -> None:
    assert isinstance(unreachable(psycopg.OperationalError(message)), LoginRefused) is lasting
