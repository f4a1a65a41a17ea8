"""The words of a template: its sections, attributes and functions, and which was meant by one that is none of them.

The names are those of the CloudFormation User Guide, "Template anatomy", "Resource attributes" and "Intrinsic function
reference". Every module that reads templates uses them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.model.canonical import Json
from setpoint.model.paths import join

SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata", "Outputs",
        "Parameters", "Resources", "Rules", "Transform",
    }
)  # fmt: skip

RESOURCE_ATTRIBUTES: Final = frozenset(
    {
        "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
        "UpdateReplacePolicy", "Version",
    }
)  # fmt: skip

DELETION_POLICIES: Final = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})
REPLACE_POLICIES: Final = DELETION_POLICIES - {"RetainExceptOnCreate"}
"""What `DeletionPolicy` and `UpdateReplacePolicy` may be, each on its page."""

RULE_FUNCTIONS: Final = frozenset(
    {"Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"}
)
"""For the section `Rules` only ("Rule-specific intrinsic functions")."""

FUNCTIONS: Final = RULE_FUNCTIONS | frozenset(
    {
        "Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs",
        "Fn::GetAtt", "Fn::GetStackOutput", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or",
        "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform",
    }
)  # fmt: skip

LOOP: Final = "Fn::ForEach::"
TRANSFORM: Final = "Fn::Transform"

LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
"""Changes nothing but the functions that a template may use; those are worked out (or told) one by one."""

INCLUDE: Final = "AWS::Include"

EXTENSIONS: Final = frozenset({"Fn::Length", "Fn::ToJsonString"})
"""The functions that there are under that transform only ("AWS::LanguageExtensions transform")."""

NESTED_STACK: Final = "AWS::CloudFormation::Stack"


def is_generator(name: str) -> bool:
    """Whether a key stands for others that it makes."""
    return name == TRANSFORM or name.startswith(LOOP)


def run_by_aws_only(*macros: str) -> str:
    """Why nothing is known of what macros of one's own make."""
    return f"the macro {' and '.join(macros)} is run by AWS only"


def listed(value: Json) -> list[Json]:
    """What may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def nearest(name: str, known: Iterable[str]) -> str:
    """The remedy for a name that is not known: the one probably meant, or all that there are if they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(names)}" if 0 < len(names) <= 12 else ""


def check_keys(document: Document, path: str, value: Mapping[str, Json], known: frozenset[str], what: str) -> None:
    """Raises `InputError` for the first key that is not known."""
    for key in value:
        if key not in known:
            raise InputError(f"{key} is not {what}", where=document.where(join(path, key)), remedy=nearest(key, known))
