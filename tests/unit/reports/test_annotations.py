from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reports.telling import decision, hostile, known, of_everything, scan, told, weakness

from setpoint.model.scan import CodePlace
from setpoint.reports.annotations import annotated
from setpoint.reports.making import decision_report, doubtful_report

COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def read(lines: Iterable[str]) -> list[tuple[str, Mapping[str, str], str]]:
    """As GitHub's runner does: line by line, properties by commas, and then unescaped."""
    told: list[tuple[str, Mapping[str, str], str]] = []
    for line in lines:
        assert "\n" not in line
        found = COMMAND.fullmatch(line)
        assert found is not None, line
        properties = dict(each.split("=", 1) for each in found["properties"].split(","))
        told.append((found["level"], {k: unquote(v) for k, v in properties.items()}, unquote(found["message"])))
    return told


def test_problems_stand_beside_their_lines() -> None:
    lines = read(annotated(of_everything()))
    assert [(level, properties.get("file"), properties.get("line")) for level, properties, _ in lines] == [
        ("error", None, None),
        ("error", "shop/orders.py", "41"),
        ("error", None, None),
        ("warning", None, None),
        ("notice", "shop/a b.py", "3"),
        ("notice", None, None),
    ]
    assert lines[1][1] == {"file": "shop/orders.py", "line": "41", "endLine": "43", "title": "code/cwe-89"}


def test_what_nobody_could_decide_is_an_error() -> None:
    ((level, _, message),) = read(annotated(doubtful_report("release:shop@1", "the server is away")))
    assert (level, message) == ("error", "the server is away")


def test_no_more_than_github_shows_and_the_rest_is_counted() -> None:
    many = [weakness(number) for number in range(1, 14)]
    *lines, last = annotated(decision_report(decision(*(told(known(each)) for each in many)), scan(*many)))
    assert [level for level, _, _ in read(lines)] == ["warning"] * 10
    assert last == "not annotated: 3 warnings more; the summary lists them"


def test_a_file_outside_of_the_checkout_has_no_lines_there() -> None:
    made = weakness(place=CodePlace("/etc/passwd", 1))
    ((_, properties, _),) = read(annotated(decision_report(decision(told(known(made))), scan(made))))
    assert properties == {"title": "code/cwe-89"}


def test_hostile_text_commands_nothing() -> None:
    lines = list(annotated(hostile()))
    assert len(read(lines)) == 3
    assert all(line.isprintable() for line in lines)


@given(st.text())
def test_whatever_a_tool_says_is_read_back_as_text(message: str) -> None:
    made = weakness(message=message, place=CodePlace(f"a/{message}", 1))
    ((_, properties, told_message),) = read(annotated(decision_report(decision(told(known(made))), scan(made))))
    assert properties["title"] == "code/cwe-89"
    assert told_message.isprintable()
    if message.isprintable() and "##" not in message:
        assert properties["file"] == f"a/{message}"
