"""Digests as CloudTrail makes them, signed by keys of our own."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ACCOUNT, REGION, BUCKET = "123456789012", "eu-west-1", "trail"
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 5, 31, 10, 0, tzinfo=UTC)
FINGERPRINT = "31e8b5433410dfb61a9dc45cc65b22ff"

EVENT = {
    "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/alice"},
    "eventSource": "iam.amazonaws.com",
    "eventName": "ListRoles",
    "recipientAccountId": ACCOUNT,
    "awsRegion": REGION,
}


@dataclass
class Trail:
    """Logs and digests by their keys, as they lie in a bucket."""

    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    objects: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    _before: tuple[str, str, str] | None = None
    _serial: int = 99_999_999
    """Names of one minute come in the opposite order."""

    def log(self, hour: int, events: int = 1, minute: int = 5) -> str:
        """Deliver one; its key."""
        at = FIRST + hour * HOUR + timedelta(minutes=minute)
        self._serial -= 1
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%M}Z_abcdefgh{self._serial:08}.json.gz"
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{at:%Y/%m/%d}/{name}"
        records = [{**EVENT, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"} for _ in range(events)]
        self.objects[key] = gzip.compress(json.dumps({"Records": records}).encode())
        return key

    def digest(self, hour: int, *logs: str, **changed: Any) -> str:
        """Deliver the one of that hour; its key."""
        start, end = FIRST + hour * HOUR, FIRST + (hour + 1) * HOUR
        name = f"{ACCOUNT}_CloudTrail-Digest_{REGION}_main_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        key = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/{name}"
        before = self._before
        document: dict[str, Any] = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Bucket": BUCKET if before else None,
            "previousDigestS3Object": before[0] if before else None,
            "previousDigestHashValue": before[1] if before else None,
            "previousDigestHashAlgorithm": "SHA-256" if before else None,
            "previousDigestSignature": before[2] if before else None,
            "logFiles": [
                {"s3Bucket": BUCKET, "s3Object": each, "hashValue": self.hash(each), "hashAlgorithm": "SHA-256"}
                for each in logs
            ],
            **changed,
        }
        content = json.dumps(document).encode()
        hashed = hashlib.sha256(content).hexdigest()
        text = "\n".join(
            (document["digestEndTime"], f"{BUCKET}/{key}", hashed, document["previousDigestSignature"] or "null")
        )
        signature = self.key.sign(text.encode(), PKCS1v15(), SHA256()).hex()
        self.objects[key], self.signatures[key] = gzip.compress(content), signature
        self.digests.append(key)
        self._before = (key, hashed, signature)
        return key

    def hash(self, key: str) -> str:
        return hashlib.sha256(gzip.decompress(self.objects[key])).hexdigest()

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def public_keys(self) -> dict[str, Any]:
        """As `ListPublicKeys` answers, printed by AWS's command line."""
        value = base64.b64encode(self.public_key).decode()
        return {"PublicKeyList": [{"Value": value, "Fingerprint": FINGERPRINT}]}

    def change(self, key: str) -> None:
        """Somebody leaves an event out of a log, or out of what a digest tells."""
        self.objects[key] = gzip.compress(gzip.decompress(self.objects[key]).replace(b"ListRoles", b"ListUsers"))

    def put(self, folder: Path) -> Path:
        for key, data in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder
