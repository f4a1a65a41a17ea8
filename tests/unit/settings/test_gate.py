from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.decide.extras import USUAL_EXTRAS
from setpoint.errors import InputError
from setpoint.loop.settings import EntrySettings, ScanRule
from setpoint.model.admitting import ExtraKind, ExtraRule
from setpoint.model.scan import ScanKind
from setpoint.model.service import DataClass, Service, Tier
from setpoint.settings import Settings, load_settings

Read = Callable[[str], Settings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def written(text: str) -> Settings:
        path = tmp_path / "setpoint.yaml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    return written


def test_what_holds_where_nobody_says(read: Read) -> None:
    gate = read("gate: {}").gate
    assert (gate.extras, gate.entry) == (USUAL_EXTRAS, EntrySettings())
    assert gate.entry.kinds_for(Service("shop")) == frozenset()
    assert read("services: {shop: {}}").services["shop"].data is None


def test_extras(read: Read) -> None:
    gate = read("gate: {extras: [{load: 0.5, require: approval}, {load: 4, require: canary, share: 25}]}").gate
    assert gate.extras == (ExtraRule(0.5, ExtraKind.APPROVAL), ExtraRule(4.0, ExtraKind.CANARY, 25.0))
    assert read("gate: {extras: []}").gate.extras == ()


def test_scans_of_everybody_or_of_some(read: Read) -> None:
    everybody = read("gate: {require_scans: [sast, secrets]}").gate.entry
    assert everybody.kinds_for(Service("any")) == {ScanKind.SAST, ScanKind.SECRETS}
    some = read(
        "gate: {require_scans: [{scans: [sast], tiers: [critical, standard]}, {scans: [dast], services: [shop]}]}"
    ).gate.entry
    assert some.scans[1] == ScanRule(frozenset({ScanKind.DAST}), services=("shop",))
    assert some.kinds_for(Service("shop", Tier.CRITICAL)) == {ScanKind.SAST, ScanKind.DAST}
    assert some.kinds_for(Service("shop", Tier.LOW)) == {ScanKind.DAST}
    assert some.kinds_for(Service("till", Tier.LOW)) == frozenset()


def test_emergencies(read: Read) -> None:
    entry = read('gate: {approvals_last: 2h, break_glass: {lasts: 30m, ticket: "INC-[0-9]+"}}').gate.entry
    assert (entry.grants_last, entry.break_glass_lasts, entry.ticket) == (7200.0, 1800.0, "INC-[0-9]+")


def test_the_class_of_data(read: Read) -> None:
    assert read("services: {shop: {data: regulated}}").services["shop"].data is DataClass.REGULATED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gate: {extras: [{load: 1, require: dats}]}", "did you mean 'dast'"),
        ("gate: {extras: [{require: dast}]}", "load is missing"),
        ("gate: {extras: [{load: -1, require: dast}]}", "a number from 0"),
        ("gate: {extras: [{load: 1, require: dast, share: 5}]}", "unknown key 'share'"),
        ("gate: {extras: [{load: 1, require: canary, share: 0}]}", "a number from 0.01 to 100"),
        ("gate: {require_scans: [sats]}", "did you mean 'sast'"),
        ("gate: {require_scans: sast}", "a list of texts was expected"),
        ("gate: {require_scans: [{scans: []}]}", "at least one entry"),
        ("gate: {require_scans: [{scans: [sast], tiers: []}]}", "at least one entry"),
        ("gate: {require_scans: [{scans: [sast], tiers: [crucial]}]}", "names 'crucial'"),
        ("gate: {break_glass: {lasts: 30d}}", "at most 7 d"),
        ("gate: {break_glass: {ticket: '['}}", "is no regular expression"),
        ("gate: {break_glass: {last: 4h}}", "did you mean 'lasts'"),
        ("services: {shop: {data: secret}}", "services.shop.data is 'secret'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read: Read, text: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert told in str(refused.value)
    assert "setpoint.yaml:1" in refused.value.where
