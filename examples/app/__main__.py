"""Start all of it: a server, a worker, and the application. Ctrl-C ends all of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import uvicorn

from pgfeaturize.cli import embedded
from pgfeaturize.cli.schema import migrate

model = os.environ.setdefault("MODEL", "pixels")
# One for each model: create_all() does not change what a table was featurized by.
home = Path(".pgfeaturize") / f"app-{model}"
pictures = home.absolute() / "pictures"
pictures.mkdir(parents=True, exist_ok=True)
print(f"Model {model}; MODEL=resnet50 sees more, and downloads 98 MB. Kept in {home}.", flush=True)
signal.signal(signal.SIGTERM, signal.default_int_handler)
with embedded.running(home) as url:
    migrate(url)
    os.environ["DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    os.environ["PICTURES"] = str(pictures)
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(pictures)]
    # In a group of its own: a second signal would cut it short.
    with subprocess.Popen(command, process_group=0) as worker:
        try:
            uvicorn.run("app:app", port=int(os.environ.get("PORT", "8000")))
        finally:
            worker.terminate()
