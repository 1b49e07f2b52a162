"""The worker process: claim → read → decode → preprocess → forward → settle, until told to stop.

    runner.py             connects, registers, reconnects, shuts down
    dispatcher.py         decides what to do next
    in_flight.py          batches between claim and settle
    heartbeat.py          renews leases
    notifier.py           waits for rows while idle
    requests.py           embeds images for callers that wait, starts the background tasks
    background_tasks.py   indexes and classifiers of a worker that runs once
    index_builder.py      builds indexes
    trainer.py            trains classifiers, each in a process of its own: training_process.py
    model_cache.py        loaded networks and their feature spaces
    weight_downloader.py  downloads weights in the background
    metrics.py            counts for Prometheus; null_metrics.py discards, metrics_server.py serves them
    shutdown.py           SIGTERM and SIGINT

The only rung that sees both the database and the networks. Nothing is imported here, because the process that trains a
classifier does not need torch.
"""
