"""What is known of a request that a principal would make on its way: condition keys, and which of them it may choose.

What stands here holds for whoever calls AWS directly, over TLS, now ("AWS global condition context keys" in the IAM
User Guide; "Actions, resources, and condition keys for AWS Identity and Access Management" for `iam:`). All other keys
are unknown: they make an answer conditional, never allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

from setpoint.compare.identity.aws.patterns import Variable, tokens_of
from setpoint.compare.identity.aws.request import Caller, Context
from setpoint.compare.identity.escalation.actors import Actor, allows_everything
from setpoint.model.iam import NamedPolicy, PolicyDocument, Statement
from setpoint.model.iam_account import Holder, IamAccount

Values = Mapping[str, tuple[str, ...]]
"""Condition key, in lower case → values; none where it is known to be absent."""

PRINCIPAL_TAG: Final = "aws:principaltag/"
RESOURCE_TAGS: Final = ("aws:resourcetag/", "iam:resourcetag/")
_OWN_TAG: Final = "resourcetag/"
BOUNDARY: Final = "iam:permissionsboundary"
ATTACHED: Final = "iam:policyarn"
PASSED_TO: Final = "iam:passedtoservice"
CLUSTER: Final = "ecs:cluster"
REGION: Final = "aws:requestedregion"

OF_CALLER: Final = ("aws:principal", "aws:userid", "aws:username")
"""Begins what differs from caller to caller."""

_ALWAYS: Final[Values] = {
    "aws:securetransport": ("true",),
    "aws:viaawsservice": ("false",),
    "aws:calledvia": (),
    "aws:calledviafirst": (),
    "aws:calledvialast": (),
    "aws:sourcearn": (),
    "aws:sourceaccount": (),
}

_ATTACHING: Final = frozenset({"iam:attachuserpolicy", "iam:attachrolepolicy", "iam:attachgrouppolicy"})
_BINDING: Final = frozenset({"iam:putuserpermissionsboundary", "iam:putrolepermissionsboundary"})
_CREATING: Final = frozenset({"iam:createuser", "iam:createrole"})

_GLOBAL_SERVICES: Final = frozenset({"iam", "organizations", "account"})
_HOME: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region that requests to a partition's global services are made in."""

_ADMINISTRATOR: Final = "arn:{}:iam::aws:policy/AdministratorAccess"
_OVER_IAM: Final = "arn:{}:iam::aws:policy/IAMFullAccess"
"""Whoever attaches it to itself may grant itself the rest."""

_SPELT: Final = {
    each.lower(): each
    for each in (
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:RequestedRegion",
        "aws:ResourceOrgID",
        "aws:SourceIdentity",
        "aws:SourceIp",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:TagKeys",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "aws:VpcSourceIp",
        "iam:AssociatedResourceArn",
        "sts:ExternalId",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
    )
}


def tag_of_resource(key: str, action: str) -> str:
    """The tag of the resource that a condition key speaks of, under AWS's name for it or that of the action's service
    (`ssm:resourceTag/team`); empty where it speaks of none. Both are in lower case."""
    prefix, _, name = key.partition(":")
    known = prefix in {"aws", action.partition(":")[0]} and name.startswith(_OWN_TAG)
    return name.removeprefix(_OWN_TAG) if known else ""


def spelt(key: str) -> str:
    """A condition key as people write it, where that is known."""
    for prefix, written in (("aws:requesttag/", "aws:RequestTag/"), ("aws:resourcetag/", "aws:ResourceTag/")):
        if key.startswith(prefix):
            return written + key.removeprefix(prefix)
    return _SPELT.get(key, key)


def keys_of(statement: Statement, document: PolicyDocument) -> Iterator[str]:
    """Every condition key on which it hangs whether a statement applies, those of its variables too."""
    texts: Iterable[str] = statement.resources.patterns if statement.resources else ()
    for condition in statement.conditions:
        yield condition.key
        texts = (*texts, *condition.values)
    for text in texts:
        if document.has_variables and "${" in text:
            yield from (each.key for each in tokens_of(text, variables=True) if isinstance(each, Variable))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of every request in one account, at one time."""

    always: Values
    partition: str
    boundaries: tuple[str, ...]
    """Managed policies that allow everything: what a caller attaches, or puts in the place of its boundary."""
    regions: tuple[str, ...]
    """Those that conditions of the account name."""

    @classmethod
    def of(cls, account: IamAccount, now: datetime) -> Circumstances:
        administrator = _ADMINISTRATOR.format(account.partition)
        documents = {arn: each.document for arn, each in account.policies.items() if each.document is not None}
        unlimited = [arn for arn, each in documents.items() if allows_everything((NamedPolicy(arn, each),))]
        moment = {
            "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
            "aws:epochtime": (str(int(now.timestamp())),),
        }
        return cls(
            always={**_ALWAYS, **moment},
            partition=account.partition,
            boundaries=tuple(dict.fromkeys((administrator, *unlimited))),
            regions=tuple(dict.fromkeys(_regions(account))),
        )

    def contexts(self, actor: Actor, action: str, keys: frozenset[str], more: Values) -> list[Context]:
        """Every one that the caller can bring about, as far as it bears on these keys; `action` is in lower case."""
        known = {**self.always, **_absent_tags(actor.caller, keys, is_user=actor.is_user), **more}
        chosen = {key: values for key, values in self._choices(action).items() if key in keys and key not in more}
        return [
            Context({**known, **dict(zip(chosen, ((value,) if value else () for value in each), strict=True))})
            for each in product(*chosen.values())
        ]

    def _choices(self, action: str) -> dict[str, tuple[str, ...]]:
        """Key → the values that a caller can choose from; an empty text for leaving it out."""
        choices = {REGION: self._regions_of(action)}
        if action in _ATTACHING:
            choices[ATTACHED] = (*self.boundaries, _OVER_IAM.format(self.partition))
        if action in _BINDING:
            choices[BOUNDARY] = self.boundaries
        if action in _CREATING:
            choices[BOUNDARY] = ("", *self.boundaries)
        return {key: values for key, values in choices.items() if values}

    def _regions_of(self, action: str) -> tuple[str, ...]:
        home = _HOME.get(self.partition)
        if action.partition(":")[0] in _GLOBAL_SERVICES:
            return (home,) if home else ()
        return self.regions


def _absent_tags(caller: Caller, keys: Iterable[str], *, is_user: bool) -> Values:
    """A user has the tags that it has; the session of a role may bring more."""
    if not is_user:
        return {}
    own = {f"{PRINCIPAL_TAG}{name.lower()}" for name in caller.tags}
    return {key: () for key in keys if key.startswith(PRINCIPAL_TAG) and key not in own}


def _regions(account: IamAccount) -> Iterator[str]:
    """Values of conditions on the region; of a pattern, its shortest region."""
    documents = [each.document for each in account.policies.values() if each.document is not None]
    holders: tuple[Holder, ...] = (*account.users, *account.groups, *account.roles)
    inline = [policy.document for each in holders for policy in each.inline]
    levels = [policy.document for level in (*(account.scps or ()), *(account.rcps or ())) for policy in level]
    for document in {id(each): each for each in (*documents, *inline, *levels)}.values():
        for statement in document.statements:
            for condition in statement.conditions:
                if condition.key == REGION:
                    yield from (each.replace("*", "1") for each in condition.values)
