"""The operations of an OpenAPI document. Called by `document`.

Whatever is not as it should be is passed over with a remark: half a surface is tested better than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, KnownFrom, Link, Operation, Part, PartPlace
from setpoint.scan.dast.surface.references import NAME_KEY, References
from setpoint.scan.dast.surface.schemas import body_parts, entries, example_of, items, simplified
from setpoint.scan.dast.surface.swagger import METHODS

MAX_OPERATIONS: Final = 2_000
"""Some three times the largest public API has; more are told as left out."""

_PLACES: Final[Mapping[Json, PartPlace]] = {
    "path": PartPlace.PATH,
    "query": PartPlace.QUERY,
    "header": PartPlace.HEADER,
    "cookie": PartPlace.COOKIE,
}

_IGNORED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
"""A document's parameters of these names are to be ignored (OpenAPI 3.1, 4.8.12.2)."""

_IN_PATH: Final = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes operations of what one document says."""

    document: Mapping[str, Json]
    references: References
    prefix: str = ""
    """Goes before each path."""

    def operations(self) -> Iterator[Operation]:
        count = 0
        for path, raw in items(self.document, "paths"):
            item = raw
            if isinstance(item, Mapping) and "$ref" in item:
                item = self.references.resolved(item)
            if not isinstance(item, Mapping) or not path.startswith("/"):
                continue
            for operation in self._operations_at(self.prefix + path, item):
                count += 1
                if count > MAX_OPERATIONS:
                    self.references.remarks[f"only the first {MAX_OPERATIONS:,} operations were read"] = None
                    return
                yield operation

    def _operations_at(self, path: str, item: Mapping[str, Json]) -> Iterator[Operation]:
        methods = [method for method in METHODS if isinstance(item.get(method), Mapping)]
        yield from (self._operation(method.upper(), path, item, item[method]) for method in methods)
        if not methods and not _IN_PATH.search(path):
            # it may be empty for who may not know more (OpenAPI 3.1, 4.8.9): that something is there is said
            yield Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}))

    def _operation(self, method: str, path: str, item: Mapping[str, Json], said: Mapping[str, Json]) -> Operation:
        parts = {(part.place, part.name): part for part in self._parameters(item, path)}
        parts |= {(part.place, part.name): part for part in self._parameters(said, path)}
        for name in _IN_PATH.findall(path):
            parts.setdefault((PartPlace.PATH, name), Part(PartPlace.PATH, name, {"type": "string"}, is_required=True))
        form, body = self._body(said)
        responses = {
            str(status): self._answer(each) for status, each in items(self.references.resolved(said.get("responses")))
        }
        return Operation(
            method=method,
            path=path,
            parts=(*parts.values(), *body),
            body=form,
            name=str(said.get("operationId") or ""),
            summary=str(said.get("summary") or said.get("description") or "")[:500],
            tags=tuple(str(each) for each in entries(said, "tags") if isinstance(each, str)),
            security=self._security(said),
            scopes=self._scopes(said),
            responses=responses,
            links=tuple(self._links(said)),
            known_from=frozenset({KnownFrom.DOCUMENT}),
        )

    def _parameters(self, said: Mapping[str, Json], path: str) -> Iterator[Part]:
        for raw in entries(said, "parameters"):
            each = self.references.resolved(raw)
            place = _PLACES.get(each.get("in")) if isinstance(each, Mapping) else None
            name = str(each.get("name") or "") if place else ""
            if place is None or not name or (place is PartPlace.HEADER and name.lower() in _IGNORED_HEADERS):
                continue
            if place is PartPlace.PATH and f"{{{name}}}" not in path:
                continue
            media = next((each for _, each in items(each, "content")), None)
            schema = simplified((media or each).get("schema"))
            example = _example(each) if _example(each) is not None else _example(media or {})
            explodes = each.get("explode")
            yield Part(
                place,
                name,
                schema,
                example if example is not None else example_of(schema),
                is_required=place is PartPlace.PATH or each.get("required") is True,
                style="json" if media is not None else str(each.get("style") or ""),
                is_exploded=explodes if isinstance(explodes, bool) else None,
            )

    def _body(self, said: Mapping[str, Json]) -> tuple[BodyForm, tuple[Part, ...]]:
        body = self.references.resolved(said.get("requestBody"))
        content = dict(items(body, "content"))
        for form in (BodyForm.JSON, BodyForm.FORM, BodyForm.MULTIPART, BodyForm.XML, BodyForm.TEXT):
            for kind, media in content.items():
                if form_of(kind) is form and isinstance(media, Mapping):
                    return form, _parts_of(form, media)
        if content:
            schema = simplified(dict(items(next(iter(content.values())))).get("schema"))
            return BodyForm.TEXT, (Part(PartPlace.BODY, "", schema, example_of(schema), is_required=True),)
        return BodyForm.NONE, ()

    def _answer(self, response: Json) -> Json:
        """The schema of its JSON body, or of any."""
        content = dict(items(response, "content"))
        media: Json = next((each for kind, each in content.items() if "json" in kind), next(iter(content.values()), {}))
        return dict(items(media)).get("schema") or {}

    def _security(self, said: Mapping[str, Json]) -> tuple[tuple[str, ...], ...] | None:
        told = self._requirements(said)
        return None if told is None else tuple(tuple(sorted(each)) for each in told)

    def _scopes(self, said: Mapping[str, Json]) -> tuple[str, ...]:
        wanted = [scope for each in self._requirements(said) or () for name in each for scope in entries(each, name)]
        return tuple(dict.fromkeys(str(each) for each in wanted))

    def _requirements(self, said: Mapping[str, Json]) -> list[Mapping[str, Json]] | None:
        told = said["security"] if "security" in said else self.document.get("security")
        return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) else None

    def _links(self, said: Mapping[str, Json]) -> Iterator[Link]:
        for _, response in items(self.references.resolved(said.get("responses"))):
            for _, link in items(response, "links"):
                told = dict(items(link))
                target = str(told.get("operationId") or _of_reference(str(told.get("operationRef") or "")))
                for part, expression in items(link, "parameters"):
                    yield Link(target, str(part).rpartition(".")[2], str(expression))


def form_of(kind: str) -> BodyForm | None:
    """Of a media type: `application/vnd.x+json; v=1` is JSON; None for what no body is written in."""
    name = kind.partition(";")[0].strip().lower()
    if name.endswith("json") or name == "*/*":
        return BodyForm.JSON
    if name.endswith("xml"):
        return BodyForm.XML
    return {each.value: each for each in (BodyForm.FORM, BodyForm.MULTIPART, BodyForm.TEXT)}.get(name)


def _parts_of(form: BodyForm, media: Mapping[str, Json]) -> tuple[Part, ...]:
    schema, example = media.get("schema"), _example(media)
    if form is BodyForm.JSON:
        return body_parts(schema, example)
    if form is BodyForm.XML:
        return _xml_parts(schema, example)
    if form is BodyForm.TEXT:
        simple = simplified(schema)
        return (
            Part(PartPlace.BODY, "", simple, example if example is not None else example_of(simple), is_required=True),
        )
    return tuple(_fields(schema, example))


def _fields(schema: Json, example: Json) -> Iterator[Part]:
    simple = simplified(schema)
    given = example if isinstance(example, Mapping) else {}
    for name, raw in items(simple, "properties"):
        each = simplified(raw)
        value = given.get(name) if given.get(name) is not None else example_of(each)
        yield Part(PartPlace.BODY, str(name), each, value, name in entries(simple, "required"))


def _xml_parts(schema: Json, example: Json) -> tuple[Part, ...]:
    """Elements by pointers that begin with the root's name; without a schema, the whole body is one part."""
    simple = simplified(schema)
    if not isinstance(simple.get("properties"), Mapping):
        return (Part(PartPlace.BODY, "", simple, example, is_required=True),)
    root = str(dict(items(simple, "xml")).get("name") or simple.get(NAME_KEY) or "request")
    return body_parts({"type": "object", "properties": {root: simple}, "required": [root]})


def _example(said: Mapping[str, Json]) -> Json:
    """Of a parameter or a media type: its example, or the first of its examples that has a value."""
    if said.get("example") is not None:
        return said["example"]
    for _, each in items(said, "examples"):
        if isinstance(each, Mapping) and each.get("value") is not None:
            return each["value"]
    return None


def _of_reference(reference: str) -> str:
    """`#/paths/~1orders~1{id}/get` as the operation's key."""
    _, _, pointer = reference.rpartition("#/paths/")
    path, _, method = pointer.partition("/")
    return f"{method.upper()} {path.replace('~1', '/').replace('~0', '~')}" if method else ""
