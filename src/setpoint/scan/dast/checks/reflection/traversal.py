"""Input that becomes the path of a file (CWE-22): shown by a file that everybody knows and nobody meant to serve."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import quote

from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest, Profile
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.probing import Place, Probe, ask, parts_to_probe, probed, request
from setpoint.scan.dast.checks.reflection.known_files import (
    ACCOUNTS,
    KERNEL,
    OWN_FILES,
    WIN_INI,
    is_kernel,
    is_like,
    is_passwd,
    is_win_ini,
)
from setpoint.scan.dast.checks.reflection.weaknesses import TRAVERSAL
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.values import is_file

DEPTH: Final = 8
"""Folders between where applications keep files and the root; more steps than there are do no harm."""

MOST_EACH: Final = 24
"""Requests to a part that speaks of files, where nothing is found."""

OWN_DEPTHS: Final = (1, 2)
"""From where files are served to what lies beside the application."""

_FILE_WORDS: Final = frozenset(
    words_of(
        "file filename path filepath dir directory folder doc document page template tpl include inc module "
        "view download attachment report log image img photo picture avatar asset resource src source lang "
        "language locale theme style layout upload export import backup config conf location load pdf"
    )
)
_SERVING_WORDS: Final = frozenset(
    words_of(
        "file files download downloads attachment attachments static assets media upload uploads document "
        "documents docs read load raw render template templates export include image images logs log report "
        "reports invoice invoices"
    )
)
_FILE_NAME: Final = re.compile(r"[^/?:*\"<>|\s]+\.[A-Za-z][A-Za-z0-9]{0,4}")


class Shown(NamedTuple):
    what: str
    exchange: Exchange


class PathTraversal:
    """Input that becomes the path of a file."""

    name = "path-traversal"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
            parts = parts_to_probe(operation)
            if parts and not bench.may_send(operation):
                about = sum(MOST_EACH if _is_hinted(operation, each, "") else 1 for each in parts)
                yield PlannedRequest(operation.key, self.name, "", about, len(parts))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for probe in probed(bench):
            found = _shown(bench, probe)
            if found:
                place = probe.place
                proof = [place.left_alone, found.exchange]
                yield TRAVERSAL.fault(place, Certainty.CONFIRMED, proof, f"the answer shows {found.what}")


def _shown(bench: Workbench, probe: Probe) -> Shown | None:
    """Whatever may write is only led to a file that nobody can write to: nothing says that it reads."""
    place = probe.place
    is_hinted = _is_hinted(place.operation, place.part, place.value)
    if not _reads_files(place.operation):
        ways = _ways_to(KERNEL, place.value) if is_hinted else []
        return next(_those_like(bench, place, ways, is_kernel, "a file of the system"), None)
    if not is_hinted:
        is_deaf = probe.is_idle or probe.refuses or place.is_typed
        return None if is_deaf else _known_file(bench, place, [_up(DEPTH) + ACCOUNTS])
    return (
        _known_file(bench, place, _ways_to(ACCOUNTS, place.value))
        or _as_it_stands(bench, place)
        or _windows_file(bench, place)
        or _own_file(bench, probe)
    )


def _reads_files(operation: Operation) -> bool:
    """Whether its method is one for reading, and no agent saw it write: words say too little (`POST /export`)."""
    return operation.method in {"GET", "QUERY"} and not operation.writes


def _is_hinted(operation: Operation, part: Part, value: str) -> bool:
    """Whether its name, its value, or what its operation is called speaks of files; of one itself it is the content."""
    if is_file(part) or part.schema.get("type") in {"integer", "number"} or value.isdecimal():
        return False
    fixed = re.sub(r"\{[^}]*\}", "", operation.path)
    return (
        not _FILE_WORDS.isdisjoint(words_of(part.name)[-2:])
        or bool(_FILE_NAME.fullmatch(value.rpartition("/")[2]))
        or not _SERVING_WORDS.isdisjoint(words_of(f"{fixed} {operation.name}"))
    )


def _up(depth: int) -> str:
    return "../" * depth


def _ways_to(file: str, value: str) -> list[str]:
    """Plain; absolute; around a filter that takes `../` out once; decoded twice; below a folder, or with an ending."""
    ways = [
        _up(DEPTH) + file,
        f"/{file}",
        "....//" * DEPTH + file,
        "%2e%2e%2f" * DEPTH + file.replace("/", "%2f"),
    ]
    folder, _, name = value.rpartition("/")
    if folder:
        ways.append(f"{folder}/{_up(DEPTH)}{file}")
    _, dot, ending = name.rpartition(".")
    ways.append(f"{_up(DEPTH)}{file}\0{dot}{ending if dot else ''}")
    return ways


def _known_file(bench: Workbench, place: Place, ways: list[str]) -> Shown | None:
    return next(_those_like(bench, place, ways, is_passwd, "the accounts of the system"), None)


def _as_it_stands(bench: Workbench, place: Place) -> Shown | None:
    """In the path, slashes that nobody encoded: for servers that take it apart themselves."""
    if place.part.place is not PartPlace.PATH:
        return None
    payload = _up(DEPTH) + ACCOUNTS
    sent = request(bench, place, payload)
    exchange = bench.sender.send(replace(sent, url=sent.url.replace(quote(payload, safe=""), payload)))
    is_shown = exchange.answer is not None and is_passwd(exchange.answer)
    return Shown("the accounts of the system", exchange) if is_shown else None


def _windows_file(bench: Workbench, place: Place) -> Shown | None:
    ways = ["..\\" * DEPTH + WIN_INI.replace("/", "\\")]
    return next(_those_like(bench, place, ways, is_win_ini, "a settings file of Windows"), None)


def _those_like(
    bench: Workbench, place: Place, ways: list[str], is_it: Callable[[Answer], bool], what: str
) -> Iterator[Shown]:
    usual = place.left_alone.answer
    if usual is not None and is_it(usual):  # a page about that very file
        return
    for way in ways:
        exchange = ask(bench, place, way)
        if exchange.answer is not None and is_it(exchange.answer):
            yield Shown(what, exchange)


def _own_file(bench: Workbench, probe: Probe) -> Shown | None:
    """What lies beside the application: only where the value goes through something that reads it as a path."""
    place = probe.place
    if not is_success(place.left_alone) or not _reads_paths(bench, probe):
        return None
    has_ending = "." in place.value
    for depth in OWN_DEPTHS:
        for file, shape in OWN_FILES:
            name = file if has_ending else file.partition(".")[0] or file
            found = next(
                _those_like(bench, place, [_up(depth) + name], is_like(shape), "a file of the application"), None
            )
            if found and is_success(found.exchange) and not _is_served_anyway(bench, place, name, is_like(shape)):
                return found
    return None


def _reads_paths(bench: Workbench, probe: Probe) -> bool:
    """Whether `./name` is `name`, and nonsense is not."""
    place = probe.place
    usual = place.usual
    if usual is None or usual == probe.nonsense:
        return False
    return place.reading(ask(bench, place, f"./{place.value}"), f"./{place.value}") == usual


def _is_served_anyway(bench: Workbench, place: Place, name: str, is_it: Callable[[Answer], bool]) -> bool:
    """Whether the file lies where others are served from, or any name is answered so."""
    others = (name, f"{_up(1)}{secrets.token_hex(5)}{name}")
    answers = (ask(bench, place, each).answer for each in others)
    return any(answer is not None and is_it(answer) for answer in answers)
