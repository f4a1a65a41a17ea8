from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.cli.drift_view import OfFindings, cause_json, show_entity, show_folded
from setpoint.cli.output import Output
from setpoint.compare.config.causes import causes
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Folded
from setpoint.model.urn import Urn

URN = Urn("aws:1:eu-west-1:AWS::S3::Bucket:one")


def changed(path: str, intended: Any, actual: Any) -> Drift:
    return Drift(URN, DriftKind.CHANGED, path, intended, actual)


@pytest.fixture
def output() -> Output:
    return Output(as_json=False, stream=io.StringIO())


def lines(output: Output) -> list[str]:
    assert isinstance(output.stream, io.StringIO)
    return output.stream.getvalue().splitlines()


def test_an_entity_says_who_owns_it_where_it_is_declared_and_since_when_it_differs(output: Output) -> None:
    comparison = Comparison(
        URN,
        (changed("Status", "Enabled", "Suspended"),),
        folds=(Fold("A", 1, "default (page)"),),
        left_out={"read-only (resource schema)": 2},
        declared_at="template.yaml:3: One",
    )
    show_entity(output, comparison, OfFindings("shop", datetime(2026, 5, 31, 12, tzinfo=UTC)))
    assert lines(output) == [
        "AWS::S3::Bucket one (eu-west-1, account 1, service shop)",
        "  aws:1:eu-west-1:AWS::S3::Bucket:one",
        "  declared at template.yaml:3: One; since 2026-05-31 12:00:00Z",
        "  Status [declared]",
        "    - Enabled",
        "    + Suspended",
        "  folded away: 2 read-only, 1 default",
    ]


def test_an_entity_that_is_not_there_is_not_shown_whole(output: Output) -> None:
    whole = {f"P{number:02}": number for number in range(40)}
    show_entity(output, Comparison(URN, (Drift(URN, DriftKind.MISSING, "", whole, None),)))
    shown = lines(output)
    assert shown[2] == "  does not exist [declared]"
    assert shown[-1] == "    … 28 more lines (--json)"
    assert len(shown) == 16


def test_of_an_entity_that_nobody_declared_what_is_empty_does_not_hide_what_is_there(output: Output) -> None:
    statement: Json = {
        "Action": ["sts:assumerole"],
        "Condition": {},
        "Effect": "Allow",
        "NotPrincipal": {"AWS": [], "Service": []},
        "Principal": {"AWS": ["arn:aws:iam::210987654321:root"], "Service": []},
        "Sid": None,
    }
    role = {"AssumeRolePolicyDocument": {"Id": None, "Statement": [statement]}, "Policies": [], "Path": "/"}
    show_entity(output, Comparison(URN, (Drift(URN, DriftKind.UNMANAGED, "", None, role),)))
    assert lines(output)[3:] == [
        "    + AssumeRolePolicyDocument:",
        "    +   Statement:",
        "    +     - Action:",
        "    +         - sts:assumerole",
        "    +       Effect: Allow",
        "    +       Principal:",
        "    +         AWS:",
        "    +           - arn:aws:iam::210987654321:root",
        "    + Path: /",
    ]


def test_other_places_of_a_cause_are_named_as_far_as_they_can_be_read(output: Output) -> None:
    show_entity(output, Comparison(URN, tuple(changed(f"Steps[{n}].Logged", True, False) for n in range(8))))
    named = ", ".join(f"Steps[{n}].Logged" for n in range(1, 6))
    assert lines(output)[-1] == f"    also at {named} and 2 more (--all)"


def test_what_comes_from_outside_moves_no_cursor(output: Output) -> None:
    show_entity(output, Comparison(URN, (changed("Name", "a\x1b[2Jb", "c\x9bd\ne"),)))
    assert "\x1b" not in "".join(lines(output))
    assert "    - a\\x1b[2Jb" in lines(output)


def test_a_cause_as_json_names_its_paths_and_its_statements() -> None:
    read = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:getobject"], "Resource": ["*"]}
    wider = {**read, "Action": ["s3:*"]}
    (cause,) = causes([changed("Policy", {"Statement": [read]}, {"Statement": [wider]})])
    assert cause_json(URN, cause) == {
        "urn": URN,
        "kind": "changed",
        "tier": "declared",
        "path": "Policy",
        "because": "",
        "paths": ["Policy"],
        "statements": [
            {
                "statement": "Read",
                "change": "widened",
                "elements": [{"element": "Action", "gone": ["s3:getobject"], "new": ["s3:*"]}],
            }
        ],
    }


def test_the_total_says_by_which_rule_where_it_is_asked(output: Output) -> None:
    folded = Folded(2, {"default (page)": 1, "default (schema)": 3})
    show_folded(output, folded, everything=False)
    show_folded(output, folded, everything=True)
    show_folded(output, Folded(2, {}), everything=True)
    assert lines(output) == [
        "folded away of 2 entities: 4 default",
        "by which rule: --all; why: setpoint drift explain URN PATH",
        "folded away of 2 entities: 4 default",
        "values  rule and its source",
        "3       default (schema)",
        "1       default (page)",
    ]
