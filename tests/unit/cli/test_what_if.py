from __future__ import annotations

from datetime import timedelta

import pytest

from setpoint.cli.what_if import parse
from setpoint.errors import InputError
from setpoint.loop.admission import WhatIf
from setpoint.model.service import Exposure, Service, Tier


def test_several_things_can_be_supposed_at_once() -> None:
    what_if = parse(["without=a/b", "in=7d", "exposure=internal", "tier=low", "environment=staging", "without=0f3c"])
    assert what_if == WhatIf(("a/b", "0f3c"), timedelta(days=7), Exposure.INTERNAL, Tier.LOW, "staging")
    service = Service("payments", Tier.CRITICAL, Exposure.INTERNET, "ann", "production")
    assert what_if.applied_to(service) == Service("payments", Tier.LOW, Exposure.INTERNAL, "ann", "staging")
    assert parse([]).applied_to(service) == service


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("witout=a", "'witout=a' cannot be supposed; did you mean 'without'?"),
        ("without", "'without' cannot be supposed"),
        ("without=", "'without=' cannot be supposed; write without=FINDING or POLICY"),
        ("environment=", "'environment=' cannot be supposed; write environment=staging"),
        ("in=soon", "give a time such as 12h, 7d or 2w"),
        ("in=999999999w", "at most 3660d"),
        ("exposure=intern", "did you mean 'internet'?"),
        ("tier=supreme", "known are: critical, low, standard"),
    ],
)
def test_what_cannot_be_supposed_is_told_with_what_can(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse([text])
    assert caught.value.diagnostics().startswith("--what-if: ")
    assert told in caught.value.diagnostics()


@pytest.mark.parametrize(("first", "then"), [("in=7d", "in=1d"), ("tier=low", "tier=low"), ("exposure=internal",) * 2])
def test_of_one_thing_only_one_can_be_supposed(first: str, then: str) -> None:
    with pytest.raises(InputError, match="give it once"):
        parse([first, "without=a/b", then])
