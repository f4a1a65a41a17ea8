"""Whether policies judge users and roles, and who belongs to the organisation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.identity import IdentitySettings, read_identity


def _read(text: str) -> IdentitySettings:
    fields = Fields(parse_yaml(f"identity: {text}".encode(), "setpoint.yaml")).section("identity")
    return read_identity(fields, Path("/base"))


def test_users_and_roles_are_judged_only_where_that_is_asked_for() -> None:
    assert _read("{}") == IdentitySettings()
    assert not _read("{}").guardrails
    assert _read("{guardrails: true}").guardrails


def test_who_belongs_to_the_organisation() -> None:
    settings = _read(
        "{organisation: {accounts: ['444455556666'], ids: [o-a1b2c3d4e5]}, break_glass_tag: spare, unused_after: 30d}"
    )
    assert (settings.accounts, settings.organisations) == (("444455556666",), ("o-a1b2c3d4e5",))
    assert (settings.break_glass_tag, settings.unused_after) == ("spare", timedelta(days=30))


@pytest.mark.parametrize(
    "text",
    [
        "{organisation: {accounts: ['4444']}}",
        "{organisation: {ids: [mine]}}",
        "{organisation: {account: ['444455556666']}}",
        "{unused_after: 1h}",
        "{guardrails: perhaps}",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"setpoint\.yaml:1"):
        _read(text)
