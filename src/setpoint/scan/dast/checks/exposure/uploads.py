"""Files that callers store and the service gives back as pages of its own: whoever opens one runs what is in it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    BodyForm,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of, leaves, page_of
from setpoint.scan.dast.checks.exposure.asking import ask, everybody, resolved
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_RUN: Final = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")
"""Types of content whose scripts a browser runs when it is opened."""

MAX_PLACES: Final = 6
"""Addresses where one uploaded file is looked for."""

_NAMES: Final = frozenset({"filename"})
_CONTENTS: Final = frozenset({"content", "contents", "data", "body", "file", "base64"})


class StoredPages:
    """Uploaded files that come back as pages with scripts."""

    name = "stored-pages"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _uploads(bench):
            yield PlannedRequest(operation.key, self.name, "", 4 + 2 * MAX_PLACES)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in _uploads(bench):
            for caller in everybody(bench):
                if bench.accounts.callers and caller == ANONYMOUS:
                    continue  # what nobody stored cannot be found again
                fault, is_taken = _stored(bench, operation, caller)
                if fault:
                    yield fault
                if is_taken:
                    break


def _uploads(bench: Workbench) -> list[Operation]:
    written = (each for each in bench.surface.operations if each.method in {"POST", "PUT"})
    return [each for each in written if _file_values(each, "", b"") and not bench.may_send(each)]


def _file_values(operation: Operation, name: str, content: bytes) -> Mapping[Part, Json]:
    """A file in each place for one; empty where the operation takes none."""
    body = [part for part in operation.parts if part.place is PartPlace.BODY]
    if operation.body is BodyForm.MULTIPART:
        return {part: {"filename": name, "content": content.decode()} for part in body if _is_file(part)}
    if operation.body is not BodyForm.JSON:
        return {}
    names = [part for part in body if _NAMES & {"".join(words_of(part.name.rpartition("/")[2]))}]
    contents = [part for part in body if part not in names and _CONTENTS & set(words_of(part.name.rpartition("/")[2]))]
    if not names or not contents:
        return {}
    return {names[0]: name, contents[0]: _encoded(contents[0], content)}


def _is_file(part: Part) -> bool:
    schema = part.schema
    is_said = schema.get("format") in {"binary", "byte"} or "contentMediaType" in schema
    return is_said or isinstance(part.example, Mapping) or bool({"file", "upload"} & set(words_of(part.name)))


def _encoded(part: Part, content: bytes) -> str:
    is_base64 = part.schema.get("format") == "byte" or part.schema.get("contentEncoding") == "base64"
    is_base64 = is_base64 or "base64" in words_of(part.name)
    return base64.b64encode(content).decode() if is_base64 else content.decode()


def _stored(bench: Workbench, operation: Operation, caller: Caller) -> tuple[Fault | None, bool]:
    """A page, then an image with a script; and whether any was taken."""
    is_taken = False
    for ending, opening in (
        ("html", "<!doctype html><title>{0}</title>"),
        ("svg", '<svg xmlns="{1}"><title>{0}</title>'),
    ):
        token = secrets.token_hex(8)
        closing = "</svg>" if ending == "svg" else ""
        content = opening.format(token, "http://www.w3.org/2000/svg") + f"<script>/*{token}*/</script>{closing}"
        values = _file_values(operation, f"setpoint-{token}.{ending}", content.encode())
        owned = bench.owned(operation, caller) or {}
        upload = ask(bench, bench.build(operation, {**owned, **values}), caller)
        if upload.answer is None or upload.answer.status >= 400:
            continue
        is_taken = True
        for address in _addresses(bench, operation, _shown_after(bench, upload, caller), token, ending)[:MAX_PLACES]:
            got = ask(bench, Sent("GET", address), caller)
            if got.answer is not None and _runs(got.answer, token):
                return _fault(operation, caller, next(iter(values)), upload, got), True
    return None, is_taken


def _shown_after(bench: Workbench, upload: Exchange, caller: Caller) -> Exchange:
    """The page that a form leads to; else the answer itself."""
    answer = upload.answer
    if answer is None or not 300 <= answer.status < 400:
        return upload
    address = resolved(upload.sent.url, answer.header("location"))
    is_here = address.netloc == urlsplit(bench.surface.base).netloc
    return ask(bench, Sent("GET", address.geturl()), caller) if is_here else upload


def _addresses(bench: Workbench, operation: Operation, shown: Exchange, token: str, ending: str) -> list[str]:
    """Where the answer says that the file is, and where operations that read lead with an id of the answer."""
    answer = shown.answer
    if answer is None:
        return []
    told = [answer.header("location")]
    document = json_of(answer)
    values = {pointer.rpartition("/")[2]: value for pointer, value in leaves(document)} if document is not None else {}
    told += [value for value in values.values() if isinstance(value, str) and "/" in value and "\n" not in value]
    if document is None and (page := page_of(answer)) is not None:
        told += [link for _, _, link, _ in page.iterlinks() if token in link or answer.status == 201]
    found = [resolved(shown.sent.url, each) for each in told if each]
    found += [urlsplit(each) for each in _read_by(bench, operation, values, f"setpoint-{token}.{ending}")]
    here = urlsplit(bench.surface.base).netloc
    return [each.geturl() for each in dict.fromkeys(found) if each.netloc == here]


def _read_by(bench: Workbench, operation: Operation, values: Mapping[str, Json], name: str) -> Iterator[str]:
    """Operations below this one: `/files/{id}` and `/files/{id}/content` for `/files`."""
    for each in bench.surface.operations:
        below = each.path.removeprefix(operation.path.rstrip("/") + "/")
        parameters = [part for part in each.parts if part.place is PartPlace.PATH]
        if each.method != "GET" or len(parameters) != 1 or bench.may_send(each) or below == each.path:
            continue
        named = parameters[0].name
        value = name if {"name", "filename"} & set(words_of(named)) else values.get(named, values.get("id"))
        if isinstance(value, (str, int)):
            yield bench.build(each, {parameters[0]: value}).url


def _runs(answer: Answer, token: str) -> bool:
    """Whether a browser that opens it runs the script that was stored."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    is_saved = answer.header("content-disposition").strip().lower().startswith("attachment")
    is_guessed = not kind and answer.header("x-content-type-options").lower() != "nosniff"
    is_run = (kind in _RUN or is_guessed) and f"<script>/*{token}*/".encode() in answer.body
    return answer.status == 200 and is_run and not is_saved and not _is_sandboxed(answer)


def _is_sandboxed(answer: Answer) -> bool:
    policy = answer.header("content-security-policy").lower()
    rules = {words[0]: words[1:] for each in policy.split(";") if (words := each.split())}
    scripts = rules.get("script-src", rules.get("default-src"))
    return ("sandbox" in rules and "allow-scripts" not in rules["sandbox"]) or scripts == ["'none'"]


def _fault(operation: Operation, caller: Caller, part: Part, upload: Exchange, got: Exchange) -> Fault:
    return Fault(
        kind="unrestricted-upload",
        cwe=434,
        owasp="A04:2021",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"body:{part.name}",
        caller=caller.name,
        message="A file with a script in it is taken, and given back as a page of this service; take the types that are"
        " needed, and give files back as attachments or from a host of their own",
        proof=(upload, got),
        difference="the stored file comes back in a type whose scripts browsers run",
    )
