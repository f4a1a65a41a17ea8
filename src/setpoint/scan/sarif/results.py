"""One result of SARIF as a `ScanResult`; nothing for those that say that all is well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.scan import ScanKind, ScanResult
from setpoint.scan.hiding import is_of_secret, words_before_value
from setpoint.scan.sarif.places import Places
from setpoint.scan.sarif.properties import Told, read_properties
from setpoint.scan.sarif.rules import Rules, SarifRule
from setpoint.scan.values import Members, items, mapping, mappings, text
from setpoint.scan.words import SEVERITIES

LONGEST_MESSAGE: Final = 1000
LONGEST_RULE: Final = 200
LONGEST_SNIPPET: Final = 2000

FINE: Final = frozenset({"pass", "notApplicable", "informational"})
OPEN: Final = frozenset({"open", "review"})
"""The tool could not decide, or leaves it to a person."""
KINDS: Final = FINE | OPEN | {"fail"}
"""Section 3.27.9."""

LEVELS: Final = frozenset({"none", "note", "warning", "error"})
"""Section 3.27.10."""

_ARGUMENT: Final = re.compile(r"\{(\d{1,3})\}")


def read_result(result: Members, tool: str, kind: ScanKind, rules: Rules, places: Places) -> ScanResult | None:
    how = text(result, "kind") or "fail"
    if how not in KINDS:
        raise InputError(f"kind is {how[:40]!r}", remedy=f"known are {', '.join(sorted(KINDS))}")
    if how in FINE or text(result, "baselineState") == "absent":
        return None
    rule, told = rules.rule_of(result), read_properties(result)
    name = text(result, "ruleId") or rule.id
    cwes = tuple(sorted({*rule.cwes, *told.cwes, *rules.cwes_of_taxa(result)}))
    is_secret = is_of_secret(kind, cwes)
    message = _message(result, rule, is_secret=is_secret)
    return ScanResult(
        tool=tool,
        rule=name.removeprefix(f"{tool}/")[:LONGEST_RULE],
        severity=_severity(result, rule, told, how),
        place=places.place(result),
        message=f"to be looked at: {message}" if how in OPEN else message,
        cwes=cwes,
        kind=kind,
        confidence=rule.confidence if told.confidence is None else told.confidence,
        score=_score(rule, told),
        snippet="" if is_secret else _snippet(result),
        told_fingerprint="" if is_secret else _fingerprint(result),
        is_suppressed=_is_suppressed(result),
    )


def _severity(result: Members, rule: SarifRule, told: Told, how: str) -> Severity:
    """By the score or the tool's own word, else by the level (section 3.27.10)."""
    for severity in (told.severity, rule.severity):
        if severity is not None:
            return severity
    level = text(result, "level")
    if not level or (how in OPEN and level == "none"):  # which it has to be there, and says nothing
        level = rule.level or "warning"
    if level not in LEVELS:
        raise InputError(f"level is {level[:40]!r}", remedy=f"known are {', '.join(sorted(LEVELS))}")
    return SEVERITIES[level]


def _score(rule: SarifRule, told: Told) -> float | None:
    """Whichever the severity goes by."""
    return rule.score if told.severity is None else told.score


def _message(result: Members, rule: SarifRule, *, is_secret: bool) -> str:
    """What tools tell of a secret may hold it: then the rule's title, or what stands in front of any value."""
    message = mapping(result, "message")
    told = text(message, "text") or text(message, "markdown")
    if not told and (template := rule.messages.get(text(message, "id"))):
        told = _filled(template, [str(each) for each in items(message, "arguments")])
    if is_secret:
        told = words_before_value(rule.title or told) or "a secret"
    return " ".join((told or rule.title or rule.id)[:LONGEST_MESSAGE].split())


def _filled(template: str, arguments: list[str]) -> str:
    """Section 3.11.5."""

    def argument(match: re.Match[str]) -> str:
        place = int(match[1])
        return arguments[place][:LONGEST_MESSAGE] if place < len(arguments) else match[0]

    return _ARGUMENT.sub(argument, template)


def _snippet(result: Members) -> str:
    for location in mappings(result, "locations"):
        region = mapping(mapping(location, "physicalLocation"), "region")
        if snippet := text(mapping(region, "snippet"), "text"):
            return snippet[:LONGEST_SNIPPET]
    return ""


def _fingerprint(result: Members) -> str:
    """The first by its key, as `key:value`; what is no fingerprint (`requires login`) holds a blank."""
    for key in ("fingerprints", "partialFingerprints"):
        told: Mapping[str, object] = mapping(result, key)
        for name in sorted(told):
            value = told[name]
            if isinstance(value, str) and value and " " not in value:
                return f"{name}:{value}"[:LONGEST_RULE]
    return ""


def _is_suppressed(result: Members) -> bool:
    """Section 3.27.23: where there are any, and none is still being looked at or was refused."""
    states = [text(each, "status") or text(each, "state") for each in mappings(result, "suppressions")]
    return bool(states) and all(each in {"", "accepted"} for each in states)
