"""Searches with images, which a worker embeds: here a thread that answers all requests with the same vector."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from pgfeaturize.db.statements import execute
from tests.conftest import Database
from tests.integration.orm.models import Photo, numbers, url, vector

POOL = 5
THREADS = 15

pytestmark = pytest.mark.usefixtures("session", "worker")


@pytest.fixture
def worker(database: Database) -> Iterator[None]:
    """Answer each request with vector(7)."""
    ended = threading.Event()

    def answer() -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            ((number,),) = execute(connection, "register_worker", "here", 1, "cpu", "test")
            while not ended.wait(0.005):
                for request, *_ in execute(connection, "take_request", number):
                    execute(connection, "answer_request", request, str(vector(7)), None, None)

    thread = threading.Thread(target=answer)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_image_searches_do_not_exhaust_the_pool(database: Database) -> None:
    """All threads hold a connection of the pool or wait for one, while images are embedded."""
    engine = sa.create_engine(url(database), pool_size=POOL, max_overflow=0, pool_timeout=30)
    start = threading.Barrier(POOL)

    def search(number: int) -> list[int]:
        with Session(engine) as session:
            session.execute(sa.select(sa.literal(1)))
            if number < POOL:
                start.wait()
            return numbers(Photo.look.search(session, b"an image", k=1))

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(search, range(THREADS))) == [[7]] * THREADS
    engine.dispose()


@pytest.mark.parametrize("image", ["/new.png", b"bytes", bytearray(b"bytes"), memoryview(b"bytes")])
def test_the_connection_is_made_like_those_of_the_pool(database: Database, image: Any) -> None:
    """With the listeners of the engine; and it is closed."""
    engine = sa.create_engine(url(database))
    dialed: list[dict[str, Any]] = []
    opened: list[Any] = []
    sa.event.listen(engine, "do_connect", lambda *arguments: dialed.append(arguments[3]))
    sa.event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    with Session(engine) as session:
        session.execute(sa.select(sa.literal(1)))
        assert numbers(Photo.look.search(session, image, k=1)) == [7]
        assert len(dialed) == len(opened) == 2
        assert opened[1].closed
        assert not opened[0].closed
    engine.dispose()


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_image_search_in_an_async_session(database: Database, driver: str) -> None:
    async def use() -> None:
        engine = create_async_engine(url(database, driver), pool_size=1, max_overflow=0, pool_timeout=5)

        async def search() -> list[int]:
            async with AsyncSession(engine) as session:
                await session.execute(sa.select(sa.literal(1)))
                return numbers(await Photo.look.search(session, b"an image", k=1))

        assert list(await asyncio.gather(search(), search(), search())) == [[7]] * 3
        await engine.dispose()

    asyncio.run(use())
