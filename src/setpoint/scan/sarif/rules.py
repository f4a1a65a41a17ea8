"""The rules of a run: found by index or by name, in the tool's driver or in one of its extensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.policy import Severity
from setpoint.scan.sarif.properties import read_properties
from setpoint.scan.values import Members, mapping, mappings, number, text
from setpoint.scan.words import cwes_in

DRIVER: Final = -1
"""In the place of an extension's index."""


@dataclass(frozen=True, slots=True)
class SarifRule:
    id: str
    title: str = ""
    level: str = ""
    """By default; empty where the rule does not say."""
    severity: Severity | None = None
    score: float | None = None
    """Of CVSS."""
    confidence: float | None = None
    cwes: tuple[int, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)


class Rules:
    """Of one run. Each is read once, and when a result first names it."""

    def __init__(self, run: Members) -> None:
        tool = mapping(run, "tool")
        parts = [mapping(tool, "driver"), *mappings(tool, "extensions")]
        self._rules: Sequence[list[Members]] = [mappings(each, "rules") for each in parts]
        self._taxa = [mappings(each, "taxa") for each in mappings(run, "taxonomies")]
        self._taxonomies = [text(each, "name") for each in mappings(run, "taxonomies")]
        self._levels = _overrides(run)
        self._places: dict[str, tuple[int, int]] = {}
        for part, rules in enumerate(self._rules):
            for index, rule in enumerate(rules):
                self._places.setdefault(text(rule, "id"), (part, index))
        self._read: dict[tuple[int, int], SarifRule] = {}

    def rule_of(self, result: Members) -> SarifRule:
        """Sections 3.27.5 to 3.27.7; a rule that the run does not describe has its name alone."""
        reference = mapping(result, "rule")
        name = text(result, "ruleId") or text(reference, "id")
        part = number(mapping(reference, "toolComponent"), "index", DRIVER) + 1
        index = number(result, "ruleIndex", number(reference, "index", -1))
        if not (0 <= part < len(self._rules) and 0 <= index < len(self._rules[part])):
            # A name may go deeper than the rule: `CA2101/1` (section 3.27.5).
            found = self._places.get(name) or self._places.get(name.rpartition("/")[0])
            if found is None:
                return SarifRule(name or "unnamed")
            part, index = found
        rule = self._read.get((part, index))
        if rule is None:
            rule = self._read[part, index] = self._described(self._rules[part][index])
        return rule

    def cwes_of_taxa(self, result: Members) -> tuple[int, ...]:
        return cwes_in(self._taxon(each) for each in mappings(result, "taxa"))

    def _described(self, rule: Members) -> SarifRule:
        name, told = text(rule, "id"), read_properties(rule)
        related = cwes_in(self._taxon(mapping(each, "target")) for each in mappings(rule, "relationships"))
        titles = (text(mapping(rule, key), "text") for key in ("shortDescription", "fullDescription"))
        strings = mapping(rule, "messageStrings")
        configuration = mapping(rule, "defaultConfiguration")
        return SarifRule(
            name or text(rule, "name") or "unnamed",
            # Semgrep's short one is `Semgrep Finding: <id>`, which says nothing.
            title=next(
                (each for each in titles if each and not (name and each.endswith(f": {name}"))), text(rule, "name")
            ),
            level=self._levels.get(name) or text(configuration, "level"),
            severity=told.severity,
            score=told.score,
            confidence=told.confidence,
            cwes=tuple(sorted({*told.cwes, *related})),
            messages={key: text(mapping(strings, key), "text") for key in strings},
        )

    def _taxon(self, reference: Members) -> str:
        """As `CWE-89`, whether it says so itself or stands in a taxonomy of that name; section 3.54."""
        component = mapping(reference, "toolComponent")
        place = number(component, "index", -1)
        is_known = 0 <= place < len(self._taxonomies)
        taxonomy = text(component, "name") or (self._taxonomies[place] if is_known else "")
        name = text(reference, "id")
        index = number(reference, "index", -1)
        if not name and is_known and 0 <= index < len(self._taxa[place]):
            name = text(self._taxa[place][index], "id")
        return f"{taxonomy}-{name}" if name.isdigit() else name


def _overrides(run: Members) -> Mapping[str, str]:
    """Rule → level, where the run was told another one than the rule's (section 3.20.5)."""
    return {
        text(mapping(each, "descriptor"), "id"): text(mapping(each, "configuration"), "level")
        for invocation in mappings(run, "invocations")
        for each in mappings(invocation, "ruleConfigurationOverrides")
    }
