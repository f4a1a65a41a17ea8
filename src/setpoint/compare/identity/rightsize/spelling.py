"""How condition keys are spelt: they are read in lower case, since case makes no difference, and written for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.errors import NotFoundError

GLOBAL_KEYS: Final = (
    "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CurrentTime", "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount", "aws:PrincipalArn",
    "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList", "aws:PrincipalTag/", "aws:PrincipalType", "aws:Referer", "aws:RequestTag/",
    "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag/",
    "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent",
    "aws:ViaAWSService", "aws:VpcSourceIp", "aws:userid", "aws:username",
)  # fmt: skip
"""IAM User Guide, "AWS global condition context keys"; one that ends in a slash is followed by a name."""


def spelt(key: str, actions: Sequence[str], reference: Reference) -> str:
    """As the reference spells it for the actions of its statement; in lower case where nobody knows it."""
    known = _by_beginning(GLOBAL_KEYS)
    for action in actions:
        try:
            known |= _by_beginning(reference.facts(action).keys)
        except NotFoundError:
            continue  # a pattern, or an action that is too new
    beginning = _beginning(key)
    found = known.get(beginning)
    return key if found is None else found + key[len(beginning) :]


def _by_beginning(keys: Iterable[str]) -> dict[str, str]:
    return {beginning.lower(): beginning for beginning in map(_beginning, keys)}


def _beginning(key: str) -> str:
    """Up to the name of a tag, which is somebody's own."""
    head, slash, _ = key.partition("/")
    return head + slash
