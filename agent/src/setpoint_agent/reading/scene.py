"""The place where an expression stands: its function, and what names mean there, without running any of its code.

A scene of a frame knows the values of its local names. A scene of a function that is only looked into knows none; its
parameters stand for expressions of the scene that calls it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, Final

from setpoint_agent.reading.source import FunctionNode, defaults, own_nodes, parameters

DEEPEST: Final = 6
"""Functions looked into, one inside the other."""
MOST_ITEMS: Final = 1_000
"""Items of a collection that are looked at."""
LONGEST: Final = 65_536
"""Characters, or items, of what is put together to be looked at."""


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "not known"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Scene:
    """See above."""

    function: FunctionNode
    space: Mapping[str, Any]
    """The module's names."""
    local: Mapping[str, Any] = field(default_factory=dict)
    bound: Mapping[str, tuple[ast.expr, Scene, int]] = field(default_factory=dict)
    """Parameter → the expression that the caller gives for it, where, at which line."""
    depth: int = 0
    code: CodeType | None = None
    """Of a running function."""

    def value(self, name: str) -> Any:
        """What `name` means right now; MISSING where that cannot be known."""
        if name in self.local:
            return self.local[name]
        if not isinstance(self.function, ast.Module) and self._is_local(name):
            return MISSING
        return self.space.get(name, getattr(builtins, name, MISSING))

    def resolve(self, expression: ast.expr) -> Any:
        """The value of an expression that only names things; MISSING for everything that would have to be run."""
        match expression:
            case ast.Name(id=name):
                value = self._of_name(name)
            case ast.Attribute(value=owner, attr=name):
                value = _attribute(self.resolve(owner), name)
            case ast.Call():
                value = self._of_call(expression)
            case ast.Subscript(value=container, slice=key):
                value = _item(self.resolve(container), self.resolve(key))
            case ast.BinOp(left=left, op=operator, right=right):
                value = _combined(self.resolve(left), operator, self.resolve(right))
            case ast.JoinedStr(values=pieces):
                value = self._of_pieces(pieces)
            case _:
                value = _literal(expression)
        return value

    def looked_into(
        self,
        function: FunctionNode,
        space: Mapping[str, Any],
        call: ast.Call,
        line: int,
        *,
        method: bool,
        closed_over: Mapping[str, Any] | None = None,
    ) -> Scene:
        """The scene of a function that `call`, in this one, calls; it may have taken names along from around it."""
        names = parameters(function)[1:] if method else parameters(function)
        bound = {name: (default, self, line) for name, default in defaults(function).items()}
        bound |= {name: (given, self, line) for name, given in zip(names, call.args, strict=False)}
        bound |= {each.arg: (each.value, self, line) for each in call.keywords if each.arg}
        return Scene(function, space, closed_over or {}, bound, self.depth + 1)

    def _of_name(self, name: str) -> Any:
        value = self.value(name)
        if value is MISSING and name in self.bound:
            expression, outer, _ = self.bound[name]
            value = outer.resolve(expression)
        if value is MISSING:
            given = [each.value for each in assignments(self.function, name)]
            if len(given) == 1 and not isinstance(given[0], ast.Name | ast.Call) and name not in names_in(given[0]):
                return self.resolve(given[0])
        return value

    def _of_pieces(self, pieces: list[ast.expr]) -> Any:
        """An f-string of texts that are known, put in as they are."""
        texts: list[Any] = [
            MISSING
            if isinstance(each, ast.FormattedValue) and (each.conversion != -1 or each.format_spec is not None)
            else self.resolve(each.value if isinstance(each, ast.FormattedValue) else each)
            for each in pieces
        ]
        return "".join(texts) if all(type(each) is str for each in texts) else MISSING

    def _is_local(self, name: str) -> bool:
        return name in parameters(self.function) or any(_binds(each, name) for each in own_nodes(self.function))

    def _of_call(self, call: ast.Call) -> Any:
        """`set(NAMES)`, `NAMES.keys()`, `re.compile("…")` of a constant: common ways to write a constant."""
        if (
            isinstance(call.func, ast.Name)
            and call.func.id in {"set", "frozenset", "list", "tuple", "str"}
            and len(call.args) == 1
        ):
            return self.resolve(call.args[0])
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr in {"keys", "values", "items", "split"}
            and len(call.args) <= 1
        ):
            held = self.resolve(call.func.value)
            if isinstance(held, dict | MappingProxyType) and call.func.attr != "split":
                views: dict[str, Iterable[Any]] = {"keys": held, "values": held.values(), "items": held.items()}
                return list(views[call.func.attr])[:MOST_ITEMS]
            if isinstance(held, str) and call.func.attr == "split":
                return held.split()
        return MISSING


