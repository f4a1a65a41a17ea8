"""Who a caller is, read from the ARN or the name that people give."""

from __future__ import annotations

import re
from typing import Final

from setpoint.compare.identity.aws.request import Caller, CallerKind
from setpoint.errors import InputError

_IAM: Final = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(user|role|root|saml-provider|oidc-provider)(?:/(.+))?")
_STS: Final = re.compile(r"arn:([a-z-]+):sts::(\d{12}):(assumed-role|federated-user)/([^/]+)(?:/([^/]+))?")
_ACCOUNT: Final = re.compile(r"\d{12}")
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)")
_PROVIDER: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:[:/].*)?")
_CANONICAL: Final = re.compile(r"[0-9a-f]{64}")
"""An account as S3 writes it ("AWS account identifiers")."""

WEB_IDENTITIES: Final = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}
)
"""Providers that are no services, whatever their names ("AWS JSON policy elements: Principal")."""

REMEDY: Final = (
    "write the ARN of a user, a role, a session or a provider, an account, a service's name, or * for anybody"
)


def caller_of(principal: str, *, account: str = "", where: str, role_arn: str = "", organisation: str = "") -> Caller:
    """`account` may be given where it does not follow from the principal, and has to agree where it does.

    `role_arn` says which role a session is of, with its path, which the session's ARN leaves out.
    """
    caller = _caller(principal, account, role_arn, organisation)
    if caller is None:
        raise InputError(f"{principal!r} is no principal", where=where, remedy=REMEDY)
    if account and caller.account and account != caller.account:
        raise InputError(f"{principal!r} is not of the account {account}", where=where)
    return caller


def _caller(principal: str, account: str, role_arn: str, organisation: str) -> Caller | None:
    if found := _IAM.fullmatch(principal):
        return _of_iam(principal, found, organisation)
    if found := _STS.fullmatch(principal):
        return _of_session(principal, found, role_arn, organisation)
    if _ACCOUNT.fullmatch(principal):
        return Caller(f"arn:aws:iam::{principal}:root", principal, CallerKind.ROOT, organisation=organisation)
    if _CANONICAL.fullmatch(principal):
        return Caller(principal, account, CallerKind.ROOT, organisation=organisation, canonical_user=principal)
    return _of_no_account(principal)


def _of_no_account(principal: str) -> Caller | None:
    if principal in {"*", "anonymous"}:
        return Caller("*", "", CallerKind.ANONYMOUS)
    if principal not in WEB_IDENTITIES and _SERVICE.fullmatch(principal):
        return Caller(principal, "", CallerKind.SERVICE)
    return Caller(principal, "", CallerKind.FEDERATED) if _PROVIDER.fullmatch(principal) else None


def _of_iam(principal: str, found: re.Match[str], organisation: str) -> Caller | None:
    account, kind, name = found.groups()
    if (kind == "root") != (name is None):
        return None
    if kind in {"saml-provider", "oidc-provider"}:
        return Caller(principal, "", CallerKind.FEDERATED)
    return Caller(principal, account, CallerKind(kind), organisation=organisation)


def _of_session(principal: str, found: re.Match[str], role_arn: str, organisation: str) -> Caller | None:
    partition, account, kind, name, session = found.groups()
    if (kind == "assumed-role") != (session is not None):
        return None
    if kind == "federated-user":
        return Caller(principal, account, CallerKind.SESSION, organisation=organisation)
    plain = f"arn:{partition}:iam::{account}:role/{name}"
    known = role_arn if _is_same_role(role_arn, account, name) else plain
    return Caller(principal, account, CallerKind.SESSION, role_arn=known, organisation=organisation)


def _is_same_role(role_arn: str, account: str, name: str) -> bool:
    return f":iam::{account}:role/" in role_arn and role_arn.rpartition("/")[2] == name
