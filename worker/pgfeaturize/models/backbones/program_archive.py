"""Archives of torch.export, made safe to load: what is in them calculates, and does nothing else.

torch.export.load trusts its file. It unpickles example inputs, tensors and objects, loads compiled
libraries, evaluates sizes and guards as Python, writes names into source code that it then runs,
and takes for an operator whatever can be reached from `torch`, torch.os.system say. So a file is
first copied in memory: what may harm is left out where the network is the same without it, and
refused where not. Only the copy is loaded.
"""

import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch.export.pt2_archive import PT2ArchiveReader, PT2ArchiveWriter

from pgfeaturize.errors import UnsafeProgram

_PROGRAM = "models/model.json"
_CONFIGS = (
    "data/weights/model_weights_config.json",
    "data/constants/model_constants_config.json",
)
_TENSORS = re.compile(r"data/(weights/weight|constants/tensor)_\d+")
# An example of an input, pickled; empty means that there is none.
_EXAMPLE = "data/sample_inputs/model.pt"
# Marks of the format, which the copy gets anew, and notes of whoever wrote the file.
_LEFT_OUT = re.compile(r"archive_format|archive_version|byteorder|\.data/.*|extra/.*")

# Fields that the network is the same without: remarks, checks of the input, Python's classes.
_EMPTY: Mapping[str, Any] = {"metadata": {}, "guards_code": [], "treespec_namedtuple_fields": {}}

_NAME = re.compile(r"(?a)[A-Za-z_]\w*|")
_PATH = re.compile(r"(?a)[\w.]*")
_OPERATOR = re.compile(
    r"(?a)torch\.ops\.aten\.(?!__|from_file\.|save\.)\w+\.(?!_)\w+"  # the two touch files
    r"|_operator\.(getitem|add|sub|mul|floordiv|truediv|mod|neg|pow|eq|ne|lt|le|gt|ge|and_|or_)"
    r"|math\.(ceil|floor|trunc|sqrt)|torch\.sym_(max|min|float|int|not|ite)"
)
# Without powers, which could keep a machine busy for ever.
_SIZE = re.compile(
    r"(?a)([su](?=\d)|\d|\*(?!\*)|[-+/%(),= <>']|\b(Symbol|Integer|Rational|Add|Mul|Mod|Max|Min|Eq|Ne"
    r"|FloorDiv|CeilDiv|CleanDiv|ModularIndexing|PythonMod|positive|nonnegative|integer|True|False)\b)*"
)
_CONTAINERS = (None, "builtins.tuple", "builtins.list", "builtins.dict")
_KEYS = re.compile(r'null|\[[\w", ]*\]')


def _is_plain(text: str) -> bool:
    """Whether a description of arguments has no containers but Python's plain ones."""

    def plain(node: Any) -> bool:
        known = node["type"] in _CONTAINERS and _KEYS.fullmatch(node["context"] or "null")
        return bool(known) and all(map(plain, node["children_spec"]))

    return plain(json.loads(text)[1])


# What a text must be by the name of its field; where nothing is said, the name of a value.
_RULES: Mapping[str, Callable[[str], Any]] = {
    "target": _OPERATOR.fullmatch,
    "as_operator": _OPERATOR.fullmatch,
    "expr_str": _SIZE.fullmatch,
    "in_spec": _is_plain,
    "out_spec": _is_plain,
    "parameter_name": _PATH.fullmatch,
    "buffer_name": _PATH.fullmatch,
    "tensor_constant_name": _PATH.fullmatch,
    "fqn": _PATH.fullmatch,
    "as_string": lambda text: True,  # noqa: ARG005 - arguments of operators that do no harm
    "torch_version": lambda text: True,  # noqa: ARG005
}


def safe_copy(file: Path) -> io.BytesIO:
    """A copy of an archive that torch.export.load may be given.

    Raises:
        UnsafeProgram: it is none, or has something in it that could do more than calculate.
    """
    try:
        return _copy(PT2ArchiveReader(str(file)))
    except UnsafeProgram as error:
        raise UnsafeProgram(f"program {file.name} {error.message}", error.hint) from error
    except Exception as error:  # what is damaged, or of another format, fails anywhere
        raise UnsafeProgram(
            f"program {file.name} cannot be read: {error}",
            "It has to be a file that torch.export.save of a recent torch has written.",
        ) from error


def _copy(archive: PT2ArchiveReader) -> io.BytesIO:
    buffer = io.BytesIO()
    with PT2ArchiveWriter(buffer) as copy:
        for record in archive.get_file_names():
            if record == _EXAMPLE:
                copy.write_bytes(record, b"")
            elif _TENSORS.fullmatch(record):
                copy.write_bytes(record, archive.read_bytes(record))
            elif record in (_PROGRAM, *_CONFIGS):
                copy.write_string(
                    record, json.dumps(_checked(json.loads(archive.read_string(record))))
                )
            elif not _LEFT_OUT.fullmatch(record):
                raise UnsafeProgram(
                    f"has {record} in it, which may be code",
                    "Export a network of plain tensors, without custom objects or compiling it.",
                )
    buffer.seek(0)
    return buffer


def _checked(value: Any, field: str = "") -> Any:
    """`value` without what is not needed, on the CPU, if all that is left is harmless."""
    if isinstance(value, dict):
        if value.get("use_pickle"):
            raise UnsafeProgram("has a tensor in it that is pickled", "Export plain tensors.")
        if value.keys() == {"type", "index"}:  # a device, which need not be there
            return {"type": "cpu", "index": None}
        return {
            _checked_text(key, "fqn"): _EMPTY[key] if key in _EMPTY else _checked(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_checked(item, field) for item in value]
    return _checked_text(value, field) if isinstance(value, str) else value


def _checked_text(text: str, field: str) -> str:
    if not _RULES.get(field, _NAME.fullmatch)(text):
        raise UnsafeProgram(
            f"has {text[:80]!r} in it for {field or 'a name'}, which no network needs",
            "Export the network alone, in eval mode, from operators of torch (aten) itself.",
        )
    return text
