"""Text from outside, such as file names, answers of servers and messages of libraries, which may hold anything."""

import re

#: Characters of the longest text that is kept; a signed URL has up to about 2,000.
LONGEST = 4000

# Control characters except tabs and newlines, marks that change the direction of text, and lone surrogates.
_UNPRINTABLE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def printable(text: object, longest: int = LONGEST) -> str:
    r"""Return text that a database, a log, a terminal and JSON can hold.

    Args:
        text: any text; bytes are read as UTF-8, other objects by str().
        longest: number of characters after which it is cut.

    Returns:
        the text, with `\x1b` for an unprintable character and `\xe9` for a byte that is not UTF-8.
    """
    known = text.decode(errors="surrogateescape") if isinstance(text, bytes) else str(text)
    escaped = _UNPRINTABLE.sub(_escape, known[: longest + 1])
    return escaped if len(escaped) <= longest else f"{escaped[: longest - 1]}…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte, escaped by Python when it decoded the text
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
