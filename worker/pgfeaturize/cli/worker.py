"""`pgfeaturize worker`: featurize what the database has queued."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.cli import library_messages, report
from pgfeaturize.errors import SettingsError
from pgfeaturize.extras import extra
from pgfeaturize.settings import database_url, offline, parse_bytes, parse_duration

app = typer.Typer()


def _env(name: str) -> str:
    return f"PGFEATURIZE_{name}"


@app.command(epilog="Example: `pgfeaturize worker --root /srv/photos --metrics-port 9187`")
def worker(
    once: Annotated[
        bool,
        typer.Option(
            envvar=_env("ONCE"),
            help="Exit when all rows are embedded, indexes built and classifiers trained; status 1 if any failed.",
        ),
    ] = False,
    device: Annotated[str, typer.Option(envvar=_env("DEVICE"), help="auto, cpu, cuda or cuda:N.")] = "auto",
    batch: Annotated[
        int | None,
        typer.Option(min=1, envvar=_env("BATCH"), help="Images per forward pass; default: 32 on a CPU, 256 on a GPU."),
    ] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            envvar=_env("ROOT"),
            help="Existing directory that the worker may read, with its subdirectories; may be repeated. "
            "Default: the working directory. SCHEMA.TABLE=DIR or SCHEMA.*=DIR: for these tables, "
            "which may then read nothing else. In the environment, separate them by spaces.",
        ),
    ] = None,
    uri: Annotated[
        list[str] | None,
        typer.Option(
            envvar=_env("URI"),
            help="URL prefix that the worker may fetch from: https://host/folder; may be repeated. "
            "SCHEMA.TABLE=… as with --root.",
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option(
            envvar=_env("PACKAGE"), help="Python package whose functions may build networks; may be repeated."
        ),
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, envvar=_env("MAX_BYTES"), help="Maximum size of an encoded image.")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option(min=1, envvar=_env("MAX_PIXELS"), help="Maximum pixels of a decoded image.")
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(min=0.1, envvar=_env("MAX_SECONDS"), help="Maximum seconds to read and decode an image."),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            envvar=_env("MEMORY"),
            help="Memory for images that are fetched, read and decoded, such as 2GB; default: half of the memory limit "
            "of the container, or of the machine's memory. The network and its libraries need more.",
        ),
    ] = None,
    retry_for: Annotated[
        str,
        typer.Option(
            envvar=_env("RETRY_FOR"),
            help="How long a row is tried again whose storage or web server fails: 90s, 15m, 24h, 2d; 0: not at all.",
        ),
    ] = "24h",
    retry_limit: Annotated[
        str, typer.Option(envvar=_env("RETRY_LIMIT"), help="Longest time between two attempts.")
    ] = "1h",
    retry_missing: Annotated[
        str,
        typer.Option(
            envvar=_env("RETRY_MISSING"), help="How long a row is tried again whose file is missing; 0: not at all."
        ),
    ] = "0",
    per_host: Annotated[
        int, typer.Option(min=1, envvar=_env("PER_HOST"), help="Images fetched from one host at a time.")
    ] = 8,
    user_agent: Annotated[
        str | None,
        typer.Option(envvar=_env("USER_AGENT"), help="User agent for web servers; default: pgfeaturize/RELEASE."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            envvar=_env("HEADER"),
            help="Header for the URLs below a prefix: 'https://host/folder=Name: value'; the value $NAME is that "
            "environment variable; may be repeated. In the environment, separate them by spaces, and write Name:$NAME.",
        ),
    ] = None,
    lease: Annotated[
        float,
        typer.Option(
            min=0.5,
            envvar=_env("LEASE"),
            help="Lease timeout in seconds: after this long without a heartbeat, other workers take over the rows.",
        ),
    ] = 60.0,
    wait: Annotated[
        float,
        typer.Option(
            min=0,
            envvar=_env("WAIT"),
            help="Seconds to wait at the start for the server and for `pgfeaturize migrate`.",
        ),
    ] = 0.0,
    log_format: Annotated[
        str, typer.Option(envvar=_env("LOG_FORMAT"), help="Format of log lines: text or json.")
    ] = "text",
    verbose: Annotated[bool, typer.Option(envvar=_env("VERBOSE"), help="Log each batch.")] = False,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            envvar=_env("METRICS_PORT"),
            help="Serve /metrics and /healthz on this port; 0: any free port.",
        ),
    ] = None,
    metrics_host: Annotated[
        str, typer.Option(envvar=_env("METRICS_HOST"), help="Address to serve metrics on.")
    ] = "127.0.0.1",
) -> None:
    """Featurize queued rows, and wait for more.

    SIGTERM finishes the current batches and exits; a second SIGTERM exits at once. Any number of workers may run, on
    any number of machines. Each option has an environment variable.
    """
    if log_format not in ("text", "json"):
        raise SettingsError(f"there is no log format {log_format!r}", "Choose text or json.")
    from pgfeaturize.db.retry_policy import RetryPolicy
    from pgfeaturize.images import AccessPolicy, Limits, WebOptions

    access_policy = AccessPolicy.of(root or [Path.cwd()], uri or [], WebOptions.of(user_agent, header or []))
    access_policy.check_roots()
    from pgfeaturize.worker.runner import Options, Worker  # importing torch is slow

    options = Options(
        url=database_url(),
        access_policy=access_policy,
        packages=tuple(package or []),
        limits=Limits(
            bytes=max_bytes or Limits.bytes, pixels=max_pixels or Limits.pixels, seconds=max_seconds or Limits.seconds
        ),
        memory=None if memory is None else parse_bytes(memory),
        device=device,
        batch=batch,
        lease=timedelta(seconds=lease),
        once=once,
        offline=offline(),
        per_host=per_host,
        retries=RetryPolicy(parse_duration(retry_for), parse_duration(retry_limit), parse_duration(retry_missing)),
        wait=wait,
        metrics=None if metrics_port is None else (metrics_host, metrics_port),
    )
    with library_messages.capture(), extra("metrics", "prometheus_client", "worker --metrics-port"):
        report.log_to_stderr(log_format, verbose=verbose)
        raise typer.Exit(Worker(options).run())
