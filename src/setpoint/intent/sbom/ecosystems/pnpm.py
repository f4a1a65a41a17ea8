"""pnpm-lock.yaml, versions 5 to 9 (https://github.com/pnpm/spec/tree/master/lockfile)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_yaml
from setpoint.intent.sbom.ecosystems.found import Found, Source, hashes_of, unresolved, with_namespace
from setpoint.intent.sbom.members import an_object, child, text
from setpoint.model.component import Problem

_MAJORS: Final = ("5", "6", "7", "8", "9")
_PEERS: Final = re.compile(r"\(.*")
"""After the version since 6: the peers that it was resolved with."""
_KEY_OF_5: Final = re.compile(r"/((?:@[^/]+/)?[^/]+)/([^/_]+)(?:_.*)?")
_KEY_SINCE_6: Final = re.compile(r"/?((?:@[^/@]+/)?[^/@]+)@([^/:]+)")


def read_pnpm_lock(source: Source) -> Iterator[Found | Problem]:
    document = parse_yaml(source.octets, source.path)
    lock = an_object(document.value, "the document")
    version = str(lock.get("lockfileVersion", ""))
    major = version.partition(".")[0]
    if major not in _MAJORS:
        raise InputError(f"its lockfileVersion is {version!r}; 5 to 9 are read")
    pattern = _KEY_OF_5 if major == "5" else _KEY_SINCE_6
    for key, value in child(lock, "packages", "").items():
        entry = an_object(value, key)
        match = pattern.fullmatch(_PEERS.sub("", key))
        name = text(entry, "name", key) or (match[1] if match else "")
        resolved = str(entry.get("version") or (match[2] if match else ""))
        if not name or not resolved:
            yield unresolved(f"{source.path}: {key}", key)
            continue
        hashes = hashes_of(text(child(entry, "resolution", key), "integrity", key))
        yield Found(with_namespace("npm", name, resolved), f"{source.path}: {key}", hashes=hashes)
