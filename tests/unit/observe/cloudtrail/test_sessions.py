"""Who stands behind a session, through every role between."""

from __future__ import annotations

from typing import Any

from tests.cloud_trail import ACCOUNT, assumed, user

from setpoint.observe.cloudtrail.principals import Session, session_of
from setpoint.observe.cloudtrail.sessions import SessionLinks

AT = "2026-05-31T12:00:00Z"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"


def of(identity: dict[str, Any], key: str) -> Session:
    return session_of({**identity, "accessKeyId": key}, ACCOUNT)


def begun(key: str, role: str, name: str, **parameters: Any) -> dict[str, Any]:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"
    answer = {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": arn}}
    return {"responseElements": answer, "requestParameters": parameters}


def linked() -> SessionLinks:
    links = SessionLinks({})
    links.note(begun("K1", "first", "OPS-1", tags=[{"key": "ticket", "value": "OPS-2"}]), of(user("ana"), "AKIA"), AT)
    links.note(begun("K2", "second", "s"), of(assumed("first", "OPS-1"), "K1"), AT)
    return links


CHAIN = (f"arn:aws:sts::{ACCOUNT}:assumed-role/first/OPS-1", ANA)


def test_everybody_between_and_what_was_said_then() -> None:
    assert linked().behind(of(assumed("second", "s"), "K2")) == (CHAIN, ("OPS-2",))
    assert linked().behind(of(user("ana"), "AKIA")) == ((), ())


def test_the_same_when_it_was_begun_in_an_earlier_log() -> None:
    links = linked()
    known = links.begun()
    assert links.behind(of(assumed("second", "s"), "K2")) == (CHAIN, ("OPS-2",))
    assert SessionLinks(known).behind(of(assumed("second", "s"), "K2")) == (CHAIN, ("OPS-2",))


def test_tags_that_are_none_say_nothing() -> None:
    links = SessionLinks({})
    odd = [None, 7, {"key": "a"}, {"value": 7}, {"value": "x" * 1000}]
    links.note(begun("K1", "first", "s", tags=odd), of(user("ana"), "AKIA"), AT)
    assert links.behind(of(assumed("first", "s"), "K1")) == ((ANA,), ("x" * 256,))
    links.note(begun("K2", "first", "s", tags="none"), of(user("ana"), "AKIA"), AT)
    assert links.behind(of(assumed("first", "s"), "K2")) == ((ANA,), ())
