"""Addresses that callers give and the server asks (CWE-918): shown by its own answers, fetched by itself.

Nothing is asked of other hosts: only of the server's own loopback, and of its cloud's metadata for the names of what is
there, never for credentials.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.addresses import may_be_address
from setpoint.scan.dast.checks.probing import Place, Probe, ask, parts_to_probe, probed
from setpoint.scan.dast.checks.reflection.known_files import ACCOUNTS, is_passwd
from setpoint.scan.dast.checks.reflection.self_fetching import fetched
from setpoint.scan.dast.checks.reflection.weaknesses import FORGERY
from setpoint.scan.dast.checks.reflection.witnesses import (
    LEAST_WORDS,
    MANY_WORDS,
    USUAL_WITNESSES,
    Witness,
    witnesses_of,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.yardstick import Reading

ROUNDS: Final = 3
"""Each with an address of its own."""

INNER_PORTS: Final = (80, 8000, 8080, 5000, 3000)
"""What applications listen on behind the port that is seen from outside."""

MOST_EACH: Final = 40
"""Requests to one part, where nothing is found: each port twice or thrice, and each way to write the loopback."""

CLOSED_PORT: Final = 1
"""Nobody listens there (TCPMUX, RFC 1078)."""
LEAST_EPHEMERAL: Final = 50_000
"""Nobody listens at one of these that was drawn by lot, and no rule tells it from an unusual port that is in use."""

METADATA: Final = "http://169.254.169.254/latest/meta-data/"
"""Amazon EC2's and who copies it: the list of what is told, not what it says."""

_BEFORE_PORT: Final = ("127.0.0.1:", "port=")
"""How messages of failed connections write where to."""

_OBJECT: Final = re.compile(rb"0x[0-9a-fA-F]{6,16}\b")
"""Where in memory an object is: programs write it into their messages, and it is another one each time."""

_HOST_WORDS: Final = frozenset(words_of("host hostname domain server ip"))
_METADATA_NAMES: Final = ("ami-id", "instance-id", "instance-type", "local-hostname", "security-groups")
_STANDARD_PORTS: Final = frozenset({80, 443, 8080, 8443})


class RequestForgery:
    """Addresses that callers give and the server asks, its own network's, too."""

    name = "request-forgery"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        is_any = False
        for operation in bench.surface.operations:
            many = sum(may_be_address(each) for each in parts_to_probe(operation))
            if many and not bench.may_send(operation):
                is_any = True
                yield PlannedRequest(operation.key, self.name, "", many * MOST_EACH, 4 * many)
        if is_any:
            yield PlannedRequest("GET *", self.name, "", len(USUAL_WITNESSES))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        wanted = [each for each in probed(bench) if may_be_address(each.place.part, each.place.value)]
        witnesses = witnesses_of(bench) if wanted else []
        for probe in wanted:
            fault = (
                _own_answer(bench, probe, witnesses)
                or _file_or_metadata(bench, probe)
                or _told_apart(bench, probe.place, witnesses[0].path if witnesses else "/")
            )
            if fault:
                yield fault


def _ports(bench: Workbench) -> tuple[int, ...]:
    base = urlsplit(bench.surface.base)
    own = base.port or (443 if base.scheme == "https" else 80)
    is_here = base.hostname in {"localhost", "127.0.0.1", "::1"}
    return (own,) if is_here else tuple(dict.fromkeys((own, *INNER_PORTS)))


def _addresses(bench: Workbench, place: Place, path: str) -> Iterator[str]:
    """The loopback, in the ways in which it is written, and past checks of how an address begins."""
    ports = _ports(bench)
    if not place.value.startswith("http") and not _HOST_WORDS.isdisjoint(words_of(place.part.name)):
        yield from (f"127.0.0.1:{port}{path}#" for port in ports)
    yield from (f"http://127.0.0.1:{port}{path}" for port in ports)
    port = ports[0]
    hosts = ("localhost", "127.1", "0.0.0.0", "2130706433", "[::1]", "[::ffff:127.0.0.1]")  # noqa: S104 - asked for, not bound
    yield from (f"http://{host}:{port}{path}" for host in hosts)
    trusted = urlsplit(place.value)
    if trusted.netloc:
        yield f"{trusted.scheme}://{trusted.netloc}@127.0.0.1:{port}{path}"
        yield f"http://127.0.0.1:{port}{path}#{place.value}"


