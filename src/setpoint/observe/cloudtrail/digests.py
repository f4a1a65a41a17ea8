"""Proves with digests that logs are what CloudTrail delivered, and all of it.

Every hour CloudTrail delivers a digest of the logs of that hour, chained to the one before and signed. What is hashed
and signed is told in the AWS CloudTrail User Guide, *CloudTrail digest file structure* and *Custom implementations of
CloudTrail log file integrity validation*. The signature lies in the metadata of the object, and in the next digest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.files import parse_json
from setpoint.model.canonical import Json
from setpoint.model.permission_use import Gap, GapKind
from setpoint.observe.cloudtrail.layout import Place

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHM: Final = "SHA256withRSA"

SIGNATURE: Final = "signature"
"""The name in the metadata of the digest's object."""

MOST_LOGS: Final = 100_000
"""In one digest: an hour of one account and region has some hundreds."""

PublicKeys = Mapping[str, bytes]
"""Fingerprint → the key, as `ListPublicKeys` gives it: PKCS #1, DER."""


@dataclass(frozen=True, slots=True)
class Digest:
    place: Place
    start: datetime
    end: datetime
    end_text: str
    """As it is signed."""
    bucket: str
    key: str
    fingerprint: str
    algorithm: str
    previous: str
    """The key of the digest before; empty for the first one since logging was begun."""
    previous_hash: str
    previous_signature: str
    logs: tuple[tuple[str, str], ...]
    """Key and SHA-256 of each log of the hour, unpacked."""
    hash: str
    """SHA-256 of itself, unpacked."""

    def gap(self, kind: GapKind, reason: str) -> Gap:
        return Gap(self.place.account, self.place.region, self.start, self.end, kind, reason)


@dataclass(frozen=True, slots=True)
class Link:
    """What is remembered of a digest, for the next one of its chain."""

    key: str
    hash: str
    end: datetime

    def text(self) -> str:
        return f"{self.end.isoformat()} {self.hash} {self.key}"

    @classmethod
    def of(cls, text: str) -> Link | None:
        if not text:
            return None
        end, digest, key = text.split(" ", 2)
        return cls(key, digest, datetime.fromisoformat(end))


def parse_digest(data: bytes, where: str) -> Digest:
    """`data` is unpacked; `InputError` where it is no digest."""
    document = parse_json(data, where)
    if not isinstance(document, dict):
        raise InputError("this is no digest of CloudTrail: an object was expected", where=where)
    read = _Members(document, where)
    logs = document.get("logFiles")
    if not isinstance(logs, list) or len(logs) > MOST_LOGS:
        raise InputError("this is no digest of CloudTrail: logFiles is missing, or too long", where=where)
    return Digest(
        place=Place(read.text("awsAccountId"), _region(read.text("digestS3Object"))),
        start=read.moment("digestStartTime"),
        end=read.moment("digestEndTime"),
        end_text=read.text("digestEndTime"),
        bucket=read.text("digestS3Bucket"),
        key=read.text("digestS3Object"),
        fingerprint=read.text("digestPublicKeyFingerprint"),
        algorithm=read.text("digestSignatureAlgorithm"),
        previous=read.optional("previousDigestS3Object"),
        previous_hash=read.optional("previousDigestHashValue"),
        previous_signature=read.optional("previousDigestSignature"),
        logs=tuple(_log(each, where) for each in logs),
        hash=hashlib.sha256(data).hexdigest(),
    )


