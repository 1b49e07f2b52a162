"""The worker process: claim → read → featurize → settle, until told to stop.

    process.py   register, connect, reconnect, end
    loop.py      what to do next
    flights.py   the batches between claim and settling
    desk.py      those who wait: images to embed at once, indexes, classifiers
    builder.py   the building of an index
    trainer.py   the training of classifiers, each in a process of its own, training.py
    fetcher.py   weights on their way
    models.py     the networks that are loaded, and the spaces they write to
    stop.py      SIGTERM

The only rung that sees both the queue and the networks. Nothing is imported here: the process
that trains has no use for torch.
"""
