"""go.mod and go.sum (https://go.dev/ref/mod).

Since Go 1.17 a go.mod lists every module that is built in, and go.sum many that are not: go.sum is read only where it
stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, unresolved, with_namespace
from setpoint.model.component import Problem

_LISTS_ALL: Final = (1, 17)
_COMMENT: Final = re.compile(r"\s*//.*")
_GO: Final = re.compile(r"^go\s+(\d{1,9})\.(\d{1,9})", re.MULTILINE)
_ONLY_ITS_MOD: Final = "/go.mod"


def read_go_mod(source: Source) -> Iterator[Found | Problem]:
    statements = list(_statements(source))
    replaced = _replacements(statements)
    for where, verb, words in statements:
        if verb == "require":
            if len(words) != 2:
                raise InputError("this is no requirement of a go.mod", where=where)
            yield _required(where, words[0], words[1], replaced)
    release = _GO.search(source.text)
    if not release or (int(release[1]), int(release[2])) < _LISTS_ALL:
        yield unresolved(source.path, "go.mod before Go 1.17 lists only what is needed directly")


def read_go_sum(source: Source) -> Iterator[Found | Problem]:
    for where, line in source.lines():
        words = line.split()
        if not words:
            continue
        if len(words) != 3:
            raise InputError("this is no line of a go.sum", where=where)
        if not words[1].endswith(_ONLY_ITS_MOD):
            yield Found(with_namespace("golang", words[0], words[1]), where)


def _statements(source: Source) -> Iterator[tuple[str, str, list[str]]]:
    """(where, verb, words), those of blocks in parentheses among them."""
    block = ""
    for where, line in source.lines():
        words = [each.strip('"`') for each in _COMMENT.sub("", line).split()]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield where, block, words
        elif words[-1] == "(":
            block = words[0]
        else:
            yield where, words[0], words[1:]


def _replacements(statements: list[tuple[str, str, list[str]]]) -> dict[tuple[str, str], list[str]]:
    """(module, version or empty for all) → what stands in its place."""
    found = {}
    for _, verb, words in statements:
        if verb == "replace" and "=>" in words:
            at = words.index("=>")
            module, *version = words[:at] or [""]
            found[module, version[0] if version else ""] = words[at + 1 :]
    return found


def _required(where: str, module: str, version: str, replaced: dict[tuple[str, str], list[str]]) -> Found | Problem:
    other = replaced.get((module, version)) or replaced.get((module, ""))
    if other is None:
        return Found(with_namespace("golang", module, version), where)
    if len(other) != 2:
        return unresolved(where, f"{module} is replaced by {' '.join(other)}")
    return Found(with_namespace("golang", other[0], other[1]), where)