def signature_problem(digest: Digest, signature: str, keys: PublicKeys) -> str:
    """Why nothing proves that AWS made it, in a clause; empty where its signature does."""
    if digest.algorithm != ALGORITHM:
        return f"it is signed by {digest.algorithm}, and {ALGORITHM} was expected"
    if not signature:
        return "its signature is missing"
    key = keys.get(digest.fingerprint)
    if key is None:
        return f"AWS names no key with its fingerprint {digest.fingerprint}"
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        _public_key(key).verify(bytes.fromhex(signature), _signed(digest), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return "its signature is not AWS's"
    return ""


def chain_problem(digest: Digest, before: Link | None) -> Gap | None:
    """What is missing between it and the one that was read before; None where nothing is."""
    if before is None or digest.previous == before.key:
        if before is not None and digest.previous_hash != before.hash:
            return _unproven(digest, before, f"the digest {before.key} was changed")
        return None
    what = "logging was begun anew" if not digest.previous else f"the digest {digest.previous} is missing"
    return _unproven(digest, before, what)


def log_problems(digest: Digest, hash_of: Callable[[str], str | None]) -> list[Gap]:
    """`hash_of` is asked for the SHA-256 of each log; None says that it is not there."""
    gaps = []
    for key, expected in digest.logs:
        found = hash_of(key)
        if found is None:
            gaps.append(digest.gap(GapKind.LOST, f"the log {key} is not there any more"))
        elif found != expected:
            gaps.append(digest.gap(GapKind.CHANGED, f"the log {key} is not what was delivered"))
    return gaps


def read_public_keys(data: bytes, where: str) -> PublicKeys:
    """An answer of `ListPublicKeys` that somebody kept."""
    document = parse_json(data, where)
    listed = document.get("PublicKeyList") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InputError(
            "there are no public keys in it",
            where=where,
            remedy="write them with: aws cloudtrail list-public-keys --start-time …",
        )
    return dict(_public_key_of(each, where) for each in listed)


def expect_cryptography() -> None:
    """`InputError` where signatures cannot be checked here."""
    try:
        import cryptography  # noqa: F401 (asked for, not used)
    except ImportError as error:
        raise InputError(
            "signatures of digests are checked by cryptography",
            remedy="install it with: pip install 'setpoint[server]', or set cloudtrail.verify to false",
        ) from error


def _unproven(digest: Digest, before: Link, what: str) -> Gap:
    since = min(before.end, digest.start)
    until = max(digest.start, before.end)
    place = digest.place
    if since == until:
        since, until = digest.start, digest.end
    return Gap(place.account, place.region, since, until, GapKind.UNPROVEN, f"{what}, after which {digest.key} goes on")


def _signed(digest: Digest) -> bytes:
    """Of the first digest of a chain, the signature before is the word null."""
    before = digest.previous_signature or "null"
    return f"{digest.end_text}\n{digest.bucket}/{digest.key}\n{digest.hash}\n{before}".encode()


def _public_key(der: bytes) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(der)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the key is not one of RSA")
    return key


def _public_key_of(each: Json, where: str) -> tuple[str, bytes]:
    try:
        return str(each["Fingerprint"]), base64.b64decode(each["Value"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise InputError("a public key has no Fingerprint, or no Value in base64", where=where) from error


def _region(key: str) -> str:
    """The folder behind the one of all digests."""
    parts = key.split("/")
    place = parts.index("CloudTrail-Digest") if "CloudTrail-Digest" in parts else -2
    return parts[place + 1] if place + 1 < len(parts) else ""


def _log(each: Json, where: str) -> tuple[str, str]:
    members = _Members(each if isinstance(each, dict) else {}, where)
    return members.text("s3Object"), members.text("hashValue")


@dataclass(frozen=True, slots=True)
class _Members:
    document: Mapping[str, Any]
    where: str

    def text(self, name: str) -> str:
        value = self.document.get(name)
        if not isinstance(value, str):
            known = [each for each in self.document if isinstance(each, str)]
            raise InputError(
                f"this is no digest of CloudTrail: {name} is missing, or no text",
                where=self.where,
                remedy=did_you_mean(name, known) if known else "",
            )
        return value

    def optional(self, name: str) -> str:
        return self.text(name) if self.document.get(name) is not None else ""

    def moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise InputError(f"{name} is no time", where=self.where) from error
        if moment.tzinfo is None:
            raise InputError(f"{name} names no time zone", where=self.where)
        return moment
