"""Events as *CloudEvents 1.0* writes them, in each of the forms that its HTTP binding has, and one a line. Pure.

What the JSON Schema in `schemas/` says of an event is what is checked here. All of a body is taken, or nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

import orjson

from setpoint.errors import InputError
from setpoint.ingest.documents import LONGEST_SERVICE, by_line, check_depth, foreign, moment, parse, text
from setpoint.ingest.refusals import too_large
from setpoint.model.canonical import Json
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds

BATCH_BYTES: Final = 4 * 1024 * 1024
"""Of a JSON array, which is in memory as a whole; events that are one a line are not."""

KNOWN: Final = frozenset(
    {
        *("specversion", "id", "source", "type", "time", "subject", "service"),
        *("datacontenttype", "dataschema", "data", "data_base64"),
    }
)

AGENT_PREFIX: Final = "agent:"
"""Of the sources that only agents' reports have."""
OWN_PREFIX: Final = "setpoint."
"""Of the types that only Setpoint gives."""

_REFERENCE: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of a URI reference (RFC 3986, appendix A)."""
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,64}")
"""*CloudEvents 1.0*, "Naming Conventions"."""


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads one body."""

    bounds: IngestBounds
    service: str | None
    """The one service that the sender may speak of; None: any."""
    received_at: datetime

    def lines(self, body: bytes) -> Sequence[Event]:
        return by_line(body, self.bounds.events, self._from_line)

    def single(self, body: bytes) -> Sequence[Event]:
        """One event, as a JSON object."""
        document = parse(body, self.bounds.event_bytes, self.bounds.depth)
        return [self._event(document, orjson.dumps(document))]

    def batch(self, body: bytes) -> Sequence[Event]:
        """A JSON array of events, which may be empty (*JSON Event Format*, "JSON Batch Format")."""
        documents = parse(body, BATCH_BYTES, self.bounds.depth + 1)
        if not isinstance(documents, list):
            raise InputError("this is no JSON array of events")
        if len(documents) > self.bounds.events:
            raise too_large(f"there are more than {self.bounds.events:,} events")
        events = []
        for number, document in enumerate(documents, start=1):
            try:
                events.append(self._event(document, self._line(document)))
            except InputError as error:
                error.where = f"event {number}"
                raise
        return events

    def binary(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """Its attributes are headers, by lower-case name; its data is the body (*HTTP Protocol Binding*, 3.1)."""
        document: dict[str, Json] = {
            name.removeprefix("ce-"): _header_value(name, value)
            for name, value in headers.items()
            if name.startswith("ce-")
        }
        for name in ("data", "data_base64", "datacontenttype"):
            if name in document:
                raise InputError(f"ce-{name} is no header of an event")
        kind = headers.get("content-type", "")
        if kind:
            document["datacontenttype"] = kind
        if body:
            document |= self._data(body, kind.partition(";")[0].strip().lower())
        return [self._event(document, self._line(document))]

    def _from_line(self, line: bytes) -> Event:
        return self._event(parse(line, self.bounds.event_bytes, self.bounds.depth), line)

    def _data(self, body: bytes, kind: str) -> Mapping[str, Json]:
        if kind == "application/json" or kind.endswith("+json"):
            return {"data": parse(body, self.bounds.event_bytes, self.bounds.depth)}
        if not kind.startswith("text/"):
            return {"data_base64": base64.b64encode(body).decode()}
        try:
            return {"data": body.decode()}
        except UnicodeDecodeError as error:
            raise InputError("this text is not UTF-8") from error

    def _line(self, document: Json) -> bytes:
        line = orjson.dumps(document)
        if len(line) > self.bounds.event_bytes:
            raise too_large(f"it has {len(line):,} bytes; at most {self.bounds.event_bytes:,} are taken")
        check_depth(document, line, self.bounds.depth)
        return line

    def _event(self, document: Json, line: bytes) -> Event:
        _check(document)
        source, kind = document["source"], document["type"]
        service, line = self._service(document, line)
        subject = text(document, "subject") if document.get("subject") is not None else ""
        time = moment(document, "time", self.received_at)
        return Event(source, document["id"], kind, time, subject, service, line)

    def _service(self, document: dict[str, Json], line: bytes) -> tuple[str, bytes]:
        """The service that it is about, and the line that says so."""
        service = document.get("service")
        if service is not None:
            service = text(document, "service", longest=LONGEST_SERVICE)
        if self.service is None or service == self.service:
            return service or "", line
        if service is not None:
            raise foreign(service, self.service)
        return self.service, orjson.dumps({**document, "service": self.service})


def _check(document: Json) -> None:
    """Every attribute but `subject`, `time` and `service`."""
    if not isinstance(document, dict):
        raise InputError("this is no JSON object")
    if document.get("specversion") != "1.0":
        what = "specversion is missing" if document.get("specversion") is None else "specversion is not 1.0"
        raise InputError(what, remedy="send CloudEvents 1.0")
    text(document, "id")
    source, kind = document.get("source"), document.get("type")
    if isinstance(source, str) and isinstance(kind, str):
        _check_origin(source, kind)
    else:
        text(document, "source")
        text(document, "type")
    if not document.keys() <= KNOWN:
        _check_extensions(document)
    if "data_base64" in document:
        _check_base64(document)
    for name in ("datacontenttype", "dataschema"):
        if document.get(name) is not None:
            text(document, name)


@lru_cache(maxsize=1024)
def _check_origin(source: str, kind: str) -> None:
    """Remembered where all is well: a sender sends the same ones again and again."""
    origin = {"source": source, "type": kind}
    for name in origin:
        text(origin, name)
    if not _REFERENCE.fullmatch(source):
        raise InputError("source is no URI reference", remedy="percent-encode what a URI cannot hold")
    if source.startswith(AGENT_PREFIX):
        raise InputError("only agents' reports have a source of agent:", remedy="send those to /v1/agent/reports")
    if kind.startswith(OWN_PREFIX):
        raise InputError("types that begin with setpoint. are Setpoint's own")


def _check_extensions(document: Mapping[str, Json]) -> None:
    for name in document.keys() - KNOWN:
        if not _EXTENSION.fullmatch(name):
            shown = name if name.isprintable() and len(name) <= 40 else "one of them"
            raise InputError(f"{shown!r} is no name of an attribute", remedy="use lower-case letters and digits")
        value = document[name]
        if isinstance(value, str):
            if value:
                text(document, name)
        elif value is not None and not isinstance(value, bool | int):
            raise InputError(f"{name} is neither text, whole number nor truth value", remedy="put it into data")


def _check_base64(document: Mapping[str, Json]) -> None:
    value = document["data_base64"]
    if value is not None and document.get("data") is not None:
        raise InputError("data and data_base64 exclude each other")
    if value is not None:
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise InputError("data_base64 is not base 64") from error


def _header_value(name: str, value: str) -> str:
    """Percent-encoded UTF-8, perhaps in quotes (*HTTP Protocol Binding*, 3.1.3.2)."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8") from error
