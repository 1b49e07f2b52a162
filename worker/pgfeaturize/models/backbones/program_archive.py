"""Makes archives of torch.export safe to load, so that they only compute.

torch.export.load trusts its file. It unpickles example inputs, tensors and objects, loads compiled libraries, evaluates
sizes and guards as Python, writes names into source code that it then runs, and accepts as an operator anything
reachable from `torch`, even torch.os.system. So the file is first copied in memory: dangerous parts are omitted if the
network does not need them, and refused otherwise. Only the copy is loaded.
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
_CONFIGS = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_TENSORS = re.compile(r"data/(weights/weight|constants/tensor)_\d+")
# A pickled example input; an empty one is ignored.
_EXAMPLE = "data/sample_inputs/model.pt"
# Format markers, which the writer adds to the copy, and additional files.
_OMITTED = re.compile(r"archive_format|archive_version|byteorder|\.data/.*|extra/.*")

# Fields that do not affect the network: metadata, input checks, Python classes.
_EMPTY: Mapping[str, Any] = {"metadata": {}, "guards_code": [], "treespec_namedtuple_fields": {}}

_NAME = re.compile(r"(?a)[A-Za-z_]\w*|")
_PATH = re.compile(r"(?a)[\w.]*")
_OPERATOR = re.compile(
    r"(?a)torch\.ops\.aten\.(?!__|from_file\.|save\.)\w+\.(?!_)\w+"  # these two access files
    r"|_operator\.(getitem|add|sub|mul|floordiv|truediv|mod|neg|pow|eq|ne|lt|le|gt|ge|and_|or_)"
    r"|math\.(ceil|floor|trunc|sqrt)|torch\.sym_(max|min|float|int|not|ite)"
)
# Expressions without powers, whose evaluation could take forever.
_SIZE = re.compile(
    r"(?a)([su](?=\d)|\d|\*(?!\*)|[-+/%(),= <>']|\b(Symbol|Integer|Rational|Add|Mul|Mod|Max|Min|Eq|Ne"
    r"|FloorDiv|CeilDiv|CleanDiv|ModularIndexing|PythonMod|positive|nonnegative|integer|True|False)\b)*"
)
_CONTAINERS = (None, "builtins.tuple", "builtins.list", "builtins.dict")
_KEYS = re.compile(r'null|\[[\w", ]*\]')


def _is_plain(text: str) -> bool:
    """Return whether a description of arguments has only built-in containers."""

    def plain(node: Any) -> bool:
        known = node["type"] in _CONTAINERS and _KEYS.fullmatch(node["context"] or "null")
        return bool(known) and all(map(plain, node["children_spec"]))

    return plain(json.loads(text)[1])


# Rules for strings by the name of their field; other fields are names of values.
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
    "as_string": lambda text: True,  # noqa: ARG005 - arguments of allowed operators
    "torch_version": lambda text: True,  # noqa: ARG005
}


def safe_copy(file: Path) -> io.BytesIO:
    """Return a copy of an archive that is safe for torch.export.load.

    Raises:
        UnsafeProgram: it is not such an archive, or contains more than computations.
    """
    try:
        return _copy(PT2ArchiveReader(str(file)))
    except UnsafeProgram as error:
        raise UnsafeProgram(f"program {file.name} {error.message}", error.hint) from error
    except Exception as error:  # damaged files raise any error
        raise UnsafeProgram(
            f"program {file.name} cannot be read: {error}", "Use a file written by torch.export.save of a recent torch."
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
                copy.write_string(record, json.dumps(_checked(json.loads(archive.read_string(record)))))
            elif not _OMITTED.fullmatch(record):
                raise UnsafeProgram(
                    f"contains {record}, which may be code",
                    "Export a network of plain tensors, without custom objects and not compiled.",
                )
    buffer.seek(0)
    return buffer


def _checked(value: Any, field: str = "") -> Any:
    """Return a JSON value without unneeded fields and on the CPU; raise UnsafeProgram if unsafe."""
    if isinstance(value, dict):
        if value.get("use_pickle"):
            raise UnsafeProgram("contains a pickled tensor", "Export plain tensors.")
        if value.keys() == {"type", "index"}:  # a device, which this machine may not have
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
            f"contains {text[:80]!r} as {field or 'a name'}, which is not allowed",
            "Export only the network, in eval mode, with operators of torch itself (aten).",
        )
    return text
