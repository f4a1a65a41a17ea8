"""`AWS::Include`: a file (local, or in S3) in the place where the template names it.

Called by `transforms`. The rules are those of the template reference, "AWS::Include transform".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import INCLUDE, TRANSFORM, listed, run_by_aws_only
from setpoint.intent.cloudformation.template import parse_document, without_transform
from setpoint.intent.cloudformation.values import NotRun, ShortForm
from setpoint.model.canonical import Json, Unknown
from setpoint.model.paths import element, join

MOST_FILES: Final = 200
"""How many files a template may include: far more than fit in the megabyte that CloudFormation takes for a template."""

Fetch = Callable[[Json, str, str], tuple[str, bytes] | Unknown]
"""(location as it stands in the template, its path, `file:line`) → the file's name and content."""


def include_files(document: Document, fetch: Fetch) -> Document:
    """The document with what it includes; what cannot be read stays where it is as a `NotRun`."""
    root = dict(document.value)
    over_all = [each for each in listed(root.get("Transform")) if _is_include(each)]
    if over_all:
        document = without_transform(document, INCLUDE)
        root = dict(document.value)
        root[TRANSFORM] = [*listed(root.get(TRANSFORM)), *over_all]
    return replace(document, value=_Includer(document, fetch).included(root, ""))


class _Includer:
    def __init__(self, document: Document, fetch: Fetch) -> None:
        self._document = document
        self._fetch = fetch
        self._files = 0

    def included(self, value: Json, path: str) -> Json:
        if isinstance(value, ShortForm):
            if value.function == TRANSFORM:
                return self._object({TRANSFORM: value.argument}, path)
            return ShortForm(value.function, self.included(value.argument, path))
        if isinstance(value, list):
            return [self.included(item, element(path, index)) for index, item in enumerate(value)]
        if isinstance(value, Mapping):
            return self._object(value, path)
        return value

    def _object(self, value: Mapping[str, Json], path: str) -> Json:
        own = {key: self.included(member, join(path, key)) for key, member in value.items() if key != TRANSFORM}
        for call in listed(value.get(TRANSFORM)):
            content = self._content(call, join(path, TRANSFORM))
            if isinstance(content, NotRun):
                own[TRANSFORM] = content
            elif isinstance(content, Mapping):
                own = self._merged(own, content, path)
            elif own:
                raise InputError("what is included here is no object", where=self._document.where(path))
            else:
                return content
        return own

    def _merged(self, own: Mapping[str, Json], content: Mapping[str, Json], path: str) -> dict[str, Json]:
        for key in content:
            if key in own:
                raise InputError(f"{key} stands here and in the included file", where=self._document.where(path))
        return {**own, **content}

    def _content(self, call: Json, path: str) -> Json | NotRun:
        if not _is_include(call):
            name = call.get("Name") if isinstance(call, Mapping) else None
            return NotRun(run_by_aws_only(str(name or "here")), call)
        parameters = call.get("Parameters")
        location = parameters.get("Location") if isinstance(parameters, Mapping) else None
        where = self._document.where(path)
        if location is None:
            raise InputError("AWS::Include names no Location", where=where)
        self._files += 1
        if self._files > MOST_FILES:
            raise InputError(f"the template includes more than {MOST_FILES} files", where=where)
        fetched = self._fetch(location, join(path, "Parameters.Location"), where)
        if isinstance(fetched, Unknown):
            return NotRun(f"{INCLUDE} is not run: {fetched.reason}", call)
        name, data = fetched
        return parse_document(data, name).value


def _is_include(call: Json) -> bool:
    return isinstance(call, Mapping) and call.get("Name") == INCLUDE
