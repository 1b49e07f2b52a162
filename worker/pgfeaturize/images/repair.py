"""Removes damaged or oversized metadata from encoded images whose pixels may be fine.

Only metadata that changes the pixels or their orientation is kept, and only if it is intact.
"""

import re
import struct
import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
#: Text of PNG files that may have an orientation: XMP, and EXIF as ImageMagick writes it.
_PNG_TEXT = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
#: The longest decompressed text that Pillow accepts.
_MAX_TEXT = 2**20
_WEBP_PIXELS = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
#: The flags in a WebP's VP8X chunk for ICC profile, EXIF and XMP.
_WEBP_PROFILE, _WEBP_EXIF, _WEBP_XMP = 0x20, 0x08, 0x04
_STRUCTURE_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def without_metadata(data: bytes) -> bytes | None:
    """Return an image without the metadata that is not needed to decode it; None if there is nothing to remove."""
    kept: bytes | None = None
    if data.startswith(_PNG):
        kept = _PNG + b"".join(_png_chunks(data))
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kept = _webp(data)
    elif data.startswith(b"\xff\xd8"):
        kept = _jpeg(data)
    return None if kept == data else kept


def _png_chunks(data: bytes) -> Iterator[bytes]:
    start = len(_PNG)
    while start + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if not kind.isalpha() or (end > len(data) and kind != b"IDAT"):
            return
        critical = not kind[0] & 0x20
        if critical or _is_needed(kind, data[start + 8 : end - 4], data[end - 4 : end]):
            yield data[start:end]
        start = end


def _is_needed(kind: bytes, content: bytes, checksum: bytes) -> bool:
    text = kind in (b"tEXt", b"zTXt", b"iTXt") and content.startswith(_PNG_TEXT) and _is_text_accepted(kind, content)
    if not text and kind not in (b"tRNS", b"eXIf"):
        return False
    return zlib.crc32(kind + content).to_bytes(4) == checksum


def _is_text_accepted(kind: bytes, content: bytes) -> bool:
    if kind == b"tEXt" or len(content) > _MAX_TEXT:
        return len(content) <= _MAX_TEXT
    _, _, text = content.partition(b"\0")
    if kind == b"iTXt":
        compressed, method, text = text[:1] == b"\1", text[1:2], b"".join(text[2:].split(b"\0", 2)[2:])
    else:
        compressed, method, text = True, text[:1], text[1:]
    if not compressed:
        return True
    decompressor = zlib.decompressobj()
    try:
        decompressor.decompress(text, _MAX_TEXT)
    except zlib.error:
        return False
    return method == b"\0" and not decompressor.unconsumed_tail


def _webp(data: bytes) -> bytes:
    chunks, start, flags = [], 12, 0
    while start + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, start)
        end = start + 8 + length
        if end > len(data):
            if kind in _WEBP_PIXELS:
                chunks.append(data[start:])
            break
        if kind in _WEBP_PIXELS or kind == b"EXIF":
            flags |= _WEBP_EXIF if kind == b"EXIF" else 0
            chunks.append(data[start:end] + bytes(length % 2))
        start = end + length % 2
    if chunks and chunks[0].startswith(b"VP8X") and len(chunks[0]) > 8:
        kept = chunks[0][8] & ~(_WEBP_PROFILE | _WEBP_EXIF | _WEBP_XMP) | flags
        chunks[0] = chunks[0][:8] + bytes([kept]) + chunks[0][9:]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _jpeg(data: bytes) -> bytes:
    kept = [data[:2]]
    scan = len(data)
    for marker, start, end in jpeg_segments(data):
        if marker == 0xDA:
            scan = start
            break
        content = data[start + 4 : end]
        if marker == 0xE0:  # JFIF and Adobe's marker tell the colors
            needed = content.startswith(b"JFIF\0") and len(content) >= 14
        elif marker == 0xEE:
            needed = content.startswith(b"Adobe") and len(content) >= 12
        elif marker == 0xE1:
            needed = content.startswith(b"Exif\0\0")
        else:
            needed = not (0xE2 <= marker <= 0xEF or marker == 0xFE)
        if needed:
            kept.append(data[start:end])
    return b"".join((*kept, data[scan:]))


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment of a JPEG that is there as a whole; scans without their pixels."""
    start = 0
    while found := _STRUCTURE_END.search(data, start):
        start, marker = found.start(), data[found.start() + 1]
        if marker in (0xD8, 0x01):
            start += 2
            continue
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
        if marker == 0xD9 or end > len(data):
            return
        yield marker, start, end
        start = end
