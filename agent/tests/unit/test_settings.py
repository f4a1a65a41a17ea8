"""The environment is read once; what makes no sense is told and left at its default."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.settings import LONGEST_NAME, Settings, read_settings


def test_nothing_is_needed() -> None:
    read = read_settings({})
    assert (read.service, read.server, read.report_file, read.problems) == ("unknown", "", None, ())
    assert read.instance
    assert read.coverage


def test_own_names_come_first() -> None:
    traced = {
        "OTEL_SERVICE_NAME": "traced",
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=attributes, service.version=1%2E4,service.instance.id=pod%20seven",
    }
    assert read_settings({"OTEL_RESOURCE_ATTRIBUTES": traced["OTEL_RESOURCE_ATTRIBUTES"]}).service == "attributes"
    read = read_settings(traced)
    assert (read.service, read.release, read.instance) == ("traced", "1.4", "pod seven")
    own = {"SETPOINT_SERVICE": "shop", "SETPOINT_RELEASE": "2", "SETPOINT_INSTANCE": "here"}
    read = read_settings({**traced, **own})
    assert (read.service, read.release, read.instance) == ("shop", "2", "here")


def test_all_else_is_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" spt_token\n")
    read = read_settings(
        {
            "SETPOINT_SERVER": "https://setpoint.example:8443/base/",
            "SETPOINT_TOKEN": "other",
            "SETPOINT_TOKEN_FILE": str(tmp_path / "token"),
            "SETPOINT_AGENT_KEY": "00ff",
            "SETPOINT_FLEET_KEY": "aa" * 32,
            "SETPOINT_CA_FILE": "/ca.pem",
            "SETPOINT_REPORT_FILE": "report.jsonl",
            "SETPOINT_APPLICATION": f"{tmp_path}::/srv/shop",
            "SETPOINT_REPORT_SECONDS": "2.5",
            "SETPOINT_QUEUE": "7",
            "SETPOINT_COVERAGE": "off",
        }
    )
    assert read.problems == ()
    assert read.server == "https://setpoint.example:8443/base"
    assert (read.token, read.agent_key, read.fleet_key) == ("spt_token", b"\x00\xff", b"\xaa" * 32)
    assert read.certificates == "/ca.pem"
    assert read.report_file == Path.cwd() / "report.jsonl"
    assert read.application == (tmp_path, Path("/srv/shop"))
    assert (read.report_seconds, read.queue, read.coverage) == (2.5, 7, False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("SETPOINT_SERVER", each)
            for each in ("setpoint", "ftp://a", "http://", "http://a:b", "http://a:0", "http://a b")
        ),
        *(("SETPOINT_REPORT_SECONDS", each) for each in ("soon", "nan", "inf", "0", "-1")),
        *(("SETPOINT_QUEUE", each) for each in ("1.5", "0", "many")),
        ("SETPOINT_AGENT_KEY", "xyz"),
        ("SETPOINT_FLEET_KEY", "0"),
        ("SETPOINT_TOKEN", "two\r\nlines"),
        ("SETPOINT_TOKEN_FILE", "/nowhere/at/all"),
    ],
)
def test_what_makes_no_sense_is_told(name: str, text: str) -> None:
    read = read_settings({name: text, "SETPOINT_INSTANCE": "here"})
    (problem,) = read.problems
    assert name in problem or "token" in problem
    default = Settings(instance="here")
    for each in ("server", "report_seconds", "queue", "agent_key", "fleet_key", "token"):
        assert getattr(read, each) == getattr(default, each)


def test_secrets_are_not_shown() -> None:
    read = read_settings(
        {"SETPOINT_TOKEN": "spt_secret", "SETPOINT_AGENT_KEY": "5ec7e7", "SETPOINT_FLEET_KEY": "5ec7e7"}
    )
    assert "secret" not in repr(read)
    assert repr(bytes.fromhex("5ec7e7")) not in repr(read)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [f"SETPOINT_{each}" for each in ("SERVICE", "RELEASE", "INSTANCE", "SERVER", "TOKEN", "QUEUE")]
        ),
        st.text(max_size=400),
    )
)
def test_whatever_it_holds_it_is_read(environment: dict[str, str]) -> None:
    read = read_settings(environment)
    for name in (read.service, read.instance):
        assert 1 <= len(name) <= LONGEST_NAME
        assert name.isprintable()
