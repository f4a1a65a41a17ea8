"""Fingerprints by the name of their algorithm, as people write it."""

import hashlib


class Fingerprint:
    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm.replace("-", "").lower()

    def of(self, text: str) -> str:
        digest = hashlib.new(self.algorithm)
        digest.update(text.encode())
        return digest.hexdigest()
