"""On which resources a statement goes on granting an action: as few as what is known of its use lets tell for sure.

Whatever is returned lies within what the statement grants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from setpoint.compare.identity.aws.patterns import Sign, Tokens, resource_tokens
from setpoint.compare.identity.rightsize.covering import covers, has_variables, overlaps, pattern_tokens, widened
from setpoint.compare.identity.rightsize.unrecorded import MAKING, PASSING
from setpoint.model.iam import Selection
from setpoint.model.iam_actions import ActionFacts, ResourceKind
from setpoint.model.permission_use import ANY_RESOURCE

EVERYTHING: Final = Selection((ANY_RESOURCE,))

MOST: Final = 10
"""Resources of one kind that are named one by one."""

_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")
_SEGMENTS: Final = 5
"""Of an ARN, in front of what it names."""
_FIRST_OF_KEY: Final = re.compile(r"(arn:[\w-]+:s3:::[^/]+/)[^/]*\d[^/]*/\*")
"""Objects below a first part of their key that has a digit, such as a day: the next one is called otherwise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to go on being granted of one action."""

    patterns: tuple[str, ...] = ()
    """ARNs, and patterns of them."""
    is_open: bool = False
    """Whether the record does not say on which other resources, so that none can be left out."""
    widened: str = ""
    """Why a whole kind stands for what was used, in a clause; empty where that is named."""


def wanted_of(facts: ActionFacts, used: Collection[str], *, most: int = MOST) -> Wanted:
    """For the resources that an action was used on."""
    if not facts.kinds:
        return Wanted((ANY_RESOURCE,))
    kinds = {arn: _kind_of(arn, facts.kinds) for arn in used}
    if ANY_RESOURCE in used or None in kinds.values():
        return Wanted(tuple(sorted({*used} - {ANY_RESOURCE})), is_open=True)
    found: set[str] = set()
    why: list[str] = []
    for kind in facts.kinds:
        arns = sorted(arn for arn, each in kinds.items() if each is kind)
        lasting = {_lasting(arn) for arn in arns}
        if not arns:
            found.update(_beside(kind, facts, kinds.items()))
        elif reason := _why_not_named(facts, kind, len(lasting), most):
            together = {_all_together(arn, kind) for arn in arns}
            found.update(together if len(together) <= most else (_all_like(arn, kind) for arn in arns))
            why.append(reason)
        else:
            found.update(lasting)
    return Wanted(tuple(sorted(found)), widened="; ".join(why))


def _kind_of(arn: str, kinds: Iterable[ResourceKind]) -> ResourceKind | None:
    """The one whose ARNs have the form of this one; of several, the one that spells most of it."""
    pattern = pattern_tokens(arn)
    fitting = [each for each in kinds if overlaps(pattern, _form_tokens(each.form))]
    return max(fitting, key=lambda each: len(_PLACEHOLDER.sub("", each.form)), default=None)


def any_of(form: str) -> str:
    """The pattern of all ARNs of a form."""
    return _PLACEHOLDER.sub("*", form)


@cache
def _form_tokens(form: str) -> Tokens:
    """Of all ARNs of a form. Unlike those of a pattern, what stands in one segment never reaches into the next."""
    *around, name = form.split(":", _SEGMENTS)
    head, tail = ":".join([*around, ""]), pattern_tokens(any_of(name))
    pieces = [token for piece in _PLACEHOLDER.split(head) for token in (Sign.MANY_WITHIN, piece)][1:]
    return tuple(each for each in (*pieces, *tail) if each)


def _why_not_named(facts: ActionFacts, kind: ResourceKind, count: int, most: int) -> str:
    if _makes(facts, kind):
        return f"{facts.name} makes new ones"
    if f"{facts.service}:{kind.name}" in PASSING:
        return f"AWS gives each {kind.name} a name of its own"
    return f"{count} were used, more than {most}" if count > most else ""


def _makes(facts: ActionFacts, kind: ResourceKind) -> bool:
    """Whether a call makes one of the kind: `CreateFunction` a function, but `CreateAccessKey` no user."""
    verb = next((each for each in MAKING if facts.operation.startswith(each)), None)
    if verb is None or facts.level.only_reads:
        return False
    noun = facts.operation.removeprefix(verb).lower()
    return kind.name.replace("-", "").lower() in {noun, noun.removesuffix("s")}


def _all_like(arn: str, kind: ResourceKind) -> str:
    """All of its kind in its account and region."""
    given, form = arn.split(":", _SEGMENTS), kind.form.split(":", _SEGMENTS)
    return ":".join((*given[:_SEGMENTS], any_of(form[_SEGMENTS])))


def _all_together(arn: str, kind: ResourceKind) -> str:
    """All of its kind that lie in the same: the objects of a bucket, the tasks of a cluster; else all like it."""
    *before, behind = _PLACEHOLDER.split(kind.form.split(":", _SEGMENTS)[_SEGMENTS])
    *head, name = arn.split(":", _SEGMENTS)
    parent = re.match(".+?".join(map(re.escape, before)), name, re.DOTALL) if before and before[-1] else None
    return ":".join((*head, f"{parent[0]}*{behind}")) if parent else _all_like(arn, kind)


def _lasting(arn: str) -> str:
    found = _FIRST_OF_KEY.fullmatch(arn)
    return f"{found[1]}*" if found else arn


def _beside(kind: ResourceKind, facts: ActionFacts, used: Iterable[tuple[str, ResourceKind | None]]) -> Iterator[str]:
    """A kind of which the record names none, since an event tells one resource of a call.

    Kinds none of which is required are alternatives, and the record says which it was. Beside one that is required,
    others are looked at as well: all below what was used, such as a table's indices, or all of the kind.
    """
    if not any(each.required for each in facts.kinds):
        return
    for arn, other in used:
        if other is not None and kind.form.startswith(other.form):
            yield arn + any_of(kind.form.removeprefix(other.form))
        else:
            partition = arn.split(":", 2)[1]
            yield any_of(kind.form.replace("${Partition}", partition))


def within(selection: Selection, wanted: Wanted, facts: ActionFacts, *, variables: bool) -> Selection | None:
    """What of a statement's resources is wanted; None where nothing is."""
    patterns = [(text, resource_tokens(text, variables=variables)) for text in selection.patterns]
    if wanted.is_open:
        return _as_granted(selection, patterns, wanted, facts)
    if selection.negated:
        return _not_excepted(selection, [tokens for _, tokens in patterns], wanted)
    found: dict[str, None] = {}
    for text in wanted.patterns:
        found.update(dict.fromkeys(_common(text, patterns)))
    return Selection(tuple(sorted(found))) if found else None


