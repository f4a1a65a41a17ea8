"""The one door to files: bounded reading, and JSON and YAML that remember where each value stood.

Settings, policies and every intent reader come through here, so that bad input is told the same way everywhere:
`file:line: what was wrong; what would do`.
"""

from __future__ import annotations

import gzip
import os
import re
import resource
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import yaml

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join

MAX_BYTES: Final = 512 * 1024 * 1024
"""Larger than any Terraform state or template that a team keeps; smaller than what would exhaust the machine."""

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Of one line of JSON Lines: many times what the largest resource of AWS takes."""

MAX_YAML_BYTES: Final = 16 * 1024 * 1024
MAX_YAML_NODES: Final = 1_000_000
"""Counted after aliases are followed, which stops the aliases that double at every level."""

MAX_DEPTH: Final = 100

NO_FILE_REMEDY: Final = "check the path; in a configuration it goes by the configuration's folder"

_GZIP: Final = b"\x1f\x8b"
"""How every gzip file begins (RFC 1952)."""

_NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_FRACTION: Final = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*\.")

Node = yaml.nodes.Node
TagConstructor = Callable[[str, Json, str], Json]
"""(tag suffix, constructed value, `file:line`) → value."""


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """The file's content; `InputError` when it is not there, not readable, no file, or larger than `limit` bytes."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limit:
                raise InputError(f"the file has {size:,} bytes; at most {limit:,} are read", where=str(path))
            data = stream.read(limit + 1)
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), remedy=NO_FILE_REMEDY) from error
    except IsADirectoryError as error:
        raise InputError("this is a folder, not a file", where=str(path)) from error
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(path)) from error
    if len(data) > limit:
        raise InputError(f"the file has more than {limit:,} bytes, which is all that is read", where=str(path))
    return data


def read_lines(path: Path, *, limit: int = MAX_LINE_BYTES) -> Iterator[tuple[str, bytes]]:
    """Each line that is not blank, with its `file:line`; what was compressed with gzip is read as what it holds."""
    try:
        with path.open("rb") as plain:
            packed = plain.peek(len(_GZIP)).startswith(_GZIP)
            stream = gzip.GzipFile(fileobj=plain) if packed else plain
            for number, line in enumerate(iter(lambda: stream.readline(limit + 1), b""), start=1):
                if len(line) > limit:
                    raise InputError(
                        f"the line has more than {limit:,} bytes, which is all that is read", where=f"{path}:{number}"
                    )
                if line.strip():
                    yield f"{path}:{number}", line
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), remedy=NO_FILE_REMEDY) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"this is not whole as a gzip file ({error})", where=str(path)) from error
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(path)) from error


