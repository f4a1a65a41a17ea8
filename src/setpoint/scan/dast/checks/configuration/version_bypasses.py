"""What another version of an operation lets through that the documented one refuses. Called by `other_versions`.

The request is replayed as nobody and as each other account, first on the documented version, which has to refuse it,
and then on the other one. What counts is that the very values come that the rightful caller is given, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Certainty, Exchange, Fault, Operation, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.delicate import Delicate
from setpoint.scan.dast.checks.authentication.guarded import without_credentials
from setpoint.scan.dast.checks.configuration.insides import fields_of, withheld_fields
from setpoint.scan.dast.checks.place import authorised
from setpoint.scan.dast.interface import Workbench

LIKE: Final = 0.6
"""Of the values that the rightful caller is given, those that have to come: versions differ by some, and times do."""

_FIELD: Final = "header:"
_QUERY: Final = "query:"
_OLDEST: Final = "1"
NAMES: Final = (
    "header:X-API-Version",
    "header:API-Version",
    "header:Accept-Version",
    "header:X-Version",
    "query:version",
    "query:api-version",
    "query:v",
)
"""By which services let callers choose a version."""

Moved = Callable[[Sent], Sent]
"""The same request, to the other version."""


@dataclass(frozen=True, slots=True)
class Bypass:
    """A caller whom the documented version refuses, and the other one does not."""

    operation: Operation
    path: str
    """Of the other version, from the root of the host."""
    caller: Caller
    cwe: int
    owasp: str
    missing: str
    """Which check the other version does not make."""
    refused: Exchange
    given: Exchange


def bypass(bench: Workbench, operation: Operation, usual: Exchange, path: str, moved: Moved) -> Bypass | None:
    """The first one, nobody before others. At most two requests for each caller, and one to be certain."""
    owner = next((each for each in bench.accounts.callers if each.name == usual.sent.caller), ANONYMOUS)
    if owner == ANONYMOUS:
        return None
    bare = without_credentials(bench, usual.sent, owner)
    for caller in (ANONYMOUS, *_lesser(bench, operation, owner)):
        request = authorised(bench, bare, caller)
        known = bench.baseline(operation, caller)
        refused = known if known is not None and known.sent == request else bench.sender.send(request)
        if refused.answer is None or refused.answer.status >= 500 or shows_same(usual, refused):
            continue
        given = bench.sender.send(moved(request))
        if shows_same(usual, given) and shows_same(usual, bench.sender.send(moved(request))):
            cwe, owasp, missing = _missing(owner, caller)
            return Bypass(operation, path, caller, cwe, owasp, missing, refused, given)
    return None


def _lesser(bench: Workbench, operation: Operation, owner: Caller) -> Iterator[Caller]:
    """Those of a lower role; and its owner's peers where the path names an object: any other list is each one's own."""
    for each in bench.accounts.callers:
        if each.rank < owner.rank or (each.rank == owner.rank and each != owner and "{" in operation.path):
            yield each


def shows_same(usual: Exchange, other: Exchange) -> bool:
    """Whether most of the values come under the names that they have in the usual answer, however it is wrapped."""
    if usual.answer is None or other.answer is None or not is_success(other):
        return False
    wanted = _values(usual.answer)
    return bool(wanted) and len(wanted & _values(other.answer)) >= LIKE * len(wanted)


def shown_besides(usual: Exchange, other: Exchange) -> list[tuple[str, Delicate]]:
    """Fields that are nobody's to see, which only the other version's answer has, with what they give away."""
    if usual.answer is None or other.answer is None:
        return []
    known = {name.lower() for name, _ in fields_of(usual.answer)}
    return [each for each in withheld_fields(other.answer).items() if each[0].lower() not in known]


def asked_for(bench: Workbench, operation: Operation, usual: Exchange) -> tuple[str, Bypass] | None:
    """By which field or query an old version can be asked for that lets callers through, and whom.

    One request for each caller with all usual names at once; only where that is let through, one for each name.
    """
    found = bypass(bench, operation, usual, operation.path, _with_versions(NAMES))
    if found is None:
        return None
    bare = found.refused.sent
    for name in NAMES:
        given = bench.sender.send(_with_versions((name,))(bare))
        if shows_same(usual, given):
            return name, replace(found, given=given)
    return None


def _with_versions(names: Sequence[str]) -> Moved:
    def moved(sent: Sent) -> Sent:
        fields = tuple((name.removeprefix(_FIELD), _OLDEST) for name in names if name.startswith(_FIELD))
        query = "&".join(f"{name.removeprefix(_QUERY)}={_OLDEST}" for name in names if name.startswith(_QUERY))
        joint = "&" if "?" in sent.url else "?"
        return replace(sent, url=sent.url + (joint + query if query else ""), headers=(*sent.headers, *fields))

    return moved


def told_asked_for(found: Sequence[tuple[str, Bypass]]) -> Iterator[Fault]:
    """One fault for each name by which versions can be asked for."""
    for name in dict.fromkeys(name for name, _ in found):
        first, *others = (each for part, each in found if part == name)
        yield Fault(
            kind="unprotected-version",
            cwe=first.cwe,
            owasp=first.owasp,
            severity=Severity.HIGH,
            certainty=Certainty.CONFIRMED,
            method=first.operation.method,
            path=first.path,
            part=name,
            caller=first.caller.name,
            message=f"Whoever asks for version {_OLDEST} by {name} gets one that does not check {first.missing}, as the"
            " current one does; take the old version off, or let it check the same",
            proof=(first.refused, first.given),
            difference=f"without {name} the request is refused, with it the rightful caller's values come",
            examples=tuple(each.operation.key for each in others),
        )


def told_bypasses(prefix: str, found: Sequence[Bypass]) -> Iterator[Fault]:
    """One fault for each check that is missing below this prefix."""
    for missing in dict.fromkeys(each.missing for each in found):
        first, *others = (each for each in found if each.missing == missing)
        yield Fault(
            kind="unprotected-version",
            cwe=first.cwe,
            owasp=first.owasp,
            severity=Severity.HIGH,
            certainty=Certainty.CONFIRMED,
            method=first.operation.method,
            path=first.path,
            caller=first.caller.name,
            message=f"Below {prefix}, a version that stands in no document does not check {missing}, and the documented"
            " one does; take it off, or let it check the same",
            proof=(first.refused, first.given),
            difference=f"{first.operation.path} refuses what {first.path} answers with the rightful caller's values,"
            " twice",
            examples=tuple(f"{each.operation.method} {each.path}" for each in others),
        )


def _missing(owner: Caller, caller: Caller) -> tuple[int, str, str]:
    if caller == ANONYMOUS:
        return 306, "API2:2023", "who asks at all"
    if caller.rank < owner.rank:
        return 285, "API5:2023", "whether the caller's role may do this"
    return 639, "API1:2023", "whose object it is"


def _values(answer: Answer) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(value)) for name, value in fields_of(answer))


def moved_to(usual: str, other: str) -> Moved:
    """`usual`, `other`: how the addresses of both versions begin."""
    return lambda sent: replace(sent, url=other + sent.url.removeprefix(usual))
