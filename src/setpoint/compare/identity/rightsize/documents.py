"""Policy documents from what is kept: statements with readable Sids, in a fixed order, cut to what IAM takes.

Denials of the policies that go are taken over as they stand: without them, more would be allowed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson

from setpoint.compare.identity.rightsize.granting import HeldPolicy
from setpoint.compare.identity.rightsize.keeping import Kept, Why
from setpoint.compare.identity.rightsize.narrowing import minimal
from setpoint.model.canonical import Json
from setpoint.model.iam import WITH_VARIABLES, Condition, Effect, PolicyDocument, Selection, Statement

MANAGED: Final = 6_144
"""Characters of a managed policy, white space aside (IAM User Guide, "IAM and AWS STS quotas"); so for the others."""
INLINE_OF_ROLE: Final = 10_240
"""Of all inline policies of a role together."""
INLINE_OF_USER: Final = 2_048
MOST_ATTACHED: Final = 10
"""Managed policies of one principal, unless AWS allowed the account more."""

OLD_VERSION: Final = "2008-10-17"

_WORDS: Final = {
    Why.USED: "Used",
    Why.NEEDED: "Needed",
    Why.READS: "Reads",
    Why.UNKNOWN: "UseUnknown",
    Why.UNLISTED: "ActionUnknown",
}
_NOT_IN_SID: Final = re.compile(r"[^A-Za-z0-9]+")

_Alike = tuple[str, Why, tuple[Condition, ...], bool]
"""Service, why, conditions, and whether resources are excepted: what is alike may share a statement."""

SpellKey = Callable[[str, Sequence[str]], str]
"""(condition key in lower case, actions of its statement) → as it is spelt."""


def statements_of(kept: Iterable[Kept], *, plain_text: bool) -> list[Statement]:
    """Those in which `${` is plain text, or the others."""
    by_action: defaultdict[_Alike, defaultdict[str, list[Kept]]] = defaultdict(lambda: defaultdict(list))
    for each in kept:
        if each.is_plain_text is plain_text:
            alike = (each.action.partition(":")[0], each.why, each.conditions, each.resources.negated)
            by_action[alike][each.action].append(each)
    grouped: defaultdict[tuple[_Alike, Selection], dict[str, list[Kept]]] = defaultdict(dict)
    for alike, actions in by_action.items():
        for action, those in actions.items():
            for resources in _together(those, plain_text=plain_text):
                grouped[alike, resources][action] = those
    return sorted(
        (_statement_of(alike, resources, actions) for (alike, resources), actions in grouped.items()),
        key=lambda each: (each.sid.lower(), each.actions.patterns, str(each)),
    )


def _statement_of(alike: _Alike, resources: Selection, actions: Mapping[str, Sequence[Kept]]) -> Statement:
    service, why, conditions, _ = alike
    return Statement(
        Effect.ALLOW,
        Selection(_spelt(actions, why)),
        resources,
        conditions=conditions,
        sid=f"{_name(service)}{_WORDS[why]}",
    )


def _together(those: Sequence[Kept], *, plain_text: bool) -> Iterable[Selection]:
    """The resources of one action. What is excepted from everything cannot be put together."""
    if those[0].resources.negated:
        return dict.fromkeys(each.resources for each in those)
    patterns = [pattern for each in those for pattern in each.resources.patterns]
    return (Selection(minimal(patterns, variables=not plain_text)),)


def _spelt(actions: Mapping[str, Sequence[Kept]], why: Why) -> tuple[str, ...]:
    """One by one; what is kept for want of knowledge by the pattern that granted it, where that stands for no more."""
    patterns: dict[str, tuple[str, ...]] = {}
    if why is Why.UNKNOWN:
        grantings = {id(each.granting): each.granting for those in actions.values() for each in those}
        for granting in grantings.values():
            patterns |= {pattern: meant for pattern, meant in granting.by_pattern.items() if len(meant) > 1}
    whole = {
        pattern: meant
        for pattern, meant in patterns.items()
        if all(each.granting.spells(pattern) for action in meant for each in actions.get(action, ()))
        and actions.keys() >= set(meant)
    }
    covered = {action for meant in whole.values() for action in meant}
    return tuple(sorted({*whole, *(actions.keys() - covered)}))


def _name(service: str) -> str:
    return "".join(part.capitalize() for part in _NOT_IN_SID.split(service)) or "Any"


def denials_of(held: Iterable[HeldPolicy]) -> dict[str, list[Statement]]:
    """Version → the statements that deny, of policies that also allow."""
    found: defaultdict[str, list[Statement]] = defaultdict(list)
    for each in held:
        for statement in each.policy.document.statements:
            if statement.effect is Effect.DENY:
                sid = _NOT_IN_SID.sub("", statement.sid) or "Deny"
                found[each.policy.document.version].append(replace(statement, sid=sid))
    return dict(found)


def documents_of(kept: Sequence[Kept], held: Iterable[HeldPolicy]) -> tuple[PolicyDocument, ...]:
    """As many as it takes, each within what a managed policy may have."""
    denials = denials_of(held)
    new = [*statements_of(kept, plain_text=False), *denials.get(WITH_VARIABLES, ())]
    old = [*statements_of(kept, plain_text=True), *denials.get(OLD_VERSION, ())]
    return (*_packed(new, WITH_VARIABLES), *_packed(old, OLD_VERSION))


def _packed(statements: Iterable[Statement], version: str) -> Iterator[PolicyDocument]:
    page: list[Statement] = []
    for statement in (part for each in statements for part in _parts(each, version)):
        if page and size(_document([*page, statement], version)) > MANAGED:
            yield _document(page, version)
            page = []
        page.append(statement)
    if page:
        yield _document(page, version)


def _document(statements: Iterable[Statement], version: str) -> PolicyDocument:
    """With Sids that are unique in it."""
    taken: defaultdict[str, int] = defaultdict(int)
    named = []
    for each in statements:
        taken[each.sid] += 1
        while taken[each.sid] > 1 and f"{each.sid}{taken[each.sid]}" in taken:
            taken[each.sid] += 1
        sid = each.sid if taken[each.sid] == 1 else f"{each.sid}{taken[each.sid]}"
        taken[sid] = max(taken[sid], 1)
        named.append(replace(each, sid=sid))
    return PolicyDocument(tuple(named), version)


def _parts(statement: Statement, version: str) -> Iterator[Statement]:
    """Several that together mean the same, where one is too long by itself."""
    if size(_document([statement], version)) <= MANAGED:
        yield statement
        return
    halves = _halves(statement)
    if not halves:
        yield statement
    for half in halves:
        yield from _parts(half, version)


def _halves(statement: Statement) -> list[Statement]:
    """None of what cannot be cut: exceptions hold only together."""
    actions, resources = statement.actions, statement.resources
    if not actions.negated and len(actions.patterns) > 1:
        return [replace(statement, actions=Selection(half)) for half in _halved(actions.patterns)]
    if resources is not None and not resources.negated and len(resources.patterns) > 1:
        return [replace(statement, resources=Selection(half)) for half in _halved(resources.patterns)]
    return []


def _halved(patterns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    middle = len(patterns) // 2
    return patterns[:middle], patterns[middle:]


def size(document: PolicyDocument) -> int:
    """As IAM counts: without white space, of which there is none here outside of texts."""
    return len(orjson.dumps(as_json(document)).decode())


def as_json(document: PolicyDocument, spell: SpellKey = lambda key, _actions: key) -> dict[str, Json]:
    return {
        "Version": document.version,
        "Statement": [_statement(each, spell) for each in document.statements],
    }


def _statement(statement: Statement, spell: SpellKey) -> Json:
    written: dict[str, Json] = {"Sid": statement.sid, "Effect": str(statement.effect)}
    written |= _selected("Action", statement.actions)
    if statement.resources is not None:
        written |= _selected("Resource", statement.resources)
    if statement.conditions:
        written["Condition"] = _conditions(statement, spell)
    return written


def _selected(name: str, selection: Selection) -> Mapping[str, Json]:
    patterns = selection.patterns
    return {f"Not{name}" if selection.negated else name: patterns[0] if len(patterns) == 1 else list(patterns)}


def _conditions(statement: Statement, spell: SpellKey) -> Json:
    """All have to be met. One that stands twice does so in another case of letters, as it must have before."""
    written: dict[str, dict[str, Json]] = {}
    for each in statement.conditions:
        key = spell(each.key, statement.actions.patterns)
        name = next(name for name in _spellings(each.name) if key not in written.get(name, {}))
        written.setdefault(name, {})[key] = each.values[0] if len(each.values) == 1 else list(each.values)
    return written


def _spellings(name: str) -> Iterator[str]:
    """Of an operator, which is not case-sensitive; as it is spelt usually first."""
    for flipped in range(1 << len(name)):
        yield "".join(each.swapcase() if flipped >> place & 1 else each for place, each in enumerate(name))
