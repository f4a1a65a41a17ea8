"""Queries of document databases, where input may become an operator instead of a value.

`{"name": value}` is safe as long as the value is a text. Three things are not: a filter whose *keys* the request chose
(`find(request.args.to_dict())`), a value of the request's JSON that was never made a text (the client may as well send
`{"$ne": ""}`), and code for the database (`$where`, `$function`) that a value is part of.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any, Final, get_args

from setpoint_agent.catalogue import NOSQL_INJECTION
from setpoint_agent.examination import application_frames, examine, weigh
from setpoint_agent.patching.imports import watch
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.patching.replace import apply
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.provenance.interface import Match
from setpoint_agent.quiet import quietly
from setpoint_agent.reading.source import function_of
from setpoint_agent.request import FORM_NAME, QUERY_NAME, Request, Value, current
from setpoint_agent.sinks.callers import asked_by_application
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.names_of_code import is_named
from setpoint_agent.sinks.queries import Query, longest_text, nodes_of, read_query
from setpoint_agent.sinks.wrapping import argument, examining, looking

MOST_DOCUMENTS: Final = 16
"""JSON documents of one request that are remembered."""
VALIDATING: Final = frozenset(["fastapi", "litestar", "marshmallow", "ninja", "pydantic", "rest_framework"])
"""Packages that read JSON by a declaration of its types: what they hand on is what was declared."""
_SAFE_AFTER: Final = frozenset({"nosql"})
_NAMED: Final = frozenset({QUERY_NAME, FORM_NAME})

_LOADERS: Final = (
    ("json", "loads"),
    ("bson.json_util", "loads"),
    ("msgspec.json", "decode"),
    ("orjson", "loads"),
    ("simplejson", "loads"),
    ("ujson", "loads"),
)
"""What makes documents of JSON; given a type, msgspec gives back none."""
_FILTERED: Final = (
    "find",
    "find_one",
    "find_raw_batches",
    "find_one_and_update",
    "find_one_and_replace",
    "find_one_and_delete",
    "update_one",
    "update_many",
    "replace_one",
    "delete_one",
    "delete_many",
    "count_documents",
)
_UPDATING: Final = frozenset({"update_one", "update_many", "find_one_and_update"})
_COLLECTIONS: Final = (
    ("pymongo.synchronous.collection", "Collection"),
    ("pymongo.asynchronous.collection", "AsyncCollection"),
    ("pymongo.collection", "Collection"),
    ("mongomock.collection", "Collection"),
)
"""pymongo's (of its version 4.9 on, and before), and the stand-in that many tests use."""


def _sinks(name: str) -> tuple[Sink, Sink]:
    return (
        Sink(NOSQL_INJECTION, name, "nosql", _SAFE_AFTER),
        Sink(NOSQL_INJECTION, f"{name} ($where)", "python", _SAFE_AFTER),
    )


def _querying(name: str, position: int, keyword: str, *, updates: bool = False) -> Wrap:
    """The wrapper of a collection's method that takes a filter or pipeline; `updates`: and an update behind it."""
    structure, code = _sinks(f"pymongo.Collection.{name}")

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        request = current.get()
        if request is None:
            return
        query = read_query(argument(arguments, keywords, position, keyword))
        for text in query.code:
            examine(code, text)
        frames = application_frames()
        _look_at_keys(structure, request, query, frames)
        given = [*query.values, argument(arguments, keywords, position + 1, "update")] if updates else query.values
        _look_at_values(structure, request, given, frames)

    return looking(look)


def _look_at_keys(structure: Sink, request: Request, query: Query, frames: Sequence[FrameType]) -> None:
    """Keys that the request chose, by a name or a value of it, and that no code of the application holds."""
    if query.keys:
        values = request.values()
        texts = {each.text for each in values}
        for key in query.keys:
            if key in texts and not is_named(key, frames):
                examine(structure, key)
            elif key.startswith("$"):
                _look_at_operator(structure, values, key, frames)


def _look_at_operator(structure: Sink, values: Sequence[Value], key: str, frames: Sequence[FrameType]) -> None:
    """`?name[$ne]=x`, which many read as `{"name": {"$ne": "x"}}`."""
    named = next((each for each in values if each.part in _NAMED and f"[{key}]" in each.text), None)
    if named is not None and not is_named(key, frames):
        weigh(structure, key, (Match(named, 0, len(key), key, ("cut",), 1.0),))


