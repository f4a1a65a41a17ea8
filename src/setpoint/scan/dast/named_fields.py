"""Fields that a refusal names as missing: how an operation whose document says nothing of its body is told of it. Pure.

Called by `unsaid_bodies`. Read as FastAPI, Django, Express, Spring and JSON Schema write it, and in plain English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves

MOST_FIELDS: Final = 8
"""Of one answer."""

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]{0,39}")
_LACKS: Final = re.compile(
    r"(?i)\b(missing|required|requires|must not be (?:blank|null|empty)|may not be (?:blank|null))\b"
)
_QUOTED: Final = re.compile(r"['\"`]([A-Za-z_][\w.-]{0,39})['\"`]")
_LIST: Final = r"[A-Za-z_][\w.-]{0,39}(?:(?:, and |, | and | & )[A-Za-z_][\w.-]{0,39}){0,7}"
_BEFORE: Final = re.compile(rf"(?i)({_LIST}) (?:is|are) (?:a )?(?:required|missing)\b")
_AFTER: Final = re.compile(
    r"(?i)\b(?:missing|requires|required)"
    r"(?: (?:required|the|an?|body|fields?|params?|parameters?|property|properties|keys?))*"
    rf":? ({_LIST})"
)
_NO_FIELDS: Final = frozenset(
    {
        "a",
        "an",
        "and",
        "all",
        "argument",
        "arguments",
        "authentication",
        "authorization",
        "body",
        "content",
        "credential",
    }
    | {"credentials", "data", "field", "fields", "header", "in", "input", "is", "it", "json", "key", "object"}
    | {"or", "param", "parameter", "parameters", "payload", "property", "request", "the", "this", "value", "values"}
)
"""Words of such a sentence that name none."""

_OF_REPLIES: Final = frozenset(
    {"error", "message", "msg", "detail", "details", "reason", "description", "status", "hint", "non_field_errors"}
)
"""Members that hold a sentence about the whole request."""

_BY_NAME: Final = ("field", "param", "path", "property", "parameter")
"""Members of an error that hold the field's name, the usual ones."""

_JSON: Final = re.compile(r"(?i)\bjson\b|\bobject\b")


def asks_for_json(answer: Answer) -> bool:
    """Whether it says that it wants a JSON document."""
    return _JSON.search(_text(answer)) is not None


def named_in_refusal(answer: Answer) -> list[str]:
    """Names of fields in their order; of nested ones with points: `user.email`."""
    document = json_of(answer)
    found = [*_structured(document)] if document is not None else []
    for text in () if found else _sentences(document, answer):
        found += _of_sentence(text)
    return list(dict.fromkeys(each for each in found if _NAME.fullmatch(each)))[:MOST_FIELDS]


def _structured(document: Json) -> Iterator[str]:
    """An error for each field: `{"loc": ["body", "email"]}`, `{"field": "email"}`, `{"email": ["… is required."]}`."""
    if isinstance(document, list):
        for each in document[:MOST_FIELDS]:
            yield from _of_error(each)
    elif isinstance(document, Mapping):
        for name, value in document.items():
            texts = value if isinstance(value, list) else [value]
            is_field = name.lower() not in _OF_REPLIES
            if is_field and texts and all(isinstance(each, str) and _is_about_its_key(each) for each in texts):
                yield str(name)
            elif isinstance(value, (list, Mapping)):
                yield from _structured(value)


def _is_about_its_key(text: str) -> bool:
    """Whether the sentence names no field itself."""
    return _LACKS.search(text) is not None and not any(_of_sentence(text))


def _of_error(error: Json) -> Iterator[str]:
    if not isinstance(error, Mapping):
        return
    place = error.get("loc")
    if isinstance(place, list):
        if len(place) > 1 and place[0] == "body":
            yield ".".join(str(each) for each in place[1:])
        return
    if error.get("location") not in (None, "body"):
        return
    yield from (each for name in _BY_NAME if isinstance(each := error.get(name), str))


def _sentences(document: Json, answer: Answer) -> Iterator[str]:
    if document is None:
        yield from _text(answer).splitlines()
    else:
        yield from (value for _, value in leaves(document) if isinstance(value, str))


def _of_sentence(text: str) -> Iterator[str]:
    if not _LACKS.search(text):
        return
    if quoted := _QUOTED.findall(text):
        yield from quoted
        return
    for match in (*_BEFORE.finditer(text), *_AFTER.finditer(text)):
        names = re.split(r", and |, | and | & ", match[1])
        yield from (each.strip(".") for each in names if each.strip(".").lower() not in _NO_FIELDS)


def _text(answer: Answer) -> str:
    return answer.body[:4096].decode(errors="replace")
