"""A small GraphQL: enough of the language for a real client (arguments, aliases, variables, fragments, introspection).

Called by `api/queries.py`. Fields are resolved by functions `(parent, arguments) -> value`; what is missing here is
validation.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r'\s*(?:#[^\n]*\n\s*|,\s*)*("(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|\.\.\.|[A-Za-z_]\w*|[{}()\[\]:$!=@|&])'
)
MAX_TOKENS = 5_000
MAX_NODES = 20_000
"""Objects in one answer; so that the missing limit of the depth cannot stop the target."""

Resolver = Callable[[Any, dict[str, Any]], Any]


class Malformed(ValueError):
    """The query cannot be read or run."""


@dataclass(frozen=True)
class Type:
    """An object type: its fields, with the type of each and its arguments."""

    name: str
    fields: dict[str, tuple[str, dict[str, str], Resolver]]
    """Name → (type as written, arguments, resolver)."""


@dataclass
class Selection:
    """A field, a fragment's name (`...Name`) or an inline fragment (`... on T`, name empty)."""

    name: str
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    children: list["Selection"] = field(default_factory=list)
    spread: bool = False


@dataclass
class Variable:
    name: str


class Reader:
    """Reads a document of operations and fragments."""

    def __init__(self, text: str) -> None:
        self.tokens = list(self._cut(text))
        self.at = 0

    @staticmethod
    def _cut(text: str) -> Iterator[str]:
        position, count = 0, 0
        text = text.rstrip(" \t\r\n,")
        while position < len(text):
            found = TOKEN.match(text, position)
            count += 1
            if found is None or count > MAX_TOKENS:
                raise Malformed("syntax error")
            yield found[1]
            position = found.end()

    def document(self) -> tuple[list[Selection], dict[str, list[Selection]]]:
        operation: list[Selection] | None = None
        fragments: dict[str, list[Selection]] = {}
        while self.at < len(self.tokens):
            if self._peek() == "fragment":
                self._next()
                name = self._next()
                self._next(), self._next()  # `on` and the type
                fragments[name] = self._selections()
            else:
                operation = operation or self._operation()
        if operation is None:
            raise Malformed("no operation")
        return operation, fragments

    def _operation(self) -> list[Selection]:
        if self._peek() in {"query", "mutation", "subscription"}:
            if self._next() != "query":
                raise Malformed("only queries are offered")
            while self._peek() != "{":  # the name and the declarations of variables
                self._next()
        return self._selections()

    def _selections(self) -> list[Selection]:
        self._expect("{")
        found = []
        while self._peek() != "}":
            found.append(self._spread() if self._peek() == "..." else self._field())
        self._next()
        return found

    def _spread(self) -> Selection:
        self._next()
        if self._peek() == "on":
            self._next(), self._next()
            return Selection("", children=self._selections(), spread=True)
        if self._peek() == "{":
            return Selection("", children=self._selections(), spread=True)
        return Selection(self._next(), spread=True)

    def _field(self) -> Selection:
        name, alias = self._next(), ""
        if self._peek() == ":":
            self._next()
            alias, name = name, self._next()
        arguments = self._arguments() if self._peek() == "(" else {}
        children = self._selections() if self._peek() == "{" else []
        return Selection(name, alias or name, arguments, children)

    def _arguments(self) -> dict[str, Any]:
        self._expect("(")
        found = {}
        while self._peek() != ")":
            name = self._next()
            self._expect(":")
            found[name] = self._value()
        self._next()
        return found

    def _value(self) -> Any:
        token = self._next()
        if token == "$":
            return Variable(self._next())
        if token.startswith('"'):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if token in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[token]
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        return token

    def _peek(self) -> str:
        if self.at >= len(self.tokens):
            raise Malformed("unexpected end")
        return self.tokens[self.at]

    def _next(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _expect(self, wanted: str) -> None:
        if self._next() != wanted:
            raise Malformed(f"expected {wanted}")


def depth_of(selections: list[Selection], fragments: dict[str, list[Selection]], used: int = 0) -> int:
    """How deep the selections nest; fragments that contain themselves count as endless."""
    if used > 200:
        raise Malformed("too deep")
    deepest = 0
    for selection in selections:
        inner = fragments.get(selection.name, []) if selection.spread and selection.name else selection.children
        deepest = max(deepest, depth_of(inner, fragments, used + 1) + (0 if selection.spread else 1))
    return deepest


class Schema:
    """The object types, of which the first is the query; answers queries and, if it is allowed, questions about
    itself."""

    def __init__(self, types: list[Type]) -> None:
        self.types = {type_.name: type_ for type_ in types}
        self.query = types[0].name

    def run(
        self, text: str, variables: dict[str, Any], *, introspection: bool, max_depth: int | None
    ) -> dict[str, Any]:
        operation, fragments = Reader(text).document()
        asks_schema = any(selection.name in {"__schema", "__type"} for selection in operation)
        if asks_schema and not introspection:
            raise Malformed("introspection is not offered")
        deep = depth_of(operation, fragments)
        if max_depth is not None and not asks_schema and deep > max_depth:
            raise Malformed("the query is too deep")
        return _Run(self, fragments, variables).of_object(self.query, None, operation)

    def describe(self) -> dict[str, Any]:
        scalars = [{"kind": "SCALAR", "name": name} for name in ("Int", "String", "Boolean")]
        objects = [
            {
                "kind": "OBJECT",
                "name": type_.name,
                "interfaces": [],
                "fields": [
                    {
                        "name": name,
                        "isDeprecated": False,
                        "type": _reference(written),
                        "args": [
                            {"name": argument, "type": _reference(of), "defaultValue": None}
                            for argument, of in arguments.items()
                        ],
                    }
                    for name, (written, arguments, _) in type_.fields.items()
                ],
            }
            for type_ in self.types.values()
        ]
        return {
            "queryType": {"name": self.query},
            "mutationType": None,
            "subscriptionType": None,
            "types": objects + scalars,
            "directives": [],
        }


def _reference(written: str) -> dict[str, Any]:
    if written.endswith("!"):
        return {"kind": "NON_NULL", "name": None, "ofType": _reference(written[:-1])}
    if written.startswith("["):
        return {"kind": "LIST", "name": None, "ofType": _reference(written[1:-1])}
    kind = "SCALAR" if written in {"Int", "String", "Boolean"} else "OBJECT"
    return {"kind": kind, "name": written, "ofType": None}


@dataclass
class _Run:
    schema: Schema
    fragments: dict[str, list[Selection]]
    variables: dict[str, Any]
    nodes: int = 0

    def of_object(self, type_name: str, value: Any, selections: list[Selection]) -> dict[str, Any]:
        self.nodes += 1
        found: dict[str, Any] = {}
        if self.nodes > MAX_NODES:
            return found
        for selection in self._flat(selections):
            found[selection.alias] = self._field(type_name, value, selection)
        return found

    def _flat(self, selections: list[Selection]) -> Iterator[Selection]:
        for selection in selections:
            if selection.spread:
                yield from self._flat(self.fragments.get(selection.name, []) if selection.name else selection.children)
            else:
                yield selection

    def _field(self, type_name: str, value: Any, selection: Selection) -> Any:
        if selection.name == "__typename":
            return type_name
        if selection.name == "__schema" and type_name == self.schema.query:
            return self._plain(self.schema.describe(), selection.children)
        if selection.name == "__type" and type_name == self.schema.query:
            wanted = self._given(selection).get("name")
            found = next((one for one in self.schema.describe()["types"] if one["name"] == wanted), None)
            return self._plain(found, selection.children)
        known = self.schema.types[type_name].fields.get(selection.name)
        if known is None:
            raise Malformed(f"{type_name} has no field of this name")
        written, _, resolve = known
        return self._complete(written, resolve(value, self._given(selection)), selection)

    def _complete(self, written: str, value: Any, selection: Selection) -> Any:
        inner = written.strip("[]!")
        if value is None or inner not in self.schema.types:
            return value
        if not selection.children:
            raise Malformed(f"{selection.name} needs a selection of fields")
        if isinstance(value, list):
            return [self.of_object(inner, one, selection.children) for one in value]
        return self.of_object(inner, value, selection.children)

    def _given(self, selection: Selection) -> dict[str, Any]:
        return {
            name: self.variables.get(value.name) if isinstance(value, Variable) else value
            for name, value in selection.arguments.items()
        }

    def _plain(self, value: Any, selections: list[Selection]) -> Any:
        if isinstance(value, list):
            return [self._plain(one, selections) for one in value]
        if not isinstance(value, dict):
            return value
        return {one.alias: self._plain(value.get(one.name), one.children) for one in self._flat(selections)}
