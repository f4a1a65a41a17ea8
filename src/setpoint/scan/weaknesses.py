"""From what each tool told to weaknesses: one for each problem, however many tools told it, with a lasting fingerprint.

Called by `wiring.scan`. Every result that nothing suppresses is in exactly one weakness.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from setpoint.model.cwe import CREDENTIALS, families_of, leading, name_of
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScannerRun, ScanResult, Weakness
from setpoint.scan.fingerprint import fingerprint
from setpoint.scan.secrets.names import is_only_about_a_secret
from setpoint.scan.sources import Located, SourceFile, open_source

_OF_CODE: Final = frozenset({ScanKind.SAST, ScanKind.DAST, ScanKind.OTHER})
"""Kinds of tools that tell the same problems: a SARIF file may not say which kind its tool is of."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A result, and what it is about."""

    result: ScanResult
    located: Located
    families: frozenset[int]

    @property
    def names(self) -> frozenset[str]:
        """By any of which it is the same problem as another result of the same statement."""
        return frozenset(map(str, self.families)) or frozenset({_told(self.result)})


@dataclass(frozen=True, slots=True)
class _Draft:
    """A weakness but for its fingerprint."""

    weakness: Weakness
    first: int
    stem: tuple[str, str, str, str]
    """What its fingerprint is made of, but for the ordinal."""


def weaknesses_of(runs: Sequence[ScannerRun], root: Path) -> tuple[Weakness, ...]:
    """By file and line. `root`: the folder that the results' files are relative to."""
    by_file: defaultdict[str, list[ScanResult]] = defaultdict(list)
    for each in dict.fromkeys(result for run in runs for result in run.results if not result.is_suppressed):
        by_file[each.place.file].append(each)
    drafts: list[_Draft] = []
    for file, results in sorted(by_file.items()):
        drafts += _drafts(open_source(root, file, [each.place for each in results]), results)
    return tuple(_numbered(drafts))


def newness(weaknesses: Iterable[Weakness], base: Collection[str]) -> tuple[Weakness, ...]:
    """Each told to be new or not; `base` are the fingerprints of what was there before."""
    known = frozenset(base)
    return tuple(replace(each, is_new=each.fingerprint not in known) for each in weaknesses)


def _drafts(source: SourceFile, results: Iterable[ScanResult]) -> Iterator[_Draft]:
    statements: defaultdict[tuple[int, str, ScanKind], list[_Found]] = defaultdict(list)
    for each in results:
        found = _Found(each, source.at(each.place), families_of(each.cwes))
        statements[found.located.first, found.located.function, _sort(found)].append(found)
    for (_, _, sort), together in sorted(statements.items()):
        for one in _same(together):
            yield _draft(sort, one, source)


def _sort(found: _Found) -> ScanKind:
    """What kind of problem it is, whichever kind of tool told it."""
    kind = found.result.kind
    if kind not in _OF_CODE:
        return kind
    return ScanKind.SECRETS if CREDENTIALS in found.families else ScanKind.SAST


def _same(together: Iterable[_Found]) -> list[list[_Found]]:
    """Results of one statement, those with a name in common (with any of the others) together."""
    groups: list[tuple[set[str], list[_Found]]] = []
    for each in together:
        names, members = set(each.names), [each]
        for group in [group for group in groups if not group[0].isdisjoint(names)]:
            groups.remove(group)
            names |= group[0]
            members = [*group[1], *members]
        groups.append((names, members))
    return [members for _, members in groups]


def _draft(sort: ScanKind, found: Sequence[_Found], source: SourceFile) -> _Draft:
    results = sorted((each.result for each in found), key=_by_weight)
    worst, located = results[0], found[0].located
    families = frozenset(family for each in found for family in each.families)
    cwes = tuple(sorted({cwe for each in results for cwe in each.cwes}))
    named = name_of(cwes, leading(families)) if families else _told(worst)
    is_secret = sort is ScanKind.SECRETS
    told_by = tuple(sorted({_told(each) for each in results}))
    is_none = is_secret and is_only_about_a_secret(located.name, told_by)
    weakness = Weakness(
        fingerprint="",
        kind=sort if any(each.kind is sort for each in results) else worst.kind,
        rule=named,
        severity=Severity.INFO if is_none else worst.severity,
        place=_place(results, located),
        message=worst.message,
        cwes=cwes,
        told_by=told_by,
        confidence=max((each.confidence for each in results if each.confidence is not None), default=None),
        score=max((each.score for each in results if each.score is not None), default=None),
        spans=located.spans,
        against=source.against(worst.place, told_by),
    )
    family = f"cwe-{leading(families)}" if families else min(map(_told, results))
    text = located.text_without_values if is_secret else located.text
    return _Draft(weakness, located.first, (sort, family, located.function, text))


def _place(results: Sequence[ScanResult], located: Located) -> CodePlace:
    """As the tool puts it that makes most of it."""
    place = results[0].place
    return replace(place, end_line=max(place.line, place.end_line), function=located.function)


def _by_weight(result: ScanResult) -> tuple[int, float, str, CodePlace, str, ScanKind]:
    """The worst first; the same one whatever the order in which tools are done."""
    return -result.severity.rank, -(result.confidence or 0.0), _told(result), result.place, result.message, result.kind


def _told(result: ScanResult) -> str:
    return f"{result.tool}/{result.rule}"


def _numbered(drafts: Iterable[_Draft]) -> Iterator[Weakness]:
    """With fingerprints: of those that are equal in all else, each gets its number in the order of files and lines."""
    numbers: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for each in sorted(drafts, key=lambda each: (each.weakness.place.file, each.first, each.stem)):
        number = numbers[each.stem]
        numbers[each.stem] += 1
        yield replace(each.weakness, fingerprint=fingerprint(*each.stem, number))
