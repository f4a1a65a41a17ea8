"""JUnit's XML, as CI systems read it: a case for the answer, each policy, each scanner and each kind of weakness.

What keeps a release out is a failure, what could not be told an error: never a case that passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, assert_never
from xml.etree import ElementTree as Xml  # writing alone: nothing of others is parsed

from setpoint.model.decision import Verdict
from setpoint.model.scan import ScannerRun, ScanStatus
from setpoint.model.wording import counted
from setpoint.reports.content import Bearing, Problem, Report
from setpoint.reports.text import plain

MOST_LISTED: Final = 1_000
"""Places of one kind of weakness."""


def junit(report: Report) -> bytes:
    root = Xml.Element("testsuites", name="setpoint")
    of_code = [each for each in report.problems if each.weakness is not None]
    others = [each for each in report.problems if each.weakness is None]
    suites = {
        "answer": [_answer(report)],
        "policies": [_case("policies", rule, each) for rule, each in _by_rule(others).items()],
        "scanners": [_scanner(each) for each in (report.scan.runs if report.scan else ())],
        "weaknesses": [_case("weaknesses", rule, each) for rule, each in _by_rule(of_code).items()],
    }
    for name, cases in suites.items():
        if cases:
            root.append(_suite(name, cases))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(each.get(name, "0")) for each in root)))
    Xml.indent(root)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _by_rule(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    rules: dict[str, list[Problem]] = defaultdict(list)
    for each in problems:
        rules[each.rule].append(each)
    return dict(sorted(rules.items()))


def _suite(name: str, cases: Sequence[Xml.Element]) -> Xml.Element:
    suite = Xml.Element("testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(each.find(tag) is not None for each in cases)))
    suite.set("time", f"{sum(float(each.get('time', '0')) for each in cases):.3f}")
    suite.extend(cases)
    return suite


def _answer(report: Report) -> Xml.Element:
    case = _element("answer", report.subject)
    match report.verdict:
        case Verdict.ADMIT:
            pass
        case Verdict.REFUSE:
            _say(case, "failure", report.headline)
        case Verdict.UNKNOWN:
            _say(case, "error", report.headline)
        case _:
            assert_never(report.verdict)
    return case


def _scanner(run: ScannerRun) -> Xml.Element:
    case = _element("scanners", f"{run.scanner} {run.version}".strip(), run.seconds)
    if run.status.is_certain:
        if run.status is ScanStatus.SKIPPED:
            _say(case, "skipped", str(run.status))
        return case
    why = f"{run.status}: {run.reason}".removesuffix(": ")
    _say(case, "error" if run.must_run else "skipped", why)
    return case


def _case(suite: str, rule: str, problems: Sequence[Problem]) -> Xml.Element:
    """Failed where one of them is against it, in error where one of them could not be told, else passed."""
    case = _element(suite, rule)
    told = [f"{each.bearing}: {_line(each)}" for each in problems[:MOST_LISTED]]
    if len(problems) > MOST_LISTED:
        told.append(f"and {len(problems) - MOST_LISTED:,} more")
    bearings = {each.bearing for each in problems}
    if Bearing.AGAINST in bearings:
        _say(case, "failure", _count(problems, Bearing.AGAINST), told)
    elif Bearing.UNTOLD in bearings:
        _say(case, "error", _count(problems, Bearing.UNTOLD), told)
    else:
        Xml.SubElement(case, "system-out").text = _lines(told)
    return case


def _count(problems: Sequence[Problem], bearing: Bearing) -> str:
    """The sentence of the only one, else how many there are."""
    met = [each for each in problems if each.bearing is bearing]
    return _line(met[0]) if len(met) == 1 else f"{counted(len(met), 'problem')}, the first: {_line(met[0])}"


def _line(problem: Problem) -> str:
    return ": ".join(each for each in (problem.where, str(problem.severity), problem.sentence) if each)


def _element(suite: str, name: str, seconds: float = 0.0) -> Xml.Element:
    return Xml.Element("testcase", classname=f"setpoint.{suite}", name=plain(name), time=f"{seconds:.3f}")


def _say(case: Xml.Element, what: str, message: str, lines: Sequence[str] = ()) -> None:
    said = Xml.SubElement(case, what, message=plain(message))
    if lines:
        said.text = _lines(lines)


def _lines(lines: Iterable[str]) -> str:
    """What is printable is a character of XML 1.0 (production 2): whatever is none gets spelt out."""
    return "\n".join(map(plain, lines))
