"""How a message reads: bounded, harmless, and as the user's templates say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.act.delivery.wording import LONGEST_TITLE, Wording
from setpoint.act.interface import Alert, Message
from setpoint.errors import InputError
from setpoint.model.policy import Severity

MakeAlert = Callable[..., Alert]
SHIPPED = Wording(None, [])


def message(*alerts: Alert, more: int = 0) -> Message:
    return Message("1-abc", alerts, more)


def test_one_alert_in_full(make_alert: MakeAlert) -> None:
    text = SHIPPED.write("x", message(make_alert()), "team-a", longest=1000)
    assert text.title == "[high] payments: a bucket is public"
    assert text.body == (
        "a bucket is public\n"
        "  why:      exposure/bucket-public\n"
        "  resource: aws:123456789012:eu-west-1:AWS::S3::Bucket:records\n"
        "  service:  payments (owner: team-a)\n"
        "  time:     2026-01-02 03:04:05Z\n"
        "  do:       setpoint findings --service payments"
    )


def test_what_is_not_known_is_a_dash(make_alert: MakeAlert) -> None:
    text = SHIPPED.write("x", message(make_alert(service="", policies=())), "", longest=1000)
    assert "why:      -\n" in text.body
    assert "service:  - (owner: -)" in text.body


def test_several_alerts_under_one_title(make_alert: MakeAlert) -> None:
    alerts = [make_alert("first"), make_alert("second", severity=Severity.CRITICAL)]
    text = SHIPPED.write("x", message(*alerts, more=3), "", longest=10_000)
    assert text.title == "[critical] payments: 5 alerts (drift)"
    assert text.body.startswith("first\n")
    assert "\n\nsecond\n" in text.body
    assert text.body.endswith("\n\nand 3 more: setpoint findings --service payments")


def test_what_finds_no_room_is_counted(make_alert: MakeAlert) -> None:
    alerts = [make_alert(f"alert {number}") for number in range(50)]
    text = SHIPPED.write("x", message(*alerts, more=7), "", longest=1000)
    listed = text.body.count("why:")
    assert 1 < listed < 50
    assert f"and {57 - listed} more: " in text.body


@given(
    titles=st.lists(st.text(max_size=3000), min_size=1, max_size=5),
    more=st.integers(0, 10**6),
    longest=st.integers(1, 4000),
)
def test_every_text_keeps_to_its_room_and_obeys_nobody(titles: list[str], more: int, longest: int) -> None:
    alerts = [
        Alert(datetime(2026, 1, 1, tzinfo=UTC), Severity.LOW, "drift", None, each, each, {}, each) for each in titles
    ]
    text = SHIPPED.write("x", message(*alerts, more=more), titles[0], longest=longest)
    assert 0 < len(text.body) <= longest
    assert len(text.title) <= LONGEST_TITLE
    assert text.title.isprintable()
    assert all(line.isprintable() for line in text.body.split("\n"))


class TestTemplates:
    def test_a_folder_replaces_some_and_a_channel_has_its_own(self, tmp_path: Path, make_alert: MakeAlert) -> None:
        (tmp_path / "title.txt").write_text("$kind: $$ $title\n")
        (tmp_path / "oncall.title.txt").write_text("${severity}!\n")
        wording = Wording(tmp_path, ["oncall", "mail"])
        assert wording.write("mail", message(make_alert()), "", longest=99).title == "drift: $ a bucket is public"
        assert wording.write("oncall", message(make_alert()), "", longest=99).title == "high!"
        assert "resource:" in wording.write("mail", message(make_alert()), "", longest=999).body

    def test_values_are_not_templates(self, tmp_path: Path, make_alert: MakeAlert) -> None:
        (tmp_path / "alert.txt").write_text("$title")
        wording = Wording(tmp_path, [])
        assert wording.write("x", message(make_alert("$helps ${owner}")), "", longest=99).body == "$helps ${owner}"

    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("titel.txt", "x", "titel.txt: no message uses a template of this name; did you mean 'title.txt'?"),
            ("nobody.title.txt", "x", "nobody.title.txt: no message uses a template of this name"),
            ("alert.txt", "a\n$titel", "alert.txt:2: there is no field $titel; did you mean 'title'?"),
            ("alert.txt", "5 $ each", "alert.txt:1: a $ stands here without a field; write $$"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(self, tmp_path: Path, name: str, text: str, told: str) -> None:
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError) as caught:
            Wording(tmp_path, ["oncall"])
        assert caught.value.diagnostics().removeprefix(f"{tmp_path}/").startswith(told)

    def test_not_text_and_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "alert.txt").write_bytes(b"\xff")
        with pytest.raises(InputError, match="this is not UTF-8"):
            Wording(tmp_path, [])
        with pytest.raises(InputError, match="there is no such folder"):
            Wording(tmp_path / "no", [])
