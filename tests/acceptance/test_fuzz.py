"""Thousands of damaged files of all formats: each is embedded or fails with a reason, none harms the worker."""

import io
import random
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pgfeaturize import errors
from tests.acceptance.conftest import insert, settled
from tests.conftest import Database

#: Number of damaged files of each format and mode.
EACH = 60
#: Maximum memory of a worker in bytes: torch, a network, and images within the limits.
MOST = 2 * 2**30
#: Formats by Pillow's names, with the image modes of each.
SEEDS = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "GIF": ("P", "RGB"),
    "TIFF": ("1", "L", "RGB", "CMYK", "I;16", "F", "LAB"),
    "BMP": ("1", "P", "RGB"),
    "WEBP": ("RGB", "RGBA"),
    "PPM": ("1", "L", "RGB"),
    "AVIF": ("RGB", "RGBA"),
    "HEIF": ("L", "RGB", "RGBA"),
    "JPEG2000": ("L", "RGB", "RGBA"),
    "ICO": ("RGBA",),
    "PCX": ("P", "RGB"),
    "SGI": ("L", "RGB"),
    "TGA": ("L", "RGB", "RGBA"),
}


def test_damaged_files(table: Database, tmp_path: Path, worker: Callable[..., Any]) -> None:
    """One worker fails more than two thousand damaged files, and still embeds a good one."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    files = [write(folder, name, data) for name, data in damaged()]
    assert len(files) > 2000
    whole = folder / "whole.png"
    Image.new("L", (8, 8), 7).save(whole)
    running = worker("--max-pixels", "1000000", "--max-bytes", "1000000", "--max-seconds", "10")
    insert(table, files)
    done = settled(table)
    assert done["embedded"] + done["failed"] == len(files)
    assert done["embedded"] > len(files) / 20, "nothing was whole enough"
    assert done["failed"] > len(files) / 20, "nothing was damaged enough"
    reasons = {reason for (reason,) in table.rows("select distinct reason from featurize.failure")}
    assert reasons <= known_reasons() - {"network_failed", "worker_lost", "read_failed"}, reasons
    insert(table, [whole], start=len(files))
    assert settled(table)["embedded"] == done["embedded"] + 1
    assert running.process.poll() is None
    assert table.value("select count(distinct id) from featurize.worker") == 1
    assert peak_bytes(running.process.pid) < MOST


def damaged() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of damaged files, always the same ones."""
    dice = random.Random(0)
    for kind, modes in SEEDS.items():
        for mode in modes:
            seed = image(kind, mode)
            for number in range(EACH):
                how = dice.choice(DAMAGES)
                name = f"{kind}-{mode.replace(';', '_')}-{number}-{how.__name__}"
                yield name, how(seed, dice)
    yield from bombs()


def image(kind: str, mode: str) -> bytes:
    """Return a small undamaged file."""
    noise = np.random.default_rng(0).integers(0, 256, (24, 20, 4), np.uint8)
    whole = Image.fromarray(noise, "RGBA")
    image = whole.convert("L").convert("I;16") if mode == "I;16" else whole.convert("RGB").convert(mode)
    if kind == "PNG" and mode == "RGB":
        image.getexif()[0x0112] = 6
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def flip_bits(data: bytes, dice: random.Random) -> bytes:
    """Flip a few bits anywhere."""
    torn = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        torn[dice.randrange(len(torn))] ^= 1 << dice.randrange(8)
    return bytes(torn)


def flip_header(data: bytes, dice: random.Random) -> bytes:
    """Flip bits in the first bytes, which hold sizes and modes."""
    torn = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        torn[dice.randrange(min(64, len(torn)))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return bytes(torn)


def large_number(data: bytes, dice: random.Random) -> bytes:
    """Replace four bytes by a number that is too large for a size."""
    torn = bytearray(data)
    place = dice.randrange(max(1, len(torn) - 4))
    order = dice.choice((">I", "<I"))
    torn[place : place + 4] = struct.pack(order, dice.choice((2**31 - 1, 2**32 - 1, 65536, 0)))
    return bytes(torn)


def cut(data: bytes, dice: random.Random) -> bytes:
    """Remove the end."""
    return data[: dice.randrange(1, len(data))]


def repeat(data: bytes, dice: random.Random) -> bytes:
    """Repeat a piece many times."""
    start = dice.randrange(len(data))
    piece = data[start : start + dice.randint(1, 64)]
    return data[:start] + piece * dice.randint(2, 200) + data[start:]


def remove(data: bytes, dice: random.Random) -> bytes:
    """Remove a piece."""
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randint(1, 64) :]


def overwrite(data: bytes, dice: random.Random) -> bytes:
    """Replace a piece by noise."""
    start = dice.randrange(len(data))
    noise = dice.randbytes(dice.randint(1, 64))
    return data[:start] + noise + data[start + len(noise) :]


DAMAGES = (flip_bits, flip_header, large_number, cut, repeat, remove, overwrite)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield files that claim to be huge, and some that are."""
    for side in (1_001, 20_000, 2**31 - 1):
        header = struct.pack(">II5B", side, side, 8, 2, 0, 0, 0)
        yield (f"png-{side}", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x" * 64))
        yield f"pgm-{side}", b"P5 %d %d 255\n" % (side, side)
        yield f"plain-pgm-{side}", b"P2 %d %d 255\n" % (side, side) + b"1 " * 1000
        yield (
            f"bmp-{side}",
            b"BM" + struct.pack("<IHHIIiiHHIIiiII", 99, 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0),
        )
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    yield "bomb.png", out.getvalue()
    out = io.BytesIO()
    frames = [Image.new("P", (64, 64), number) for number in range(200)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    yield "long.gif", out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file with a wrong checksum."""
    return struct.pack(">I", len(data)) + kind + data + b"\0\0\0\0"


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path


def known_reasons() -> set[str]:
    """Return all reasons of failures."""
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    return {kind.reason for kind in kinds if issubclass(kind, errors.ImageError) and hasattr(kind, "reason")}


def peak_bytes(process: int) -> int:
    """Return the peak memory of a process in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