def _as_granted(
    selection: Selection, patterns: Sequence[tuple[str, Tokens]], wanted: Wanted, facts: ActionFacts
) -> Selection | None:
    """All that an action can be granted on by the statement."""
    if selection.negated:
        return selection
    forms = [_form_tokens(each.form) for each in facts.kinds] or [pattern_tokens(ANY_RESOURCE)]
    possible = [*forms, *map(pattern_tokens, wanted.patterns)]
    kept = tuple(sorted(text for text, tokens in patterns if any(overlaps(widened(tokens), each) for each in possible)))
    return Selection(kept) if kept else None


def _not_excepted(selection: Selection, excepted: Sequence[Tokens], wanted: Wanted) -> Selection | None:
    """Of `NotResource`: what is wanted where nothing of it is excepted, else all as it stands.

    One with a variable stays as it is: where the variable has no value, such a statement grants nothing.
    """
    if any(has_variables(each) for each in excepted):
        return selection
    left = [text for text in wanted.patterns if not any(covers(each, pattern_tokens(text)) for each in excepted)]
    if not left:
        return None
    touched = any(overlaps(each, pattern_tokens(text)) for each in excepted for text in left)
    return selection if touched else Selection(tuple(left))


def _common(text: str, patterns: Sequence[tuple[str, Tokens]]) -> list[str]:
    """What the wanted pattern and the granted ones have in common; a granted one whole where no pattern says that."""
    pattern = pattern_tokens(text)
    found = []
    for granted, tokens in patterns:
        if not has_variables(tokens) and covers(tokens, pattern):
            return [text]
        if overlaps(widened(tokens), pattern):
            found.append(granted)
    return found


def is_granted_plainly(selection: Selection, text: str, *, variables: bool) -> bool:
    """Whether the resources of a statement are known to include all that fits a pattern."""
    pattern = pattern_tokens(text)
    tokens = [resource_tokens(each, variables=variables) for each in selection.patterns]
    if selection.negated:
        return not any(has_variables(each) or overlaps(each, pattern) for each in tokens)
    return any(covers(each, pattern) for each in tokens if not has_variables(each))


def minimal(patterns: Iterable[str], *, variables: bool) -> tuple[str, ...]:
    """Without those that another one includes."""
    texts = sorted(set(patterns))
    tokens = {each: resource_tokens(each, variables=variables) for each in texts}
    plain = [each for each in texts if not has_variables(tokens[each])]
    kept: list[str] = []
    for each in texts:
        inside = (other for other in plain if other != each and each in plain and covers(tokens[other], tokens[each]))
        # Of two that include each other, the first stays.
        if not any(not covers(tokens[each], tokens[other]) or other < each for other in inside):
            kept.append(each)
    return tuple(kept)
