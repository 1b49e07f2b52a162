"""Connection strings: those of other programs are understood, and what libpq does not know gets a hint."""

import pytest

from pgfeaturize.db.connection import connect
from pgfeaturize.errors import SettingsError
from pgfeaturize.settings import libpq_url


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgresql+psycopg://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h:5/d?sslmode=require", "postgresql://u:p@h:5/d?sslmode=require"),
        ("postgres+psycopg2://h/d", "postgresql://h/d"),
        ("postgres://h/d", "postgres://h/d"),
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


@pytest.mark.parametrize("parameter", ["schema=app", "charset=utf8"])
def test_parameters_that_libpq_does_not_know(parameter: str) -> None:
    with pytest.raises(SettingsError, match=f'"{parameter.partition("=")[0]}"') as caught:
        connect(f"postgresql://h/d?{parameter}")
    assert "search_path" in caught.value.hint


@pytest.mark.parametrize("text", ["mysql://h/d", "h/d"])
def test_what_is_no_connection_string(text: str) -> None:
    with pytest.raises(SettingsError, match="connection string"):
        connect(text)
