"""IAM of one account as it was declared: in Terraform, CloudFormation and reviewed policy files, taken together.

`intent/iam/intended` makes it, `compare/identity/permissions` holds what AWS grants against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.model.iam_account import IamAccount


@dataclass(frozen=True, slots=True)
class DeclaredIam:
    account: IamAccount
    """A managed policy of which only the attachment was declared is in it without a document."""
    places: Mapping[str, str] = field(default_factory=dict)
    """ARN of a user, group, role or policy → where it was declared: `main.tfstate: aws_iam_role.ci`."""
    unresolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """ARN of a user, group or role → what of it could not be worked out, a clause each."""
    without_trust: frozenset[str] = frozenset()
    """ARNs of roles of which nothing says who may assume them: that is not compared."""
    doubts: tuple[str, ...] = ()
    """Why somebody may be declared who is not in it, a clause each."""
