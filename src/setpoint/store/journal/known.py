"""Which events are known already: the identities of the newest ones, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable


class KnownIdentities:
    """Remembers at least the newest `size` identities and at most twice as many, at some 120 bytes each."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._recent: set[bytes] = set()
        self._older: set[bytes] = set()

    def __contains__(self, identity: bytes) -> bool:
        return identity in self._recent or identity in self._older

    def add(self, identities: Iterable[bytes]) -> None:
        """Together they are the newest."""
        self._recent.update(identities)
        if len(self._recent) >= self._size:
            self._older, self._recent = self._recent, set()
