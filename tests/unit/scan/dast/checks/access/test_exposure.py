"""Answers that hold more than they promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.scan.dast.checks.access.conftest import Shop

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault, Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate
from setpoint.scan.dast.checks.access.exposure import Exposure

MakeBench = Callable[..., Any]

HASH = "$2b$12$" + "a" * 53
PERSON = {"type": "object", "properties": {"id": {"type": "integer"}, "username": {"type": "string"}}}


def faults_of(bench: Any) -> list[Fault]:
    return list(Exposure().run(bench))


def shop_that_answers(document: Json) -> Shop:
    shop = Shop()

    @shop.app.get("/people")
    def people() -> Any:
        shop.caller()
        return document() if callable(document) else document

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    return shop


def listing(schema: Json) -> Operation:
    return Operation("GET", "/people", responses={"200": schema} if schema is not None else {})


PEOPLE = {"type": "array", "items": PERSON}
WITH_KEYS = {"type": "array", "items": {"properties": {"api_key": {"type": "string"}}}}
ME = Operation("GET", "/me")


@pytest.mark.parametrize(
    ("extra", "schema", "part", "cwe"),
    [
        ({"password_hash": HASH}, PEOPLE, "body:/*/password_hash", 522),
        ({"pw": HASH}, None, "body:/*/pw", 522),
        ({"password": "correct horse"}, None, "body:/*/password", 522),
        ({"api_key": "k-81928371"}, PEOPLE, "body:/*/api_key", 201),
        ({"resetToken": "f00ba7c0ffee"}, PEOPLE, "body:/*/resetToken", 201),
        ({"email": "bob@shop.example"}, PEOPLE, "body:/*/email", 213),
        ({"internal_note": "pays late"}, PEOPLE, "body:/*/internal_note", 213),
    ],
)
def test_fields_beyond_the_promise(shop_bench: MakeBench, extra: Json, schema: Json, part: str, cwe: int) -> None:
    shop = shop_that_answers([{"id": 2, "username": "bob", **extra}])
    (fault,) = faults_of(shop_bench(shop, listing(schema)))
    assert (fault.kind, fault.part, fault.cwe, fault.owasp) == ("excessive-data-exposure", part, cwe, "API3:2023")
    assert not any(str(value) in fault.message + fault.difference for value in extra.values())


@pytest.mark.parametrize(
    ("extra", "schema"),
    [
        ({}, PEOPLE),
        ({"api_key": "k-81928371"}, WITH_KEYS),
        ({"api_key": "****8371"}, PEOPLE),
        ({"password": None, "has_password": True, "password_changed_at": "2026-01-01"}, PEOPLE),
        ({"csrf_token": "f00ba7c0ffee", "next_page_token": "abcdefgh"}, PEOPLE),
        ({"email": "bob@shop.example"}, None),
        ({"email": "alice@shop.example"}, PEOPLE),
        ({"email": "bob@shop.example"}, {"type": "array", "items": {"type": "object"}}),
        ({"nickname": "bo"}, PEOPLE),
    ],
)
def test_what_is_promised_masked_or_the_callers_own_is_fine(shop_bench: MakeBench, extra: Json, schema: Json) -> None:
    shop = shop_that_answers([{"id": 2, "username": "bob", **extra}])
    assert faults_of(shop_bench(shop, listing(schema), ME)) == []


WITH_PASSWORDS = {"type": "array", "items": {"properties": {"username": {}, "password": {"type": "string"}}}}


@pytest.mark.parametrize(
    ("passwords", "is_open", "known", "caller"),
    [
        (["correct horse", "battery staple"], False, "", "alice"),
        (["battery staple"], False, "battery staple", "alice"),
        (["battery staple"], True, "", ""),
        (["battery staple"], False, "", None),
        (["******", "******"], True, "", None),
        (["Your password", "Password"], True, "", None),
    ],
    ids=["of several", "of an own account", "to nobody", "one of its own", "masked", "labels"],
)
def test_a_password_is_wrong_whatever_the_document_lists(
    shop_bench: MakeBench, passwords: list[str], is_open: bool, known: str, caller: str | None
) -> None:
    shop = Shop()

    @shop.app.get("/people")
    def people() -> Any:
        if not is_open:
            shop.caller()
        return [{"username": f"n{number}", "password": each} for number, each in enumerate(passwords)]

    bench = shop_bench(shop, listing(WITH_PASSWORDS))
    bench = replace(bench, accounts=replace(bench.accounts, secrets=frozenset({known} - {""})))
    found = faults_of(bench)
    assert [(each.caller, each.part) for each in found] == ([] if caller is None else [(caller, "body:/*/password")])
    assert all(each.severity is (Severity.CRITICAL if is_open else Severity.HIGH) for each in found)
    assert not any(text in each.message + each.difference for each in found for text in passwords)


@pytest.mark.parametrize(
    ("name", "value", "is_open", "caller"),
    [
        ("cvv", "123", False, "alice"),
        ("cvv_required", "yes, always", False, None),
        ("jwt_secret", "f00ba7c0ffee", True, ""),
        ("jwt_secret", "f00ba7c0ffee", False, None),
        ("api_key", "pk-f00ba7c0ffee", True, None),
    ],
    ids=["a card's code", "of a code", "a key for nobody", "a key for its owner", "a key to be published"],
)
def test_codes_of_cards_and_open_keys_are_wrong_whatever_is_listed(
    shop_bench: MakeBench, name: str, value: str, is_open: bool, caller: str | None
) -> None:
    shop = Shop()

    @shop.app.get("/people")
    def people() -> Any:
        if not is_open:
            shop.caller()
        return [{name: value}]

    found = faults_of(shop_bench(shop, listing({"type": "array", "items": {"properties": {name: {}}}})))
    assert [each.caller for each in found] == ([] if caller is None else [caller])


def test_a_session_of_another_account_is_certain(shop_bench: MakeBench) -> None:
    listed = {"type": "array", "items": {"properties": {"session_token": {"type": "string"}}}}
    shop = shop_that_answers([{"session_token": "session-of-bob"}])
    bench = shop_bench(shop, listing(listed))
    assert faults_of(bench) == []
    headers = {**bench.accounts.headers}
    bob = next(each for each in headers if each.name == "bob")
    with_token = replace(bench.accounts, headers={**headers, bob: (("authorization", "Bearer session-of-bob"),)})
    assert [each.part for each in faults_of(replace(bench, accounts=with_token))] == ["body:/*/session_token"]


def test_secrets_of_many_are_wrong_without_a_document(shop_bench: MakeBench) -> None:
    shop = shop_that_answers([{"id": number, "access_token": f"token-of-{number}"} for number in range(3)])
    assert [each.part for each in faults_of(shop_bench(shop, listing(None)))] == ["body:/*/access_token"]


def test_what_is_there_only_once_is_not_told(shop_bench: MakeBench) -> None:
    answers = iter([[{"api_key": "k-81928371"}], [], []])
    shop = shop_that_answers(lambda: next(answers))
    assert faults_of(shop_bench(shop, listing(PEOPLE))) == []


def test_several_fields_of_one_kind_are_one_fault(shop_bench: MakeBench) -> None:
    shop = shop_that_answers([{"password_hash": HASH, "password_salt": "abcdefgh", "phone": "+49 1 23"}])
    found = faults_of(shop_bench(shop, listing(PEOPLE)))
    assert [each.part for each in found] == ["body:/*/password_hash", "body:/*/phone"]
    assert "password_salt" in found[0].difference


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("PasswordHash", "5f4dcc3b5aa765d61d8327deb882cf99", Delicate.PASSWORD),
        ("secret_key", "abc123", Delicate.SECRET),
        ("dateOfBirth", "1990-01-01", Delicate.PERSONAL),
        ("token_url", "https://a.example", None),
        ("password", "••••••", None),
        ("is_secret", "yes", None),
        ("email", "not an address", None),
        ("title", "A password manager", None),
    ],
)
def test_names_and_values(name: str, value: str, what: Delicate | None) -> None:
    assert delicate(name, value) is what


def test_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(Shop(), listing(PEOPLE))
    assert [each.caller for each in Exposure().plan(bench)] == ["alice"]
    assert bench.sender.exchanges == []
