"""Start all of it: a server, a worker, and the application. Ctrl-C ends all of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import uvicorn

from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate

model = os.environ.setdefault("MODEL", "pixels")
# One for each model: create_all() does not change what a table was featurized by.
home = Path(".pgfeaturize") / f"app-{model}"
images = home.absolute() / "images"
images.mkdir(parents=True, exist_ok=True)
print(f"Model {model}; MODEL=resnet50 sees more, and downloads 98 MB. Kept in {home}.", flush=True)
signal.signal(signal.SIGTERM, signal.default_int_handler)
with embedded_server.running(home) as url:
    migrate(url)
    os.environ["DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    os.environ["IMAGES"] = str(images)
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(images)]
    # In a group of its own: a second signal would cut it short.
    with subprocess.Popen(command, process_group=0) as worker:
        try:
            uvicorn.run("app:app", port=int(os.environ.get("PORT", "8000")))
        finally:
            worker.terminate()
