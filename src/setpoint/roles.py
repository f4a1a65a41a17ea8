"""Assumed roles: how one set of credentials reads several accounts. Used by `aws`.

Nothing of a credential is kept but in botocore's own object, which renews it before it expires.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from setpoint.errors import InputError

SESSION_NAME: Final = "setpoint"
"""What CloudTrail shows of the caller, behind the role's name."""

_ROLE_ARN: Final = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\w+=,.@/-]{1,576}")
"""IAM User Guide, "IAM identifiers"."""


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """A role in the account that it is to read."""

    arn: str
    external_id: str | None = None
    """What the role's trust policy may ask for."""

    def __post_init__(self) -> None:
        if not _ROLE_ARN.fullmatch(self.arn):
            raise InputError(
                f"{self.arn!r} is not the ARN of a role", remedy="write arn:aws:iam::<account>:role/<name>"
            )

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


def assumed_session(role: AssumedRole, token_service: Callable[[], Any]) -> Any:
    """A boto3 session with the role's credentials; `token_service` gives a client of STS that may assume it.

    The role is assumed at the first call, and again before its credentials expire; a refusal is an error of that call.
    """
    import boto3
    import botocore.session
    from botocore.credentials import CredentialResolver, DeferredRefreshableCredentials

    def assume() -> dict[str, str]:
        external = {"ExternalId": role.external_id} if role.external_id else {}
        given = token_service().assume_role(RoleArn=role.arn, RoleSessionName=SESSION_NAME, **external)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    credentials = DeferredRefreshableCredentials(refresh_using=assume, method="assume-role")
    core = botocore.session.get_session()
    core.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
    return boto3.Session(botocore_session=core)


class _Given:
    """A provider (`botocore.credentials.CredentialProvider`) of credentials that are there already."""

    METHOD = "assume-role"
    CANONICAL_NAME = "Setpoint"

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials
