"""The signed mark of where the audit log ended, kept beside the ledger: a tail that is cut off leaves no other trace.

The ledger writes it as it goes and reads it when the log is verified; `wiring` says where it is. The log may have
grown since, but never shrunk. Its HMAC (RFC 2104) is made under the key of the last thresholds: whoever may write the
ledger's folder, but not read that key, can take the mark away, and cannot make another.
"""

from __future__ import annotations

import hmac
import logging
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import parse_json, read_bytes
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.store.interface import AuditEnd
from setpoint.store.key_file import is_there, make_key, read_key, written_beside

PURPOSE: Final = b"setpoint end of the audit log\n"
"""Stands before what is signed, so that nothing signed under the same key for another end passes for a mark."""

MAX_BYTES: Final = 4096

_log = logging.getLogger(__name__)


class AuditMark:
    def __init__(self, path: Path, key_path: Path) -> None:
        self.path = path
        self._key_path = key_path

    def keep(self, end: AuditEnd) -> None:
        """In the place of the one before. That it cannot be kept is logged, and found when the log is verified."""
        payload = {"sequence": end.sequence, "digest": end.digest}
        try:
            if not is_there(self._key_path):
                make_key(self._key_path)
            document = {"payload": payload, "signature": _signature(read_key(self._key_path), payload)}
            with written_beside(self.path, canonical_bytes(document) + b"\n") as temporary:
                temporary.replace(self.path)
        except (InputError, OSError) as error:
            _log.warning("where the audit log ends cannot be kept: %s", error)

    def recall(self) -> AuditEnd:
        """Raises `CouldNotTellError` where there is none, and where it cannot be trusted."""
        try:
            return self._verified()
        except InputError as error:
            raise CouldNotTellError(
                f"whether rows were cut off the end of the audit log cannot be told: {error.what}",
                where=error.where,
                remedy="bring the mark and its key back; where there never was one, a heartbeat makes it",
            ) from error

    def _verified(self) -> AuditEnd:
        where = str(self.path)
        document = parse_json(read_bytes(self.path, limit=MAX_BYTES), where)
        payload = document.get("payload") if isinstance(document, dict) else None
        if not isinstance(payload, dict) or not isinstance(document.get("signature"), str):
            raise InputError("this is no mark of where it ended", where=where)
        # Compared in a time that does not tell how much of a forged signature is right.
        signature = _signature(read_key(self._key_path), payload)
        if not hmac.compare_digest(signature.encode(), document["signature"].encode()):
            raise InputError("the mark of where it ended is not what was signed", where=where)
        return AuditEnd(int(payload["sequence"]), str(payload["digest"]))


def _signature(key: bytes, payload: Json) -> str:
    return hmac.new(key, PURPOSE + canonical_bytes(payload), "sha256").hexdigest()
