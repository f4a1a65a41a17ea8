"""Names of uploaded files that become paths (CWE-22): told by what happens to folders in them.

Whoever keeps only the last part of a name takes all of them; whoever looks at names refuses all that hold folders.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.probing import Place, ask, parts_to_probe, places
from setpoint.scan.dast.checks.reflection.weaknesses import TRAVERSAL
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

ROUNDS: Final = 3
"""Each with names of its own. One file at most is put beside the folder: small, and its name says whose it is."""

_CONTENT: Final = "a file of a security scan, which may be deleted\n"


class FileNames:
    """Names of uploaded files that become paths."""

    name = "file-names"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations:
            many = sum(_names_file(operation, each) for each in parts_to_probe(operation))
            if many and not bench.may_send(operation):
                yield PlannedRequest(operation.key, self.name, "", many * (2 * ROUNDS + 1), 2 * many)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for place in places(bench):
            if _names_file(place.operation, place.part) and (proof := _told_apart(bench, place)):
                difference = (
                    f"{ROUNDS} times, a name in a folder that is there was taken, and one in a folder that is not "
                    "failed; one beside the folder was taken, too"
                )
                yield TRAVERSAL.fault(place, Certainty.DIFFERENTIAL, proof, difference)


def _names_file(operation: Operation, part: Part) -> bool:
    if part.place is not PartPlace.BODY or operation.method not in {"POST", "PUT", "PATCH"}:
        return False
    is_name = {"filename", "file name"} & {" ".join(words_of(part.name)[-2:]), *words_of(part.name)[-1:]}
    return _is_file(operation, part) or (bool(is_name) and part.schema.get("type", "string") == "string")


def _is_file(operation: Operation, part: Part) -> bool:
    return operation.body is BodyForm.MULTIPART and (
        part.schema.get("format") == "binary" or "contentMediaType" in part.schema
    )


def _told_apart(bench: Workbench, place: Place) -> tuple[Exchange, ...]:
    taken: Exchange | None = None
    for _ in range(ROUNDS):
        own = f"setpoint-{secrets.token_hex(6)}.{_ending(place)}"
        taken, absent = (_named(bench, place, each) for each in (f"./{own}", f"{secrets.token_hex(6)}/{own}"))
        if not is_success(taken) or absent.answer is None or is_success(absent):
            return ()
    beside = _named(bench, place, f"../setpoint-{secrets.token_hex(6)}.{_ending(place)}")
    return (absent, beside) if is_success(beside) else ()


def _ending(place: Place) -> str:
    """As its own value has it, where it is a name; else what everybody takes."""
    name = place.value.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name and name.rpartition(".")[2].isalnum() else "txt"


def _named(bench: Workbench, place: Place, name: str) -> Exchange:
    payload: Json = {"filename": name, "content": _CONTENT} if _is_file(place.operation, place.part) else name
    return ask(bench, place, payload)
