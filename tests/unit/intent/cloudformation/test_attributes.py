"""`DeletionPolicy` and `UpdateReplacePolicy`: what they may be, and by which functions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

TEMPLATE = """
Parameters: {Stage: {Type: String, Default: prod}, Secret: {Type: String, NoEcho: true}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Key:
    Type: AWS::KMS::Key
    %s
"""
EXTENDED = "Transform: AWS::LanguageExtensions"


@pytest.mark.parametrize(
    ("attribute", "extended"),
    [
        ("DeletionPolicy: Retain", False),
        ("DeletionPolicy: RetainExceptOnCreate", False),
        ("UpdateReplacePolicy: Snapshot", False),
        ("DeletionPolicy: !If [IsProd, Retain, Delete]", True),
        ("DeletionPolicy: !Ref Secret", True),
    ],
)
def test_what_they_may_be(make_reader: MakeReader, template: Write, attribute: str, extended: bool) -> None:
    text = TEMPLATE % attribute + (EXTENDED if extended else "")
    assert len(make_reader(template(text)).read().resources) == 1


@pytest.mark.parametrize(
    ("attribute", "extended", "what"),
    [
        ("DeletionPolicy: Retian", False, "DeletionPolicy of Key is 'Retian'; did you mean Retain?"),
        ("UpdateReplacePolicy: RetainExceptOnCreate", False, "UpdateReplacePolicy of Key is 'RetainExceptOnCreate'"),
        ("DeletionPolicy: [Retain]", False, "DeletionPolicy of Key is ['Retain']"),
        ("DeletionPolicy: !Ref Stage", True, "DeletionPolicy of Key is 'prod'"),
        ("DeletionPolicy: !If [IsProd, Retain, Delete]", False, "a function stands in DeletionPolicy without the"),
    ],
)
def test_what_they_may_not_be(
    make_reader: MakeReader, template: Write, attribute: str, extended: bool, what: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_reader(template(TEMPLATE % attribute + (EXTENDED if extended else ""))).read()
    assert what in caught.value.diagnostics()
    assert caught.value.where.endswith("template.yaml:7")
