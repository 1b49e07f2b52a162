"""The worker process: claim → read → featurize → settle, until told to stop.

    process.py   register, connect, reconnect, end
    loop.py      what to do next
    flights.py   the batches between claim and settling
    desk.py      those who wait: pictures to embed at once, indexes to build
    builder.py   the building of an index
    fetcher.py   weights on their way
    shelf.py     the networks that are loaded, and the spaces they write to
    stop.py      SIGTERM

The only rung that sees both the queue and the networks.
"""

from pgfeaturize.worker.process import Options, Worker

__all__ = ["Options", "Worker"]
