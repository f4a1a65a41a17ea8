"""Only what the control plane signed for this boot, newer than all before, is followed."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.reporting.instructions import Instructions

KEY = bytes(range(32))
BOOT = "9f3c2a61b5d04e7f"


def answer(agent: str = "off", issued: str = "2026-11-23T10:00:00+00:00", boot: str = BOOT, key: bytes = KEY) -> Any:
    signature = hmac.new(key, f"v1\n{boot}\n{issued}\n{agent}".encode(), "sha256").hexdigest()
    return {"instructions": {"agent": agent, "issued": issued, "for": boot}, "signature": signature, "more": 1}


def test_the_newest_is_followed_once() -> None:
    instructions = Instructions(KEY, BOOT)
    assert instructions.read(answer("off")) == "off"
    assert instructions.read(answer("off")) is None
    assert instructions.read(answer("on", "2026-11-23T10:00:00.5Z")) == "on"
    assert instructions.refused == 0
    assert instructions.read(answer("off")) is None
    assert instructions.refused == 1


def test_moments_are_compared_as_moments() -> None:
    instructions = Instructions(KEY, BOOT)
    assert instructions.read(answer("off", "2026-11-23T10:00:00+02:00")) == "off"
    assert instructions.read(answer("on", "2026-11-23T09:00:00Z")) == "on"
    assert instructions.read(answer("off", "2026-11-23T10:30:00+02:00")) is None


@pytest.mark.parametrize("nothing", [None, {}, [], "", 7, {"instructions": None}, {"signature": "0" * 64}])
def test_no_instruction_is_no_refusal(nothing: Any) -> None:
    instructions = Instructions(KEY, BOOT)
    assert instructions.read(nothing) is None
    assert instructions.refused == 0


@pytest.mark.parametrize(
    "wrong",
    [
        answer(key=bytes(32)),
        answer(boot="another-boot"),
        answer(agent="destroy"),
        answer(issued="2026-11-23T10:00:00"),
        answer(issued="yesterday"),
        {**answer(), "signature": None},
        {**answer(), "signature": "é" * 64},
        {**answer(), "signature": ""},
        {**answer(), "instructions": []},
        {**answer(), "instructions": {"agent": "off"}},
        {**answer(), "instructions": {**answer()["instructions"], "agent": "on"}},
        {**answer(), "instructions": {**answer()["instructions"], "agent": {}}},
        {**answer(), "instructions": {**answer()["instructions"], "for": 7}},
    ],
)
def test_what_is_wrong_changes_nothing_and_is_counted(wrong: Any) -> None:
    instructions = Instructions(KEY, BOOT)
    assert instructions.read(wrong) is None
    assert instructions.refused == 1
    assert instructions.read(answer()) == "off"


def test_without_a_key_nothing_is_followed() -> None:
    instructions = Instructions(b"", BOOT)
    assert instructions.read(answer(key=b"")) is None
    assert instructions.refused == 1


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=70),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["instructions", "signature", "agent", "issued", "for"]), inner)
        ),
    )
)
def test_whatever_is_answered_it_is_read(document: Any) -> None:
    assert Instructions(KEY, BOOT).read(json.loads(json.dumps(document))) is None
