"""Runs PMapper's search for edges on an export: `python identity_pmapper.py EXPORT.json`, in an environment of its own.

PMapper reads accounts from AWS only, so that its nodes are made here of the export. Its checks of IAM and STS need
nothing else; those of Lambda, EC2 and the rest ask AWS, and are left out in its favour. `bench_identity_escalations`
calls it.
"""

from __future__ import annotations

import collections
import collections.abc
import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

# It was written for Pythons in which these stood in `collections`.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""What AdministratorAccess says, which the export leaves out."""


def main(file: str) -> None:
    export = json.loads(Path(file).read_text(encoding="utf-8"))
    nodes = nodes_of(export)
    importlib.import_module("principalmapper.graphing.gathering").update_admin_status(nodes)
    edges = importlib.import_module("principalmapper.graphing.edge_identification").obtain_edges(
        None, ["iam", "sts"], nodes
    )
    print(f"{len(nodes)} nodes, {len(edges)} edges")


def nodes_of(export: Any) -> list[Any]:
    common = importlib.import_module("principalmapper.common")
    managed = {
        each["Arn"]: common.Policy(each["Arn"], each["PolicyName"], each["PolicyVersionList"][0]["Document"])
        for each in export["Policies"]
    }

    def policies(entry: Any, inline: str) -> list[Any]:
        own = [
            common.Policy(entry["Arn"], each["PolicyName"], each["PolicyDocument"]) for each in entry.get(inline, [])
        ]
        attached = [each["PolicyArn"] for each in entry.get("AttachedManagedPolicies", [])]
        for arn in attached:
            managed.setdefault(arn, common.Policy(arn, arn.rpartition("/")[2], EVERYTHING))
        return own + [managed[arn] for arn in attached]

    groups = {
        each["GroupName"]: common.Group(each["Arn"], policies(each, "GroupPolicyList"))
        for each in export["GroupDetailList"]
    }

    def node(entry: Any, own: list[Any], *, groups: Any = None, trust: Any = None, profiles: Any = None) -> Any:
        return common.Node(
            arn=entry["Arn"],
            id_value=entry["Arn"],
            attached_policies=own,
            group_memberships=groups,
            trust_policy=trust,
            instance_profile=profiles,
            num_access_keys=0,
            active_password=False,
            is_admin=False,
            permissions_boundary=None,
            has_mfa=False,
            tags={},
        )

    found = []
    for each in export["UserDetailList"]:
        member_of = [groups[name] for name in each["GroupList"]]
        own = policies(each, "UserPolicyList")
        found.append(node(each, own, groups=member_of))
    for each in export["RoleDetailList"]:
        profiles = [one["Arn"] for one in each["InstanceProfileList"]] or None
        trust, own = each["AssumeRolePolicyDocument"], policies(each, "RolePolicyList")
        found.append(node(each, own, trust=trust, profiles=profiles))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
