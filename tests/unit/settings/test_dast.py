from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.model.dast import Profile
from setpoint.model.dast_run import DastTrigger
from setpoint.settings.dast import DastSettings, DastTarget, read_dast

BASE = Path("/srv/setpoint")
URL = "https://staging.example"


def _read(text: str) -> DastSettings:
    fields = Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("dast")
    return read_dast(fields, BASE, BASE / "setpoint.sqlite")


def test_without_a_word_nothing_is_tested() -> None:
    assert _read("{}") == DastSettings(folder=BASE / "setpoint.sqlite.dast")


def test_an_address_is_enough() -> None:
    settings = _read(f"dast: {{services: {{shop: {{url: '{URL}'}}}}}}")
    assert settings.services == {"shop": DastTarget(URL)}
    assert settings.services["shop"].profile is Profile.SAFE
    assert settings.services["shop"].trigger == DastTrigger(on_release=True, every=None)


def test_everything_can_be_said() -> None:
    settings = _read(
        f"dast: {{folder: scans, fleet_key_file: key, services: {{shop: {{url: '{URL}', openapi: api.json, "
        "auth: auth.yaml, profile: passive, rate: 2, budget: 500, checks: [access], exclude: [/admin/*], "
        "on: [release, every 1d], delay: 5m, browser: true}}}"
    )
    trigger = DastTrigger(on_release=True, every=86400.0, delay=300.0)
    target = DastTarget(
        URL,
        str(BASE / "api.json"),
        BASE / "auth.yaml",
        Profile.PASSIVE,
        2.0,
        500,
        ("access",),
        ("/admin/*",),
        trigger,
        browser=True,
    )
    assert settings == DastSettings({"shop": target}, BASE / "scans", BASE / "key")


def test_a_document_may_be_on_the_target() -> None:
    settings = _read(f"dast: {{services: {{shop: {{url: '{URL}', openapi: '{URL}/api.json', on: [every 1w]}}}}}}")
    assert settings.services["shop"].openapi == f"{URL}/api.json"
    assert settings.services["shop"].trigger == DastTrigger(on_release=False, every=604800.0)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("{}", "dast.services.shop.url is missing"),
        ("{url: staging.example}", "dast.services.shop.url is 'staging.example'; the address of a site"),
        ("{url: 'ftp://a.example'}", "the address of a site"),
        ("{url: 'http://[a'}", "the address of a site"),
        ("{url: 'https://me:secret@a.example'}", "the address holds credentials; put them into auth"),
        ("{url: 'https://a.example', on: []}", "a list with at least one entry was expected"),
        ("{url: 'https://a.example', on: [daily]}", "'daily' says nothing of when to test; write 'release', or"),
        ("{url: 'https://a.example', on: [every day]}", "'every day' says nothing of when to test"),
        ("{url: 'https://a.example', on: [every 1s]}", "a scan every 1 s never ends"),
        ("{url: 'https://a.example', profile: rude}", "dast.services.shop.profile is 'rude'"),
        ("{url: 'https://a.example', rate: 0}", "dast.services.shop.rate is 0"),
        ("{url: 'https://a.example', budget: 0}", "dast.services.shop.budget is 0"),
        ("{url: 'https://a.example', urls: a}", "unknown key 'urls' in dast.services.shop; did you mean 'url'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(target: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(f"dast:\n  services:\n    shop: {target}")
    assert words in caught.value.diagnostics()
    assert caught.value.diagnostics().startswith("setpoint.yaml:3")
    assert "secret" not in caught.value.diagnostics()
