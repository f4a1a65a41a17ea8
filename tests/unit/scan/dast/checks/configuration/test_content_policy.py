from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.checks.configuration.content_policy import keeps_frames_out, policies_of, weaknesses


@pytest.mark.parametrize(
    ("policy", "at_fault"),
    [
        ("default-src 'self'", set()),
        ("default-src 'none'; script-src 'self'; style-src 'unsafe-inline' *; img-src *", set()),
        ("script-src 'nonce-AbC' 'strict-dynamic' 'unsafe-inline' https:; object-src 'none'; base-uri 'none'", set()),
        ("script-src 'sha256-AbC='; object-src 'none'; base-uri 'self'", set()),
        ("script-src 'nonce-AbC'; object-src 'none'", {"base-uri"}),
        ("default-src 'self' 'unsafe-inline'", {"unsafe-inline"}),
        ("DEFAULT-SRC 'Self' 'UNSAFE-INLINE'", {"unsafe-inline"}),
        ("default-src *", {"wildcard", "object-src"}),
        ("script-src https: 'self'; object-src 'none'", {"wildcard"}),
        ("script-src data: 'self'; object-src 'none'", {"wildcard"}),
        ("script-src 'self'", {"object-src"}),
        ("script-src 'self' 'unsafe-eval'; object-src 'none'", {"unsafe-eval"}),
        ("frame-ancestors 'none'", {"script-src", "object-src"}),
        ("default-src 'self'; default-src *", set()),
    ],
)
def test_what_lets_scripts_in(policy: str, at_fault: set[str]) -> None:
    assert set(weaknesses(policies_of([policy]))) == at_fault


def test_what_one_of_several_policies_keeps_out_is_kept_out() -> None:
    assert not weaknesses(policies_of(["script-src *; object-src 'none'", "script-src 'self'; object-src 'none'"]))
    assert not weaknesses(policies_of(["default-src *, default-src 'self'"]))


def test_frames() -> None:
    assert keeps_frames_out(policies_of(["frame-ancestors 'self' https://partner.example"]))
    assert not keeps_frames_out(policies_of(["frame-ancestors *"]))
    assert not keeps_frames_out(policies_of(["default-src 'none'"]))


@given(st.lists(st.text()))
def test_any_text_is_read(values: list[str]) -> None:
    assert isinstance(weaknesses(policies_of(values)), dict)
