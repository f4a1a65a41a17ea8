"""Which resource an event was about: as it says itself, else put together from its parameters. `counting` asks it.

There is no end to the objects of a bucket, or the streams of a log group: what is counted is cut to what a policy would
name, the first part of a key, or the group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from setpoint.model.canonical import Json
from setpoint.model.permission_use import ANY_RESOURCE
from setpoint.observe.cloudtrail.actions import Action

LONGEST: Final = 2048
"""Characters of an ARN (IAM API Reference, data type `Role`): what is longer is no resource."""

MOST_KEPT: Final = 200_000
"""Answers that are kept to be given again; then they are begun anew."""

ELSE_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "dbclusterinstancename": ("dbclusteridentifier",),
    "dbinstancename": ("dbinstanceidentifier",),
    "objectname": ("key",),
    "parameternamewithoutleadingslash": ("name",),
    "queuename": ("queueurl",),
    "rolenamewithpath": ("rolename",),
    "groupnamewithpath": ("groupname",),
    "usernamewithpath": ("username",),
    "policynamewithpath": ("policyname",),
    "instanceprofilenamewithpath": ("instanceprofilename",),
}
"""Part of an ARN → the parameters that hold it, where they are called otherwise, in lower case (Service Authorization
Reference; the services' API references)."""

_PART: Final = re.compile(r"\$\{(\w+)\}")

_AROUND: Final = frozenset({"partition", "region", "account"})
"""Parts that the event tells beside its parameters."""

_OBJECT: Final = re.compile(r"(arn:[\w-]+:s3:::[^/]+/)(?:([^/]+/).*|.*)", re.DOTALL)
_STREAM: Final = re.compile(r"(arn:[\w-]+:logs:[^:]*:\d*:log-group:[^:]+:)log-stream:.*", re.DOTALL)

Parameters = Mapping[str, str]
"""Those that are texts, by their names in lower case."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which an ARN is put together."""

    literal: str
    parts: tuple[str, ...]
    """In lower case, but for partition, region and account."""
    exact: re.Pattern[str]
    """No part of it reaches over a slash or a colon."""
    loose: re.Pattern[str]

    def filled(self, event: Mapping[str, Any], parameters: Parameters) -> str:
        """Empty where a parameter is missing."""
        values = {}
        for part in self.parts:
            value = _value(part, parameters)
            if not value:
                return ""
            values[part] = value
        around = {
            "partition": _partition(_text(event.get("awsRegion"))),
            "region": _text(event.get("awsRegion")),
            "account": _text(event.get("recipientAccountId")),
        }
        return _PART.sub(lambda each: around.get(each[1].lower()) or values.get(each[1].lower(), ""), self.literal)


class ResourceNames:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str] = {}

    def of_event(self, action: Action, event: Mapping[str, Any]) -> str:
        """`*` where the action names no resource, or the event does not say which."""
        if not action.forms:
            return ANY_RESOURCE
        listed = event.get("resources")
        if listed and isinstance(listed, list):
            arns = [arn for each in listed if isinstance(each, dict) and isinstance(arn := each.get("ARN"), str)]
            if arns:
                return self._chosen(action, arns)
        parameters = event.get("requestParameters")
        return self._put_together(action, event, parameters) if isinstance(parameters, dict) else ANY_RESOURCE

    def _chosen(self, action: Action, arns: list[str]) -> str:
        key = (action.name, "\n".join(arns))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[key] = bounded(_matching(action, arns) or arns[0])
        return kept

    def _put_together(self, action: Action, event: Mapping[str, Any], parameters: Mapping[str, Json]) -> str:
        texts = dict(_texts(parameters))
        arns = [text for text in texts.values() if text.startswith("arn:")]
        named = _matching(action, arns) if arns else ""
        if not named:
            forms = map(_form, action.forms)
            named = max((each.filled(event, texts) for each in forms), key=lambda arn: (bool(arn), arn.count("/")))
        return bounded(named)


def bounded(arn: str) -> str:
    """What there is no end of, as all of its kind."""
    if not arn or len(arn) > LONGEST:
        return ANY_RESOURCE
    if found := _OBJECT.fullmatch(arn):
        return f"{found[1]}{found[2] or ''}*"
    if found := _STREAM.fullmatch(arn):
        return f"{found[1]}*"
    return arn


def _matching(action: Action, arns: list[str]) -> str:
    """The first that may be a resource of the action; empty where none may."""
    forms = [_form(each) for each in action.forms]
    exact = (arn for form in forms for arn in arns if form.exact.fullmatch(arn))
    loose = (arn for form in forms for arn in arns if form.loose.fullmatch(arn))
    return next(exact, "") or next(loose, "")


@cache
def _form(literal: str) -> _Form:
    parts = tuple(part for name in _PART.findall(literal) if (part := name.lower()) not in _AROUND)
    pieces = _PART.split(literal)[::2]
    return _Form(literal, parts, _pattern(pieces, r"[^:/]*"), _pattern(pieces, r".*"))


def _pattern(pieces: list[str], part: str) -> re.Pattern[str]:
    return re.compile(part.join(map(re.escape, pieces)), re.DOTALL)


def _value(part: str, parameters: Parameters) -> str:
    for name in (part, *ELSE_CALLED.get(part, ())):
        value = parameters.get(name, "")
        if value:
            if name.endswith("url"):
                return value.rpartition("/")[2]
            return value.lstrip("/") if part.endswith("withoutleadingslash") else value
    return ""


def _texts(parameters: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Of a set with a single item, as EC2 writes it, the item's, too."""
    for name, value in parameters.items():
        if isinstance(value, str):
            yield name.lower(), value
        elif isinstance(value, dict) and isinstance(items := value.get("items"), list) and len(items) == 1:
            for inner, text in items[0].items() if isinstance(items[0], dict) else ():
                if isinstance(text, str):
                    yield inner.lower(), text


def _partition(region: str) -> str:
    """AWS General Reference, *Amazon Resource Names*."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
