"""Whether a quarantine holds: with what is on a principal, not even an administrator would be allowed anything. Pure.

Implements `compare.interface.ConfinementCheck`. A denial wins over whatever any policy allows, a resource's too: it is
enough to look at the denying policies beside one that allows everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Policies, evaluate
from setpoint.compare.identity.aws.request import Context, Request
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.iam import Effect, NamedPolicy, PolicyDocument, PolicyKind, Selection, Statement
from setpoint.model.iam_reading import read_policy

EVERYTHING: Final = NamedPolicy(
    "everything", PolicyDocument((Statement(Effect.ALLOW, Selection(("*",)), Selection(("*",))),))
)

TRIED: Final = (
    ("iam:CreateAccessKey", "arn:aws:iam::{account}:user/anybody"),
    ("sts:AssumeRole", "arn:aws:iam::{account}:role/anything"),
    ("s3:GetObject", "arn:aws:s3:::anything/at/all"),
    ("ec2:DescribeInstances", "*"),
)
"""One of each kind: writing permissions, becoming another, reading data, what has no resource."""


class ConfinementByEvaluation:
    def escape(self, arn: str, policies: Sequence[Json]) -> str:
        caller = caller_of(arn, where="quarantine")
        try:
            read = [
                NamedPolicy(f"policy {index}", read_policy(each, PolicyKind.IDENTITY, f"policy {index}"))
                for index, each in enumerate(policies)
            ]
        except InputError as error:
            return f"what AWS returns of the policies cannot be read: {error.what}"
        bearing = Policies(identity=(EVERYTHING, *read))
        for action, resource in TRIED:
            request = Request(
                caller, action, resource.format(account=caller.account), caller.account, Context(complete=True)
            )
            if evaluate(request, bearing).answer is not Answer.EXPLICIT_DENY:
                return f"{action} would still be allowed"
        return ""
