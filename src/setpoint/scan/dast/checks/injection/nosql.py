"""NoSQL injection: an operator in the place of a value, and conditions in a text that the database runs as a script."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Fault, Part, PartPlace
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Proof, Turn, Variants, differential
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.credentials import companions
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe, ask_with
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.yardstick import Reading

_SCRIPTS: Final = (
    "{value}' && {condition} && 'k' == 'k",
    '{value}" && {condition} && "k" == "k',
    "{value} && {condition}",
)
_WIDER_SCRIPTS: Final = ("{marker}' || {condition} || 'k' == 'j", '{marker}" || {condition} || "k" == "j')


class NoSqlInjection(InjectionCheck):
    """NoSQL injection: operators that match told apart from operators that do not."""

    name = "nosql-injection"
    weakness: ClassVar = FaultKind(
        kind="nosql-injection",
        cwe=943,
        severity=Severity.HIGH,
        message="The value becomes a part of a query's structure: an operator of the database is taken where a plain "
        "value is meant; check that it is one before it is asked for",
    )
    about: ClassVar = 12

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        if place.usual is None or probe.nonsense is None:
            return None
        proof = self._operators(bench, probe) or (self._scripts(bench, probe) if probe.breaks else None)
        return self.weakness.told_apart(place, proof) if proof else None

    def _operators(self, bench: Workbench, probe: Probe) -> Proof | None:
        place = probe.place
        if not _takes_operators(place):
            return None
        for also in [(), companions(place)] if companions(place) else [()]:
            for variants, expected in _families(probe):

                def send(payload: Json, also: Sequence[Part] = also) -> Exchange:
                    return ask_with(bench, place, _spread([place.part, *also], payload))

                proof = differential(bench, place, variants, true=expected, not_true=probe.nonsense, send=send)
                if proof and _is_of_data(proof):
                    return proof
        return None

    def _scripts(self, bench: Workbench, probe: Probe) -> Proof | None:
        place = probe.place
        if probe.nonsense != place.usual:
            for template in _SCRIPTS:
                if proof := differential(bench, place, _conditions(template, value=place.value), true=place.usual):
                    return proof
        for template in _WIDER_SCRIPTS if place.only_reads else ():
            variants = _conditions(template, marker=probe.marker)
            if proof := differential(bench, place, variants, not_true=probe.nonsense):
                return proof
        return None


def _takes_operators(place: Place) -> bool:
    """Values that may hold others: of JSON, and of what servers read brackets in."""
    if place.part.place is PartPlace.BODY:
        return place.operation.body in {BodyForm.JSON, BodyForm.FORM, BodyForm.NONE, BodyForm.MULTIPART}
    return place.part.place is PartPlace.QUERY


def _families(probe: Probe) -> Iterator[tuple[Variants, Reading | None]]:
    """One operator and its control each; what finds more than was meant only where the operation reads."""
    place = probe.place
    if place.only_reads:
        yield lambda turn: {"$ne" if turn.holds else "$eq": secrets.token_hex(5)}, None
        yield lambda turn: {"$regex": ".*" if turn.holds else f"^{secrets.token_hex(5)}$"}, None
    if probe.nonsense != place.usual:
        yield lambda turn: {"$in": [_typed(place) if turn.holds else secrets.token_hex(5)]}, place.usual


def _typed(place: Place) -> Json:
    """A number where the part is one: `$in` compares types, too."""
    is_number = place.part.schema.get("type") in {"integer", "number"} or isinstance(place.part.example, int)
    in_json = place.part.place is PartPlace.BODY and place.operation.body is BodyForm.JSON
    return int(place.value) if is_number and in_json and place.value.isdecimal() else place.value


def _spread(parts: Sequence[Part], payload: Json) -> dict[Part, Json]:
    """JSON holds it as it is; elsewhere `name[$ne]=value` stands for it, and the plain name is left out."""
    values: dict[Part, Json] = {}
    for part in parts:
        if part.name.startswith("/"):
            values[part] = payload
            continue
        values[part] = None
        for operator, value in payload.items():
            name = f"{part.name}[{operator}]" + ("[]" if isinstance(value, list) else "")
            values[Part(part.place, name)] = value[0] if isinstance(value, list) else value
    return values


def _is_of_data(proof: Proof) -> bool:
    """Not of a message about the operator: what was matched was answered well, and does not show it."""
    answers = [each.answer for each in proof.exchanges]
    matched = answers[0]
    shows = any(each is None or _shows_operator(each.body) for each in answers)
    return matched is not None and matched.status < 400 and not shows


def _shows_operator(body: bytes) -> bool:
    return any(sign + name in body for sign in (b"$", b"%24") for name in (b"ne", b"eq", b"regex", b"in"))


def _conditions(template: str, **values: str) -> Variants:
    def variant(turn: Turn) -> Json:
        left, right = turn.ordered()
        return template.format(condition=(f"{left} < {right}", f"{right} > {left}")[turn.number % 2], **values)

    return variant
