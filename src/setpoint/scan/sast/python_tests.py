"""What the tests of bandit mean, which ruff took over under the same numbers: `B608` is `S608`.

Ruff says no severity, and its SARIF no weakness; bandit says both, and sometimes a wide one. Severities are those that
bandit 1.9 gives in the plain case. Weaknesses are bandit's and those of ruff's rule pages, but the closer one where
both are wide: what evaluates code is CWE-95, no command (CWE-78), and unsafe YAML is CWE-502, not any input (CWE-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from setpoint.model.policy import Severity
from setpoint.model.scan import ScanResult

INFO, LOW, MEDIUM, HIGH = Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH


@dataclass(frozen=True, slots=True)
class PythonTest:
    severity: Severity
    cwes: tuple[int, ...]


PYTHON_TESTS: Final[Mapping[str, PythonTest]] = {
    "101": PythonTest(LOW, (703,)),
    "102": PythonTest(MEDIUM, (95,)),
    "103": PythonTest(MEDIUM, (732,)),
    "104": PythonTest(MEDIUM, (605,)),
    "105": PythonTest(LOW, (259, 798)),
    "106": PythonTest(LOW, (259, 798)),
    "107": PythonTest(LOW, (259, 798)),
    "108": PythonTest(MEDIUM, (377,)),
    "110": PythonTest(LOW, (703,)),
    "112": PythonTest(LOW, (703,)),
    "113": PythonTest(LOW, (400,)),
    "201": PythonTest(HIGH, (94, 489)),
    "202": PythonTest(HIGH, (22,)),
    "301": PythonTest(MEDIUM, (502,)),
    "302": PythonTest(MEDIUM, (502,)),
    "303": PythonTest(MEDIUM, (327, 328)),
    "304": PythonTest(HIGH, (327,)),
    "305": PythonTest(MEDIUM, (327,)),
    "306": PythonTest(MEDIUM, (377,)),
    "307": PythonTest(MEDIUM, (95,)),
    "308": PythonTest(MEDIUM, (79, 80)),
    "310": PythonTest(MEDIUM, (22, 918)),
    "311": PythonTest(LOW, (330, 338)),
    "312": PythonTest(HIGH, (319,)),
    **dict.fromkeys(("313", "314", "315", "316", "317", "318", "319"), PythonTest(MEDIUM, (611, 776))),
    "321": PythonTest(HIGH, (319,)),
    "323": PythonTest(MEDIUM, (295,)),
    "324": PythonTest(HIGH, (327, 328)),
    "501": PythonTest(HIGH, (295,)),
    "502": PythonTest(HIGH, (327,)),
    "503": PythonTest(MEDIUM, (327,)),
    "504": PythonTest(LOW, (327,)),
    "505": PythonTest(HIGH, (326,)),
    "506": PythonTest(MEDIUM, (502,)),
    "507": PythonTest(HIGH, (295,)),
    "508": PythonTest(MEDIUM, (319,)),
    "509": PythonTest(MEDIUM, (319,)),
    "601": PythonTest(MEDIUM, (78,)),
    "602": PythonTest(HIGH, (78,)),
    "603": PythonTest(LOW, (78,)),
    "604": PythonTest(MEDIUM, (78,)),
    "605": PythonTest(HIGH, (78,)),
    "606": PythonTest(LOW, (78,)),
    "607": PythonTest(LOW, (78, 426)),
    "608": PythonTest(MEDIUM, (89,)),
    "609": PythonTest(HIGH, (78, 155)),
    "610": PythonTest(MEDIUM, (89,)),
    "611": PythonTest(MEDIUM, (89,)),
    "612": PythonTest(MEDIUM, (94,)),
    "614": PythonTest(MEDIUM, (502,)),
    "615": PythonTest(MEDIUM, (494,)),
    "701": PythonTest(HIGH, (79,)),
    "702": PythonTest(MEDIUM, (79, 80)),
    "703": PythonTest(MEDIUM, (79, 80)),
    "704": PythonTest(MEDIUM, (79,)),
}
"""By the number that follows `S` or `B`."""

NOTICES: Final = frozenset({"101", "401", "402", "403", "404", "405", "406", "407", "408", "409", "410"})
"""Tests that tell of an `assert` or an import, of which a program has any number and none is weak by itself: what is
done with the module is told where it is done. They are listed, and weigh nothing."""

OUTDATED: Final = frozenset({"313", "314", "316", "318"})
"""Parsers of XML that follow no external entities since CPython 3.7.1, whatever they are told, and bound the expansion
of internal ones since Expat 2.4.1 (https://docs.python.org/3/library/xml.html#xml-security): low, for older Expats."""


def known(result: ScanResult) -> ScanResult:
    """With the table's weaknesses; with its severity where the tool has none of its own, or one that is too high."""
    letter, number = result.rule[:1], result.rule[1:]
    if (result.tool, letter) not in {("ruff", "S"), ("bandit", "B")}:
        return result
    test = PYTHON_TESTS.get(number)
    severity = test.severity if test is not None and result.tool == "ruff" else result.severity
    if number in NOTICES:
        severity = INFO
    elif number in OUTDATED:
        severity = LOW
    return replace(result, severity=severity, cwes=test.cwes if test is not None else result.cwes)