def allow_open_files(wanted: int) -> None:
    """So many at once, as far as the system allows it: the usual limit is for programs that are no servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def parse_json(data: bytes, where: str) -> Json:
    """`data` as JSON, not nested too deep; `InputError` with line and column where it is not."""
    value = decode_json(data, where)
    check_depth(value, where)
    return value


def decode_json(data: bytes, where: str) -> Json:
    """As `parse_json`, for whoever looks at the depth while walking the value anyway."""
    if not data.strip():
        raise InputError("the file is empty; JSON was expected", where=where)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON ({error.msg})",
            where=f"{where}:{error.lineno}:{error.colno}",
            remedy="write it again; it may have been cut short",
        ) from error


def check_depth(value: Json, where: str, *, most: int = MAX_DEPTH) -> None:
    """Refuse a document that is nested so deep that walking it would exhaust the stack."""
    level = [value]
    for _ in range(most):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return
    raise InputError(f"the document is nested more than {most} levels deep", where=where)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML (or JSON) document with the line of every value."""

    name: str
    value: Json
    lines: Mapping[str, int] = field(repr=False)
    """Path (see `model.paths`; the root is the empty path) → line, from 1."""

    def where(self, path: str = "") -> str:
        """`file:line` of the value at `path`, or of its nearest parent."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return f"{self.name}:{self.lines.get(path, 1)}"


def load_yaml(path: Path, *, tags: Mapping[str, TagConstructor] | None = None) -> Document:
    """The file as YAML 1.1 (JSON included), a single document; `tags` are the `!…` forms that it may use."""
    return parse_yaml(read_bytes(path, limit=MAX_YAML_BYTES), str(path), tags=tags)


def parse_yaml(data: bytes, name: str, *, tags: Mapping[str, TagConstructor] | None = None) -> Document:
    """As `load_yaml`, from bytes. Refuses duplicate keys, unknown tags, deep nesting, and endless expansion."""
    try:
        text = data.decode("utf-8-sig")
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
            builder = _Builder(name, tags or {})
            value = builder.build(root, "", 0) if root is not None else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=name) from error
    except yaml.MarkedYAMLError as error:
        if data.lstrip().startswith(b"{") and (value := _json_or_none(data)) is not None:
            return Document(name, value, {"": 1})
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise InputError(f"this is not YAML ({error.problem or error.context})", where=f"{name}{line}") from error
    except yaml.YAMLError as error:
        raise InputError(f"this is not YAML ({error})", where=name) from error
    return Document(name, value, builder.lines)


def _json_or_none(data: bytes) -> Json:
    """JSON escapes characters beyond the basic plane by pairs, which YAML refuses; read so, values have no lines."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _scalar(node: yaml.ScalarNode) -> Json:
    """Null, truth value, number or text. What YAML 1.1 alone takes for a date, an octal or a base-60 number is text."""
    text = str(node.value)
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return yaml.SafeLoader.bool_values.get(text.lower(), text)
    if node.tag == _INT and _DECIMAL.fullmatch(text):
        number = int(text.replace("_", ""))
        return number if abs(number) < 2**63 else text
    if node.tag == _FLOAT and _FRACTION.fullmatch(text):
        return float(text.replace("_", ""))
    return text


class _Builder:
    """Turns a node tree into values, noting the line of each."""

    def __init__(self, name: str, tags: Mapping[str, TagConstructor]) -> None:
        self.name = name
        self.lines: dict[str, int] = {}
        self._tags = tags
        self._nodes = 0

    def build(self, node: Node, path: str, depth: int) -> Json:
        self._nodes += 1
        line = node.start_mark.line + 1
        where = f"{self.name}:{line}"
        if self._nodes > MAX_YAML_NODES:
            raise InputError(f"the document expands to more than {MAX_YAML_NODES:,} values", where=where)
        if depth > MAX_DEPTH:
            raise InputError(f"the document is nested more than {MAX_DEPTH} levels deep", where=where)
        self.lines.setdefault(path, line)
        if not node.tag.startswith("!"):
            return self._plain(node, path, depth)
        construct = self._tags.get(node.tag)
        if construct is None:
            known = f"known are {', '.join(sorted(self._tags))}" if self._tags else "none is known here"
            raise InputError(f"unknown tag {node.tag}", where=where, remedy=known)
        untagged = yaml.ScalarNode("tag:yaml.org,2002:str", node.value) if isinstance(node, yaml.ScalarNode) else node
        untagged.start_mark = node.start_mark
        return construct(node.tag, self._children(untagged, path, depth), where)

    def _plain(self, node: Node, path: str, depth: int) -> Json:
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else self._children(node, path, depth)

    def _children(self, node: Node, path: str, depth: int) -> Json:
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, element(path, index), depth + 1) for index, child in enumerate(node.value)]
        result: dict[str, Json] = {}
        for key_node, value_node in node.value:
            where = f"{self.name}:{key_node.start_mark.line + 1}"
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError("a key must be text", where=where)
            key = str(key_node.value)
            if key in result:
                raise InputError(f"the key {key!r} stands twice", where=where)
            result[key] = self.build(value_node, join(path, key), depth + 1)
        return result
