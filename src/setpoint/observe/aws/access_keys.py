"""Access keys of users, read live: their state and age, and when each was last used. Called by `wiring.principals`.

The secrets are known to nobody but their holders; AWS never returns them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from setpoint.aws import AwsClients, client_errors, error_code, reason
from setpoint.model.canonical import Unknown
from setpoint.model.principal import AccessKey

PERMISSIONS: Final = ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys")

GONE: Final = "NoSuchEntity"


def read_access_keys(clients: AwsClients, users: Mapping[str, str]) -> Mapping[str, Sequence[AccessKey] | Unknown]:
    """User's ARN → its keys, or why they could not be read. `users` are names by ARN."""
    read = partial(_keys_of, clients.client("iam", clients.settings.home))
    with ThreadPoolExecutor(clients.settings.pool) as pool:
        return dict(zip(users, pool.map(read, users.values()), strict=True))


def _keys_of(iam: Any, user: str) -> Sequence[AccessKey] | Unknown:
    asked = "iam:ListAccessKeys"
    try:
        pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
        listed = [each for page in pages for each in page["AccessKeyMetadata"]]
        asked = "iam:GetAccessKeyLastUsed"
        return tuple(_key(iam, each) for each in listed)
    except client_errors() as error:
        # A user who was deleted since it was listed has no keys any more.
        return () if error_code(error) == GONE else Unknown(reason(error, asked))


def _key(iam: Any, listed: Mapping[str, Any]) -> AccessKey:
    used = iam.get_access_key_last_used(AccessKeyId=listed["AccessKeyId"])["AccessKeyLastUsed"]
    return AccessKey(
        listed["AccessKeyId"], listed["Status"] == "Active", listed["CreateDate"], used.get("LastUsedDate")
    )
