"""Reviewed policy files: a folder in which each file says what one user, group or role was meant to be allowed.

`role/ci.json` or `role/ci/deploy.json` is a policy of the role `ci`; so for `user` and `group`. `role/ci/trust.json`
says who may assume it, and `policy/read.json` what the account's own managed policy `read` says. A folder called by its
twelve digits holds those of another account. Each file is a policy as IAM takes it, in JSON or YAML. Called by
`intended`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

from setpoint.errors import InputError
from setpoint.files import load_yaml, read_bytes
from setpoint.model.canonical import DIGEST_BYTES, digest
from setpoint.model.iam import PolicyDocument, PolicyKind
from setpoint.model.iam_reading import read_policy

SUFFIXES: Final = frozenset({".json", ".yaml", ".yml"})

MOST_FILES: Final = 20_000
"""More than an account has users, groups, roles and policies by IAM's quotas ("IAM and AWS STS quotas")."""

REMEDY: Final = (
    "call it role/NAME.json, role/NAME/POLICY.json, role/NAME/trust.json, user/…, group/… or policy/NAME.json"
)

_DIGITS: Final = 12


class Kind(StrEnum):
    """What the first folder says a file is about."""

    ROLE = "role"
    USER = "user"
    GROUP = "group"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    account: str
    """Empty for the account of the credentials in use."""
    kind: Kind
    name: str
    """Of whom it is about."""
    is_trust: bool
    document: PolicyDocument
    where: str


class PolicyFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fingerprint(self) -> str:
        """Of all that is in it."""
        contents = (hashlib.blake2b(read_bytes(each), digest_size=DIGEST_BYTES).hexdigest() for each in self._paths())
        return digest(str(self._folder), [str(each) for each in self._paths()], list(contents))

    def read(self) -> Iterator[PolicyFile]:
        """In order of their names. Raises `InputError` for what is no policy, or is called otherwise."""
        for path in self._paths():
            yield _read(path, path.relative_to(self._folder))

    def _paths(self) -> Sequence[Path]:
        if not self._folder.is_dir():
            raise InputError("there is no such folder", where=str(self._folder), remedy="see identity.policies")
        found = sorted(each for each in self._folder.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        if len(found) > MOST_FILES:
            raise InputError(f"there are more than {MOST_FILES:,} policies", where=str(self._folder))
        return found


def _read(path: Path, place: PurePath) -> PolicyFile:
    parts = list(place.with_suffix("").parts)
    account = parts.pop(0) if parts[0].isdigit() and len(parts[0]) == _DIGITS else ""
    match parts:
        case ["role", name, "trust"]:
            kind, is_trust = Kind.ROLE, True
        case [("role" | "user" | "group") as what, name] | [("role" | "user" | "group") as what, name, _]:
            kind, is_trust = Kind(what), False
        case ["policy", name]:
            kind, is_trust = Kind.POLICY, False
        case _:
            raise InputError("the file's place does not say whose policy it is", where=str(path), remedy=REMEDY)
    document = load_yaml(path)
    meant_for = PolicyKind.RESOURCE if is_trust else PolicyKind.IDENTITY
    return PolicyFile(account, kind, name, is_trust, read_policy(document.value, meant_for, str(path)), str(path))
