"""The requests that exercise the applications as production would; the self-check and scorers send them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from bench.sast.labels import HERE

TRAFFIC: Final = HERE / "traffic.json"
ATTACKS: Final = HERE / "attacks.jsonl"
BOUNDARY: Final = "part-of-the-form-0f6b"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes over the wire, so that every client sends the same."""

    id: str
    application: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    """What the application answers; 0 where it may be anything."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A request that shows what a place is: the sign is seen where it is a weakness, and only there."""

    place: str
    request: Request
    text: str
    """The sign: a text of the answer, headers included; empty where the sign is a file."""
    file: str
    """The sign: a file in the folder around the applications'."""


def rounds(ports: Mapping[str, int], count: int | None = None) -> Iterator[Request]:
    """All requests in their order, as many times as the file says or the caller wants, each round with another word."""
    document = json.loads(TRAFFIC.read_text(encoding="utf-8"))
    words = document["words"]
    for number in range(document["rounds"] if count is None else count):
        names = {"word": words[number % len(words)], **{name: str(port) for name, port in ports.items()}}
        for request in document["requests"]:
            yield _ready(_filled(request, names))


def attacks(folder: Path) -> Iterator[Attack]:
    """For the self-check alone: tools are scored on the traffic, in which there are none."""
    for line in ATTACKS.read_text(encoding="utf-8").splitlines():
        attack = _filled(json.loads(line), {"folder": str(folder)})
        request = _ready({**attack, "id": attack["place"], "status": 0})
        yield Attack(attack["place"], request, attack["sign"].get("text", ""), attack["sign"].get("file", ""))


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            for name, text in names.items():
                value = value.replace(f"{{{name}}}", text)
            return value
        case dict():
            return {name: _filled(inner, names) for name, inner in value.items()}
        case list():
            return [_filled(inner, names) for inner in value]
    return value


def _ready(request: Mapping[str, Any]) -> Request:
    headers, body = _body(request)
    headers |= request.get("headers", {})
    if cookies := request.get("cookies"):
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    target = quote(request["path"], safe="/")
    if "query" in request:
        target += "?" + urlencode(request["query"])
    return Request(request["id"], request["application"], request["method"], target, headers, body, request["status"])


def _body(request: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    if "json" in request:
        return {"Content-Type": "application/json"}, json.dumps(request["json"]).encode()
    if "form" in request:
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(request["form"]).encode()
    if "files" in request:
        return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, _multipart(request["files"])
    return {}, _content(request, "body", "body_base64")


def _multipart(files: Mapping[str, Mapping[str, str]]) -> bytes:
    parts = [_part(field, file) for field, file in files.items()]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def _part(field: str, file: Mapping[str, str]) -> bytes:
    head = [
        f"--{BOUNDARY}",
        f'Content-Disposition: form-data; name="{field}"; filename="{file["name"]}"',
        "Content-Type: application/octet-stream",
    ]
    return "\r\n".join([*head, "", ""]).encode() + _content(file, "text", "base64") + b"\r\n"


def _content(values: Mapping[str, str], text: str, encoded: str) -> bytes:
    return base64.b64decode(values[encoded]) if encoded in values else values.get(text, "").encode()
