from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.privacy import PrivacySettings, read_privacy
from setpoint.store.lake.privacy import Action, Rule

BASE: Final = Path("/etc/setpoint")
LEDGER: Final = Path("/var/lib/setpoint.sqlite")


def read(text: str) -> PrivacySettings:
    return read_privacy(Fields(parse_yaml(text.encode(), "setpoint.yaml")), BASE, LEDGER)


def test_without_rules_no_key_is_needed() -> None:
    settings = read("{}")
    assert settings == PrivacySettings((), Path("/var/lib/setpoint.sqlite.pseudonyms.key"))
    assert not settings.needs_key
    assert not read("{rules: [{path: data.x, action: drop}]}").needs_key


def test_rules_are_read_in_their_order() -> None:
    settings = read(
        """
        key_file: /run/secrets/pseudonyms
        rules:
          - {path: "data.users[*].email", action: hash, types: ["org.example.*"]}
          - {path: data.ip, action: truncate}
          - {path: subject, action: truncate, keep: 3}
          - {path: "data[a.b].*", action: drop}
        """
    )
    assert settings.rules == (
        Rule("data.users[*].email", Action.HASH, ("org.example.*",)),
        Rule("data.ip", Action.TRUNCATE),
        Rule("subject", Action.TRUNCATE, keep=3),
        Rule("data[a.b].*", Action.DROP),
    )
    assert settings.key_file == Path("/run/secrets/pseudonyms")
    assert settings.needs_key


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{path: data.x}", "action is missing"),
        ("{action: drop}", "path is missing"),
        ("{path: data.x, action: hide}", "known are"),
        ("{path: data.x, action: hahs}", "did you mean 'hash'"),
        ("{path: id, action: hash}", "events are told apart"),
        ("{path: service, action: drop}", "events are told apart"),
        ("{path: '*.x', action: drop}", "events are told apart"),
        ("{path: 'data..x', action: drop}", "a path such as"),
        ("{path: 'data[', action: drop}", "a path such as"),
        ("{path: '[x]', action: drop}", "a path such as"),
        ("{path: data.x, action: drop, keep: 3}", "keep means nothing for drop"),
        ("{path: data.x, action: drop, type: a}", "did you mean 'types'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        read(f"rules:\n  - {rule}")
    assert told in refused.value.diagnostics()
    assert refused.value.where == "setpoint.yaml:2"


def test_there_are_so_many_rules_at_most() -> None:
    with pytest.raises(InputError, match="there are 101 rules"):
        read("rules:\n" + "  - {path: data.x, action: drop}\n" * 101)