def _own_answer(bench: Workbench, probe: Probe, witnesses: Sequence[Witness]) -> Fault | None:
    place = probe.place
    known = [each.answer for each in (place.left_alone, probe.marked) if each.answer]
    witness = max(
        (each.beside(known) for each in witnesses), key=lambda each: min(len(each.words), MANY_WORDS), default=None
    )
    if witness is None or len(witness.words) < LEAST_WORDS:
        return None
    for address in _addresses(bench, place, witness.path):
        exchange = fetched(bench, place, address)
        if exchange.answer is not None and witness.is_in(exchange.answer, address):
            absent = fetched(bench, place, address.replace(witness.path, f"/{secrets.token_hex(8)}", 1))
            if absent.answer is None or not witness.is_in(absent.answer, address):
                difference = f"the answer shows what GET {urlsplit(witness.path).path} answers to anybody"
                return FORGERY.computed(place, exchange, difference)
    return None


def _file_or_metadata(bench: Workbench, probe: Probe) -> Fault | None:
    place = probe.place
    exchange = ask(bench, place, f"file:///{ACCOUNTS}")
    usual = place.left_alone.answer
    if exchange.answer is not None and is_passwd(exchange.answer) and not (usual and is_passwd(usual)):
        return FORGERY.computed(place, exchange, "the answer shows a file of the system")
    exchange = ask(bench, place, METADATA)
    if exchange.answer is not None:
        text = exchange.answer.body.decode(errors="replace")
        if sum(each in text for each in _METADATA_NAMES) >= 2:
            difference = "the answer shows what the cloud tells of its machine"
            return replace(FORGERY, severity=Severity.CRITICAL).computed(place, exchange, difference)
    return None


def _told_apart(bench: Workbench, place: Place, path: str) -> Fault | None:
    """Where nothing is shown: a port that answers is told from one at which nobody listens, again and again."""
    for port in _ports(bench):
        proof = _rounds(bench, place, port, path)
        if proof:
            difference = f"{ROUNDS} times, an own port that answers was told from one at which nobody listens"
            return FORGERY.fault(place, Certainty.DIFFERENTIAL, proof, difference)
    return None


def _rounds(bench: Workbench, place: Place, port: int, path: str) -> tuple[Exchange, ...]:
    """The last two exchanges; none where the answers do not differ each time, in the same way."""
    seen: set[tuple[Reading, Reading]] = set()
    proof: tuple[Exchange, ...] = ()
    for number in range(ROUNDS):
        own_path = f"{path}{'&' if '?' in path else '?'}{secrets.token_hex(6)}"
        closed = CLOSED_PORT if number % 2 else LEAST_EPHEMERAL + secrets.randbelow(10_000)
        payloads = [f"http://127.0.0.1:{each}{own_path}" for each in (port, closed)]
        proof = tuple(fetched(bench, place, each) for each in payloads)
        echoes = [*payloads, own_path, *(f"{before}{each}" for before in _BEFORE_PORT for each in (port, closed))]
        heard, unheard = (place.reading(each, [*echoes, *_objects(each)]) for each in proof)
        if heard is None or unheard is None or heard == unheard:
            return ()
        seen.add((heard, unheard))
        if len(seen) > 1 or (port in _STANDARD_PORTS and _may_be_of_ports(heard, unheard)):
            return ()
    return proof


def _objects(exchange: Exchange) -> list[str]:
    return [each.decode() for each in _OBJECT.findall(exchange.answer.body)] if exchange.answer else []


def _may_be_of_ports(heard: Reading, unheard: Reading) -> bool:
    """Whether it may be a list of ports that tells the two apart: then both are refused, or only the unusual one is."""
    return heard.status >= 400 or 400 <= unheard.status < 500
