"""What calls of AWS set where their names do not tell it: tables, each with its source. `changes_matching` asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.observe.aws.recorded_event import EXACT

CALLS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    **EXACT,
    ("AWS::EC2::Volume", "Size"): frozenset({"ModifyVolume", "CreateVolume"}),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"): frozenset(
        {"CreatePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"}
    ),
    ("AWS::IAM::User", "LoginProfile"): frozenset({"CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"}),
    ("AWS::S3::Bucket", "AccessControl"): frozenset({"PutBucketAcl", "CreateBucket"}),
}
"""(type, property) → the events that set it, where its name does not occur in them, or in others, too (the services'
API references; AWS CloudTrail User Guide, *CloudTrail record contents*)."""

ENDS: Final[Mapping[str, frozenset[str]]] = {"AWS::KMS::Key": frozenset({"ScheduleKeyDeletion"})}
"""Type → the events by which it goes that are not called after it (AWS KMS API Reference)."""

NOUNS: Final[Mapping[str, str]] = {"AWS::IAM::ManagedPolicy": "policy", "AWS::EC2::EIP": "address"}
"""Type → what calls call it, where that is not the last part of its name."""

BEGINS: Final = ("Create", "Run", "Allocate", "Import", "Register", "Copy", "Restore", "Put", "Request", "Provision")
GOES: Final = ("Delete", "Terminate", "Remove", "Deregister", "Release", "Schedule")
"""Verbs of calls by which an entity comes and goes."""

TAKES: Final = ("Delete", "Remove", "Detach", "Revoke", "Disassociate", "Untag", "Disable", "Stop", "Deregister")
GIVES: Final = ("Attach", "Authorize", "Add", "Associate", "Tag", "Enable", "Start", "Register")
"""Verbs of calls by which a part of one goes and comes."""

SWITCHES: Final[Mapping[str, bool]] = {"Enable": True, "Start": True, "Disable": False, "Stop": False}
"""Verbs of calls that set a truth value by themselves."""

GENERIC: Final = frozenset({"", "resource", "physicalresource", "entity"})
"""Kinds of things that parameters of any service name."""
