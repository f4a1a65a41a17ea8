"""requirements.txt: what it pins, and what it leaves open.

https://pip.pypa.io/en/stable/reference/requirements-file-format/. The library for it, `pip-requirements-parser`, opens
the files that a line includes, wherever they are; here every file is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.intent.sbom.ecosystems.found import Found, Source, of_pypi, unresolved
from setpoint.intent.sbom.libraries import missing
from setpoint.model.component import Problem

_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_OPTION: Final = re.compile(r"\s--?[a-z].*")
_HASH: Final = re.compile(r"--hash[= ](\w+):([0-9a-fA-F]+)")
_INCLUDED: Final = ("-r", "--requirement", "-c", "--constraint", "-e", "--editable", ".", "/")
"""Lines that name another file or folder."""


def read_requirements(source: Source) -> Iterator[Found | Problem]:
    for where, line in _logical_lines(source):
        if line.startswith(_INCLUDED):
            yield unresolved(where, line)
        elif not line.startswith("-"):
            yield _found(where, line)


def _found(where: str, line: str) -> Found | Problem:
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError as error:
        raise missing("packaging") from error
    try:
        requirement = Requirement(_OPTION.sub("", line))
    except InvalidRequirement:
        return unresolved(where, line)
    pins = [each.version for each in requirement.specifier if each.operator in ("==", "===")]
    version = pins[0] if len(pins) == 1 and not pins[0].endswith(".*") else ""
    origin = {"download_url": requirement.url} if requirement.url else {}
    hashes = _HASH.findall(line)
    return Found(
        of_pypi(requirement.name, version, origin),
        where,
        hashes=tuple(hashes) if len(hashes) == 1 else (),  # several: of the files it may come from, not of it
    )


def _logical_lines(source: Source) -> Iterator[tuple[str, str]]:
    begun, gathered = "", ""
    for where, line in source.lines():
        begun = begun or where
        if line.endswith("\\"):
            gathered += line[:-1] + " "
            continue
        whole = _COMMENT.sub("", gathered + line).strip()
        if whole:
            yield begun, whole
        begun, gathered = "", ""
    if gathered.strip():
        yield begun, _COMMENT.sub("", gathered).strip()