def called_function(scene: Scene, call: ast.Call) -> tuple[Any, bool]:
    """What `call` calls, if that can be known, and whether its first parameter is already given (a method)."""
    target = scene.resolve(call.func)
    method = False
    if isinstance(target, staticmethod | classmethod):
        method, target = isinstance(target, classmethod), target.__func__
    elif isinstance(target, MethodType):
        method, target = True, target.__func__
    elif isinstance(call.func, ast.Attribute) and isinstance(target, FunctionType):
        method = not isinstance(scene.resolve(call.func.value), ModuleType | type)
    return inspect.unwrap(target) if isinstance(target, FunctionType) else target, method


def code_of(function: Any) -> CodeType | None:
    return function.__code__ if isinstance(function, FunctionType) else None


def closed_over(function: FunctionType) -> dict[str, Any]:
    """The names that an inner function took along, with what they mean by now."""
    kept: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            kept[name] = cell.cell_contents
        except ValueError:  # it was given no value yet
            continue
    return kept


def dotted(expression: ast.expr) -> str:
    """`os.path.basename` as it is written; empty for what is no chain of names."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    return ".".join([expression.id, *reversed(parts)]) if isinstance(expression, ast.Name) else ""


def called_name(call: ast.Call) -> str:
    """The last name of what is called: `sub` of `re.sub(…)`, `replace` of `value().replace(…)`."""
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def names_in(expression: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(expression) if isinstance(each, ast.Name)}


def assignments(function: FunctionNode, name: str) -> list[ast.Assign]:
    """`name = …` of a function, in no order."""
    return [
        each
        for each in own_nodes(function)
        if isinstance(each, ast.Assign) and any(_binds(target, name) for target in each.targets)
    ]


def _binds(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)


def _literal(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return MISSING


def _attribute(owner: Any, name: str) -> Any:
    """The attribute as it is stored: no property, descriptor or `__getattr__` of the application is run."""
    if owner is MISSING:
        return MISSING
    try:
        held = inspect.getattr_static(owner, name)
    except AttributeError:
        return MISSING
    if isinstance(held, property) or (inspect.isdatadescriptor(held) and not isinstance(owner, ModuleType)):
        return MISSING
    if isinstance(held, FunctionType) and not isinstance(owner, type | ModuleType):
        return MethodType(held, owner)
    return held


def _item(container: Any, key: Any) -> Any:
    if key is MISSING or type(container) not in {dict, list, tuple, MappingProxyType}:
        return MISSING
    try:
        return container[key]
    except (LookupError, TypeError):
        return MISSING


def _combined(left: Any, operator: ast.operator, right: Any) -> Any:
    """Two plain texts or collections as one; what has operators of its own is never asked."""
    if type(left) is not type(right):
        return MISSING
    if isinstance(operator, ast.Add) and type(left) in {str, list, tuple} and len(left) + len(right) <= LONGEST:
        return left + right
    if isinstance(operator, ast.BitOr) and type(left) in {set, frozenset, dict}:
        return left | right
    return MISSING


def strings_of(value: Any) -> Iterator[str]:
    """The strings of a plain collection (also of an Enum), one level deep."""
    if isinstance(value, type) and issubclass(value, Enum):
        yield from (each.value for each in value if isinstance(each.value, str))
    elif isinstance(value, list | tuple | set | frozenset | dict | MappingProxyType):
        for count, each in enumerate(value):
            if count == MOST_ITEMS:
                return
            if isinstance(each, str):
                yield each
