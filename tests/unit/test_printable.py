"""Text from outside: whatever it holds, it can be stored, logged, printed and written as JSON."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgfeaturize.cli.report import JsonLines, TextLines
from pgfeaturize.errors import MissingFile
from pgfeaturize.printable import LONGEST, printable

ANYTHING = st.text(st.characters(codec=None)) | st.binary()


@given(ANYTHING)
def test_any_text_can_be_stored_and_printed(text: str | bytes) -> None:
    escaped = printable(text)
    assert printable(escaped) == escaped
    assert "\0" not in escaped
    assert json.loads(json.dumps(escaped, ensure_ascii=False).encode()) == escaped


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=LONGEST))
def test_words_remain_as_they_are(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (b"caf\xe9", r"caf\xe9"),
        ("caf\udce9", r"caf\xe9"),
        ("caf\xe9 \U0001f600\n\tx", "caf\xe9 \U0001f600\n\tx"),
        ("a\0b", r"a\x00b"),
        ("\x1b[31mred\x7f\r", r"\x1b[31mred\x7f\x0d"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("\ud800", r"\ud800"),
        (ValueError("odd\0"), r"odd\x00"),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
    ],
    ids=ascii,
)
def test_what_is_escaped(text: object, escaped: str) -> None:
    assert printable(text) == escaped


def test_errors_can_be_stored() -> None:
    error = MissingFile("no file at \udce9\0", "remove \udce9")
    assert str(error) == "no file at \\xe9\\x00\nHint: remove \\xe9"
    assert error.args == ("no file at \\xe9\\x00",)


@pytest.mark.parametrize("form", [JsonLines(), TextLines()])
def test_log_lines_can_be_written(form: logging.Formatter) -> None:
    """A message with newlines cannot pretend to be several records."""
    record = logging.LogRecord(
        "x", logging.INFO, "", 1, "file %s failed", ("a\udce9\n00:00:00 I all is well\x1b[2J",), None
    )
    first, *others = form.format(record).encode().decode().split("\n")
    assert r"\xe9" in first
    assert all(line.startswith("    ") for line in others)
