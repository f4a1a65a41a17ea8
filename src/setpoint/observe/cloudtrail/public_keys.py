"""AWS's public keys for digests, asked for when one with an unknown fingerprint comes up."""

from __future__ import annotations

from typing import Final

from setpoint.aws import AwsClients, client_errors, translate
from setpoint.observe.cloudtrail.digests import Digest, PublicKeys, expect_cryptography

KEYS: Final = "cloudtrail:ListPublicKeys"


class ListedKeys:
    """Each region has keys of its own, and a key is listed for the time that it signed in."""

    def __init__(self, clients: AwsClients) -> None:
        expect_cryptography()
        self._clients = clients
        self._known: dict[str, bytes] = {}

    def __call__(self, digest: Digest) -> PublicKeys:
        if digest.fingerprint not in self._known:
            self._known.update(self._listed(digest))
        return self._known

    def _listed(self, digest: Digest) -> dict[str, bytes]:
        cloudtrail = self._clients.client("cloudtrail", digest.place.region or self._clients.settings.home)
        try:
            pages = cloudtrail.get_paginator("list_public_keys").paginate(StartTime=digest.start, EndTime=digest.end)
            return {each["Fingerprint"]: each["Value"] for page in pages for each in page["PublicKeyList"]}
        except client_errors() as error:
            raise translate(error, KEYS) from error
