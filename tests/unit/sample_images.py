"""Generated images, and bytes that are not images."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """Return an image with edges, gradients and three different channels."""
    y, x = np.mgrid[:height, :width]
    red = 255 * x // max(width - 1, 1)
    green = 255 * y // max(height - 1, 1)
    blue = 255 * ((x // 8 + y // 8) % 2)
    return Image.fromarray(np.stack([red, green, blue], -1).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width: int, height: int, bits: int, kind: int, rows: bytes, *, interlaced: int = 0) -> bytes:
    """Return a PNG of rows that start with their filter byte; kind 0 is gray, 2 RGB, 6 RGBA."""
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in parts)


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def tiff(width: int, height: int, bits: list[int], data: bytes, tags: dict[int, list[int]] | None = None) -> bytes:
    """Return a little-endian TIFF whose data begin at byte 8; `tags` replace the default ones."""
    colors = 1 if len(bits) == 1 else 2
    every = {256: [width], 257: [height], 258: bits, 259: [1], 262: [colors], 273: [8]}
    every |= {277: [len(bits)], 278: [height], 279: [len(data)], **(tags or {})}
    every = {tag: values for tag, values in sorted(every.items()) if values}
    place = 8 + len(data)
    entries, lists = b"", b""
    for tag, values in every.items():
        packed = struct.pack(f"<{len(values)}I", *values)
        if len(values) > 1:  # a list is stored elsewhere
            packed, lists = (struct.pack("<I", place + 6 + 12 * len(every) + len(lists)), lists + packed)
        entries += struct.pack("<HHI", tag, 4, len(values)) + packed
    directory = struct.pack("<H", len(every)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", place) + data + directory + lists
