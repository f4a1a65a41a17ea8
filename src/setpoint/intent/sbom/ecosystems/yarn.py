"""yarn.lock: of Yarn 1 (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/) and of Yarn 2 and later, which is YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_yaml
from setpoint.intent.sbom.ecosystems.found import Found, Source, hashes_of, unresolved, with_namespace
from setpoint.intent.sbom.members import an_object, text
from setpoint.model.component import Problem

_CLASSIC: Final = "# yarn lockfile v1"
_HEADER: Final = re.compile(r'"?((?:@[^/@"]+/)?[^@"]+)@([^",]*)"?(?:,.*)?:')
_MEMBER: Final = re.compile(r'  (version|integrity) "?([^"]*)"?')
_ALIAS: Final = "npm:"
_RESOLUTION: Final = re.compile(r"((?:@[^/@]+/)?[^@]+)@(?:npm:|virtual:[^#]*#npm:|patch:.*)(.*)")


def read_yarn_lock(source: Source) -> Iterator[Found | Problem]:
    yield from _classic(source) if _CLASSIC in source.text[:1000] else _berry(source)


def _classic(source: Source) -> Iterator[Found | Problem]:
    """Blocks that begin at the margin: `"@babel/core@^7.0.0", "@babel/core@^7.1.0":`."""
    for where, header, members in _blocks(source):
        match = _HEADER.fullmatch(header)
        if not match or "version" not in members:
            raise InputError("this is no entry of a yarn.lock", where=where)
        name, wanted = match[1], match[2]
        if wanted.startswith(_ALIAS) and "@" in (alias := wanted.removeprefix(_ALIAS))[1:]:
            name = alias[: alias.rindex("@")]
        purl = with_namespace("npm", name, members["version"])
        yield Found(purl, where, hashes=hashes_of(members.get("integrity", "")))


def _blocks(source: Source) -> Iterator[tuple[str, str, dict[str, str]]]:
    begun, header = "", ""
    members: dict[str, str] = {}
    for where, line in source.lines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if header:
                yield begun, header, members
            begun, header, members = where, line, {}
        elif match := _MEMBER.fullmatch(line):
            members[match[1]] = match[2]
    if header:
        yield begun, header, members


def _berry(source: Source) -> Iterator[Found | Problem]:
    document = an_object(parse_yaml(source.octets, source.path).value, "the document")
    if "__metadata" not in document:
        raise InputError("this is neither a yarn.lock of Yarn 1 nor of a later one")
    for key, value in document.items():
        if key == "__metadata":
            continue
        entry = an_object(value, key)
        if entry.get("linkType") == "soft":
            continue  # a workspace of the project
        match = _RESOLUTION.fullmatch(text(entry, "resolution", key))
        if match:
            yield Found(with_namespace("npm", match[1], str(entry.get("version", ""))), f"{source.path}: {key}")
        else:
            yield unresolved(f"{source.path}: {key}", key)
