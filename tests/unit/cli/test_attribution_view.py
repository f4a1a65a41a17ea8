"""How it is shown who made a difference."""

from __future__ import annotations

from datetime import UTC, datetime

from setpoint.cli.attribution_view import attribution_json, attribution_lines, chain_lines, lines_by_path
from setpoint.model.attribution import Attribution, Confidence, Means, RecordedChange, Untold

AT = datetime(2026, 5, 31, 12, tzinfo=UTC)


def by(who: str) -> Attribution:
    change = RecordedChange(who, "", "PutBucketAcl", "s3.amazonaws.com", "e1", AT, "198.51.100.7")
    return Attribution(change, Confidence.LIKELY, Means.UNKNOWN, "", ("arn:first", "arn:root"), "", ("acl",))


def test_each_answer_once_and_not_too_many() -> None:
    lines = list(attribution_lines([by("a"), by("a"), Untold("gap", may_be_told=True), by("b"), by("c"), by("d")]))
    assert lines[0].startswith("changed by a at 2026-05-31 12:00:00Z, it is not told by what from 198.51.100.7 (")
    assert lines[1] == "who changed it is not known: gap"
    assert lines[3:] == ["and 2 more (--all)"]


def test_path_by_path_each_answer_once() -> None:
    gap = Untold("gap", may_be_told=True)
    lines = list(lines_by_path({"may a": by("a"), "": gap, "may b": by("a"), "may c": by("a")}))
    assert lines[0].startswith("may a and 2 more: changed by a at ")
    assert lines[1:] == ["the whole: who changed it is not known: gap"]


def test_the_whole_chain() -> None:
    assert list(chain_lines(by("a")))[1:] == [
        "  begun by arn:first, by arn:root",
        "  told by acl",
        "  recorded as e1 of s3.amazonaws.com, from 198.51.100.7",
    ]
    assert list(chain_lines(Untold("gap", may_be_told=True))) == ["who changed it is not known: gap"]


def test_where_nothing_was_asked() -> None:
    assert attribution_json(None) == {"reason": "no trail configured", "may_be_told": False}