def _look_at_values(structure: Sink, request: Request, values: Sequence[Any], frames: Sequence[FrameType]) -> None:
    """Values that are the very objects of a JSON document which the request brought."""
    remembered = request.documents if "documents" in vars(request) else ()
    documents = [*remembered, *_handed_over(request, frames), *_undeclared(frames)]
    if not documents:
        return
    brought = {id(node) for document in documents for node in nodes_of(document)}
    for value in values:
        if isinstance(value, str | dict | list) and id(value) in brought and not _is_declared(value, frames):
            examine(structure, longest_text(value))


def _handed_over(request: Request, frames: Sequence[FrameType]) -> list[Any]:
    """JSON that the framework gave the handler as it came: `async def search(query: dict, name: Any = Body())`."""
    for frame in frames:
        code = frame.f_code
        if code is request.handler:
            parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            given = {each: frame.f_locals.get(each) for each in parameters}
            return [each for name, each in given.items() if type(each) is dict or _takes_anything(name, frame)]
    return []


def _takes_anything(parameter: str, frame: FrameType) -> bool:
    """Whether a parameter is declared to come from the body and to be of any type."""
    function = function_of(frame.f_code)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    declared = [each.annotation for each in (*function.args.args, *function.args.kwonlyargs) if each.arg == parameter]
    text = "".join(ast.dump(each) for each in declared if each is not None)
    return "'Body'" in text and "'Any'" in text


def _models(frames: Sequence[FrameType]) -> Iterator[Any]:
    """Models of pydantic that the functions hold by a name."""
    for frame in frames:
        yield from (each for each in list(frame.f_locals.values()) if hasattr(type(each), "__pydantic_fields__"))


def _forms(frames: Sequence[FrameType]) -> Iterator[Mapping[str, Any]]:
    for frame in frames:
        for each in list(frame.f_locals.values()):
            cleaned = getattr(each, "__dict__", {}).get("cleaned_data")
            if isinstance(cleaned, dict):
                yield cleaned


def _undeclared(frames: Sequence[FrameType]) -> Iterator[Any]:
    """What such a model took as it came: fields of any type, and members that it knows no field for."""
    for model in _models(frames):
        fields = type(model).__pydantic_fields__
        yield from (
            value for name, value in vars(model).items() if name in fields and _is_open(fields[name].annotation)
        )
        yield from (getattr(model, "__pydantic_extra__", None) or {}).values()


def _is_open(annotation: Any) -> bool:
    """`Any`, `dict`, `dict[str, Any]`, `Any | None`."""
    return annotation in {Any, object, dict} or any(_is_open(each) for each in get_args(annotation))


def _is_declared(value: Any, frames: Sequence[FrameType]) -> bool:
    """Whether a model of pydantic or a form of Django holds it, which has checked its type."""
    if isinstance(value, str) and any(value is each for form in _forms(frames) for each in form.values()):
        return True
    for model in _models(frames):
        fields = type(model).__pydantic_fields__
        held = [name for name, each in vars(model).items() if each is value and name in fields]
        if any(not _is_open(fields[name].annotation) for name in held):
            return True
    return False


def _loading(original: Callable[..., Any]) -> Callable[..., Any]:
    """`json.loads`, by the application or by a framework that it asked for the request's JSON."""

    def loads(*arguments: Any, **keywords: Any) -> Any:
        document = original(*arguments, **keywords)
        request = current.get()
        if request is not None and type(document) in {dict, list}:
            _remember(request, document)
        return document

    return in_place_of(original, loads)


def _watch_loaders(_: ModuleType) -> None:
    """Only where a document could reach a query at all: most applications have no such database."""
    for module, name in _LOADERS:
        watch.when_imported(module, functools.partial(_watch_loader, Patch(module, name, _loading)))


def _watch_loader(patch: Patch, module: ModuleType) -> None:
    apply(patch, module)


@quietly
def _remember(request: Request, document: Any, /) -> None:
    if len(request.documents) < MOST_DOCUMENTS and asked_by_application(self_reliant=VALIDATING):
        request.documents.append(document)


def _patches(module: str, owner: str) -> tuple[Patch, ...]:
    queries = {name: _querying(name, 1, "filter", updates=name in _UPDATING) for name in _FILTERED}
    queries["distinct"] = _querying("distinct", 2, "filter")
    queries["aggregate"] = _querying("aggregate", 1, "pipeline")
    return tuple(Patch(module, f"{owner}.{name}", wrap) for name, wrap in queries.items())


PATCHES: Final = (
    Preparation("pymongo", _watch_loaders),
    Preparation("mongomock", _watch_loaders),
    *(patch for module, owner in _COLLECTIONS for patch in _patches(module, owner)),
    Patch("redis.commands.core", "ScriptCommands.eval", examining(_sinks("redis.Redis.eval")[1], 1, "script")),
)
