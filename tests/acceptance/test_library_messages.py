"""What C libraries write to stderr does not mix with log lines, nor with the output of commands."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pgfeaturize.cli import library_messages
from tests.acceptance.conftest import WorkerProcess, insert, write_image
from tests.conftest import Database


@pytest.fixture
def damaged(tmp_path: Path) -> list[Path]:
    """Write damaged TIFF files, about which libtiff complains."""
    pixels = np.random.default_rng(0).integers(0, 255, (512, 512), np.uint8)
    files = []
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "group4"):
        image = Image.fromarray(pixels).convert("1" if compression == "group4" else "L")
        image.save(file := io.BytesIO(), "TIFF", compression=compression, tiffinfo={278: 2})
        data = bytearray(file.getvalue())
        for strip in Image.open(file).tag_v2[273]:  # type: ignore[attr-defined]
            data[strip + 2 : strip + 30] = bytes(255 - value for value in data[strip + 2 : strip + 30])
        files.append(tmp_path / f"{compression}.tif")
        files[-1].write_bytes(data)
    return files


@pytest.mark.parametrize("verbose", [False, True])
def test_every_log_line_of_a_worker_is_json(
    table: Database, worker: Callable[..., WorkerProcess], damaged: list[Path], tmp_path: Path, verbose: bool
) -> None:
    insert(table, [write_image(tmp_path / "good.png", 1), *damaged])
    process = worker("--once", "--log-format", "json", *(["--verbose"] if verbose else []))
    assert process.wait() == 1
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    assert any("truncated_image" in line["message"] for line in lines)
    said = [line for line in lines if "a library says" in line["message"]]
    assert {line["level"] for line in said} == ({"debug"} if verbose else set())


def test_featurize_shows_no_messages_of_libraries(damaged: list[Path]) -> None:
    command = [sys.executable, "-m", "pgfeaturize.cli", "featurize", "--model", "lenet_digits", *map(str, damaged)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert len(json.loads(done.stdout)) == len(damaged)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python code after an import of the module, with its stderr in a pipe."""
    prefix = "import ctypes, logging, os, sys\nfrom pgfeaturize.cli.library_messages import capture\n"
    return subprocess.run([sys.executable, "-c", prefix + code], capture_output=True, text=True, check=False)


def test_a_library_that_holds_the_lock_of_the_interpreter_is_not_blocked() -> None:
    done = run("with capture():\n ctypes.PyDLL(None).write(2, b'x' * 2**20, ctypes.c_size_t(2**20))\nprint('done')")
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_errors_of_python_are_shown() -> None:
    done = run("with capture():\n os.write(2, b'noise'); print('mine', file=sys.stderr); 1 / 0")
    assert done.stderr.startswith("mine\n")
    assert "ZeroDivisionError" in done.stderr
    assert "noise" not in done.stderr


def test_a_crash_is_shown() -> None:
    done = run("import faulthandler\nwith capture():\n faulthandler._sigsegv()")
    assert "Segmentation fault" in done.stderr
    assert "in <module>" in done.stderr


def test_what_was_written_last_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "pgfeaturize")
    with library_messages.capture():
        os.write(2, b"first\n\nlast, without end")
    assert [record.getMessage() for record in caplog.records] == [
        "a library says: first",
        "a library says: last, without end",
    ]
