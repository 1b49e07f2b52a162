"""Peak memory: of decoding each kind of image, and of a worker that embeds a mixture of large ones.

Each image is decoded in a process of its own. The worker has two threads at least and a `--memory` in which a few
images have room; half of its rows hold the image, half a path.
"""

import io
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.measure import Aim, Bench, Figure
from benchmarks.peak import resident
from benchmarks.scene import HERE, create_database, settled, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.settings import format_bytes, parse_bytes

#: The estimate may be a little too low, because libraries take some memory for every image.
AIM = Aim("≤", 1.10)
TABLES = {"stored": ("image", "bytes"), "files": ("path", "path")}


def run(bench: Bench) -> Iterator[Figure]:
    """Peak ÷ estimate for each kind of image, and peak of a worker ÷ its budget."""
    megapixels = bench.effort.choose(24, 6)
    files = _files(bench.scratch / "memory", megapixels)
    for kind, file in files.items():
        pairs = [_peak(file) for _ in range(bench.effort.choose(2, 1))]
        estimate, peak = pairs[0]
        yield Figure(
            f"{kind}, {megapixels} megapixels: peak of decoding ÷ its estimate",
            [peak / estimate for estimate, peak in pairs],
            AIM,
            note=f"{format_bytes(peak)} and {format_bytes(estimate)}, encoded {format_bytes(file.stat().st_size)}",
        )
    yield _of_worker(bench, list(files.values()))


def _files(folder: Path, megapixels: int) -> dict[str, Path]:
    """Write an image of each kind."""
    folder.mkdir()
    size = 1500 * megapixels // 6, 4000
    gray = Image.linear_gradient("L").resize(size)
    color = Image.merge("RGB", (gray, gray.transpose(Image.Transpose.ROTATE_180), gray))
    clear = color.copy()
    clear.putalpha(gray)
    exif = Image.Exif()
    exif[0x0112] = 6
    images: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
        "JPEG": (color, "JPEG", {}),
        "rotated JPEG": (color, "JPEG", {"exif": exif}),
        "progressive JPEG": (color, "JPEG", {"progressive": True}),
        "CMYK JPEG": (color.convert("CMYK"), "JPEG", {}),
        "PNG": (color, "PNG", {"compress_level": 1}),
        "transparent PNG": (clear, "PNG", {"compress_level": 1}),
        "palette PNG with transparency": (gray.convert("P"), "PNG", {"transparency": 3}),
        "16-bit PNG": (Image.new("I;16", size, 999), "PNG", {}),
        "floating-point TIFF": (gray.convert("F"), "TIFF", {"compression": "tiff_lzw"}),
        "transparent WebP": (clear, "WEBP", {"method": 0}),
        "AVIF": (color, "AVIF", {"speed": 10}),
        "HEIF": (color, "HEIF", {}),
        "JPEG 2000": (color, "JPEG2000", {}),
    }
    files = {}
    for kind, (image, format_, options) in images.items():
        files[kind] = folder / kind.replace(" ", "_")
        image.save(files[kind], format_, **options)
    return files


def _peak(file: Path) -> tuple[int, int]:
    command = [sys.executable, "-m", "benchmarks.peak", "decode", str(file)]
    estimate, peak = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout.split()
    return int(estimate), int(peak)


def _of_worker(bench: Bench, files: list[Path]) -> Figure:
    """Growth of a worker while it embeds a mixture ÷ its budget."""
    rows = bench.effort.choose(4, 1) * len(files)
    memory = bench.effort.choose("1GB", "256MB")
    url = create_database(bench, "memory")
    mixture = (files * (rows // len(files)))[:rows]
    random.Random(0).shuffle(mixture)
    small = io.BytesIO()
    Image.new("RGB", (16, 16)).save(small, "PNG")
    (files[0].parent / "small").write_bytes(small.getvalue())
    log = bench.scratch / "memory.log"
    budget = parse_bytes(memory)
    with connect(url) as connection, worker(url, [str(files[0])], log, options=(f"--memory={memory}",)):
        for table, (column, kind) in TABLES.items():
            execute(connection, "create_mixed_table", table=table)
            execute(connection, "featurize_mixed_table", table, column, kind)
        _insert(connection, [files[0].parent / "small"])
        until(lambda: _done(connection) == len(TABLES), "a small image is embedded")
        ((process,),) = execute(connection, "worker_process")
        before = resident("VmRSS", process)
        Path(f"/proc/{process}/clear_refs").write_text("5")  # resets VmHWM
        _insert(connection, mixture)
        until(lambda: _done(connection) == len(TABLES) * (rows + 1), "all are settled", patience=900)
        peak = resident("VmHWM", process) - before
        ((failed,),) = execute(connection, "count_failures")
    return Figure(
        f"a worker with --memory {memory}, {len(TABLES) * rows} large images of all kinds: growth at its peak ÷ budget",
        [peak / budget],
        Aim("≤", 1.25),
        note=f"{format_bytes(peak)} above {format_bytes(before)} for the network and libraries; "
        f"{failed} rows failed as too_much_memory",
    )


def _insert(connection: Connection, files: list[Path]) -> None:
    execute(connection, "insert_images", [file.read_bytes() for file in files], table="stored")
    execute(connection, "insert_paths", [str(file) for file in files], table="files")


def _done(connection: Connection) -> int:
    """Rows with a vector or a failure."""
    ((failed,),) = execute(connection, "count_failures")
    return int(failed) + sum(settled(connection, f"{table}_lenet_digits") for table in TABLES)
