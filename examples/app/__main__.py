"""Start a PostgreSQL server, a worker and the application. Ctrl-C stops them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import uvicorn

from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate

model = os.environ.setdefault("MODEL", "pixels")
# A directory for each model: create_all() does not change the featurizer of an existing table.
home = Path(".pgfeaturize") / f"app-{model}"
images = home.absolute() / "images"
images.mkdir(parents=True, exist_ok=True)
print(f"Model {model}. MODEL=resnet50 is more accurate (98 MB download). Data: {home}", flush=True)
signal.signal(signal.SIGTERM, signal.default_int_handler)
with embedded_server.running(home) as url:
    migrate(url)
    os.environ["DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    os.environ["IMAGES"] = str(images)
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(images)]
    # In its own process group, so that Ctrl-C does not reach it: a second signal aborts its batch.
    with subprocess.Popen(command, process_group=0) as worker:
        try:
            uvicorn.run("app:app", port=int(os.environ.get("PORT", "8000")))
        finally:
            worker.terminate()
