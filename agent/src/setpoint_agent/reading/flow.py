"""Follows an expression of the application back to where its value comes from, and tells whether every way is safe.

Within a function from a use to the assignments that reach it; out of it from a parameter to the caller's argument; into
functions of the application that gave the value back. What the running frame knows prunes it: a name that does not hold
the value right now is not on the way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final
from uuid import UUID

from setpoint_agent.reading.answer import NEUTRAL, UNSAFE, Answer, Question, Safety, best, kept_out, worst
from setpoint_agent.reading.checks import SHORTEST_PIECE, Judge, concerning, looked_into
from setpoint_agent.reading.constants import is_constant
from setpoint_agent.reading.declared import of_field, of_parameter
from setpoint_agent.reading.paths import way_to
from setpoint_agent.reading.scene import MISSING, Scene, assignments, called_name, names_in
from setpoint_agent.reading.source import own_nodes, parameters

CONVERTED: Final = (
    int, float, complex, Decimal, Fraction, UUID, date, time, timedelta, Enum,
    IPv4Address, IPv4Network, IPv6Address, IPv6Network,
)  # fmt: skip
"""Types whose text holds no character with a meaning in a sink's language (an Enum's: only what the code wrote)."""
CONVERTERS: Final = frozenset(
    [
        "int",
        "float",
        "complex",
        "bool",
        "len",
        "hash",
        "ord",
        "abs",
        "round",
        "sum",
        "Decimal",
        "UUID",
        "fromisoformat",
        "strptime",
        "ip_address",
        "ip_network",
        "hexdigest",
        "digest",
        "token_hex",
        "crc32",
        "adler32",
        "ObjectId",
        "bit_length",
        "count",
        "index",
        "find",
    ]
)
"""Functions that give nothing back of the characters of their arguments, by their last name."""
CLEANERS: Final = {
    "basename": "path",
    "secure_filename": "path",
    "safe_join": "path",
    "quote": "shell",
    "quote_plus": "url",
    "urlencode": "url",
    "escape_filter_chars": "ldap",
    "escape_rdn": "ldap",
    "quoteattr": "html",
    "repr": "log",
    "ascii": "log",
    "str": "nosql",
}
"""Escapers by their last name → language that they suffice for; those that run are seen by `passages` as well."""
ESCAPED_BY_REPR: Final = frozenset({"header", "log"})
"""Languages of which `repr` escapes the only boundary, the end of a line."""
NAME_PARTS: Final = frozenset({"name", "stem"})
"""What `pathlib` gives of a path without any folder."""
LONGEST_TEXT: Final = 256
"""Octets by which text is told from what is compressed."""
STEPS: Final = 400
"""Expressions followed for one question."""


class Follower:
    """Answers one question."""

    def __init__(self, question: Question, *, by_value: bool = True) -> None:
        self._question = question
        self._by_values = by_value
        """Whether a name that does not hold the text right now is left out."""
        self._steps = 0
        self._open: set[tuple[int, int]] = set()

    def answer(self, expression: ast.expr, scene: Scene, line: int) -> Answer:
        """How safe `expression` is, as it stands at `line` of `scene`."""
        key = (id(expression), line)
        self._steps += 1
        if self._steps > STEPS or key in self._open:
            return NEUTRAL if key in self._open else UNSAFE
        self._open.add(key)
        try:
            return self._by_kind(expression, scene, line)
        finally:
            self._open.discard(key)

    def _by_kind(self, expression: ast.expr, scene: Scene, line: int) -> Answer:
        match expression:
            case ast.Constant() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                answer = NEUTRAL
            case ast.FormattedValue(conversion=97 | 114) if self._question.language in ESCAPED_BY_REPR:  # `!a`, `!r`
                answer = Answer(Safety.SAFE, "repr()", line)
            case ast.Name():
                answer = self._name(expression, scene, line)
            case ast.Call():
                answer = self._call(expression, scene, line)
            case ast.IfExp():
                answer = self._choice(expression, scene, line)
            case ast.Subscript() | ast.Attribute():
                answer = self._part(expression, scene, line)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                answer = self._comprehension(expression, scene, line)
            case _:
                answer = worst(self.answer(each, scene, line) for each in _operands(expression))
        return answer

    # --- names -------------------------------------------------------------------------------------------------------

    def _name(self, name: ast.Name, scene: Scene, line: int) -> Answer:
        known = self._by_value(scene.value(name.id), scene, name.lineno if hasattr(name, "lineno") else line)
        if known is not None:
            return known
        checked = self._checked(name, scene, line)
        if checked.safety is Safety.SAFE:
            return checked
        return best([checked, self._origin(name, scene, line)])

    def _by_value(self, value: Any, scene: Scene, line: int) -> Answer | None:
        """What the value that a name has right now already tells."""
        if value is MISSING:
            return None
        if isinstance(value, CONVERTED):
            held = isinstance(value, Enum) or _holds(str(value), self._question.found)
            return Answer(Safety.SAFE, f"is {_article(type(value).__name__)}", line) if held else NEUTRAL
        if isinstance(value, ModuleType | FunctionType | BuiltinFunctionType | MethodType | type):
            return NEUTRAL
        if self._by_values and self._holds_nothing(value):
            return NEUTRAL
        if isinstance(value, str) and is_constant(value, scene):
            return Answer(Safety.SAFE, "constant of the code", line)
        return None

    def _holds_nothing(self, value: Any) -> bool:
        if isinstance(value, bytes) and not _is_text(value):
            return False  # what is compressed may hold anything
        if isinstance(value, str | bytes | PurePath):
            return not _holds(value, self._question.found)
        if isinstance(value, list | tuple | set | frozenset | dict):
            return not _any_holds(value, self._question.found)
        return isinstance(value, ModuleType | FunctionType | BuiltinFunctionType | MethodType | type)

    def _checked(self, name: ast.Name, scene: Scene, line: int) -> Answer:
        judge = Judge(scene, self._question, concerning(scene, self._kin(name.id, scene)))
        return judge.known_at(line)

    def _kin(self, name: str, scene: Scene) -> set[str]:
        """The name, and plain other names of the same value (`path = name`), in whose place a check may stand."""
        kin = {name}
        for each in own_nodes(scene.function):
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Name) and kin & names_in(each.targets[0]):
                kin.add(each.value.id)
        return kin

    def _origin(self, name: ast.Name, scene: Scene, line: int) -> Answer:
        given = list(_given(name.id, scene, line))
        answers = [self.answer(expression, scene, at) for expression, at in given]
        if not any(certain for _, _, certain in _reaching(name.id, scene, line)) and name.id in parameters(
            scene.function
        ):
            answers.append(self._argument(name.id, scene))
        return worst(answers) if answers else UNSAFE

    def _argument(self, parameter: str, scene: Scene) -> Answer:
        if parameter not in scene.bound:
            return of_parameter(parameter, scene, self._question)
        expression, caller, line = scene.bound[parameter]
        return self.answer(expression, caller, line)

    # --- calls -------------------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call, scene: Scene, line: int) -> Answer:
        name = called_name(call)
        looked_up = self._looked_up(call, scene, line)
        if looked_up is not None:
            return looked_up
        parts = [*call.args, *(each.value for each in call.keywords)]
        receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        held = worst(self.answer(each, scene, line) for each in (*receiver, *parts))
        if held.safety in {Safety.NEUTRAL, Safety.SAFE}:
            return held if held.safety is Safety.SAFE else self._fetched(call, scene)
        if name in CONVERTERS or _is_converter(scene.resolve(call.func)):
            return Answer(Safety.SAFE, f"{name}()", call.lineno)
        without_lines = name == "splitlines" and self._question.language in ESCAPED_BY_REPR
        if without_lines or CLEANERS.get(name) == self._question.language:
            return Answer(Safety.SAFE, f"{name}()", call.lineno)
        cleaned = self._cleaned(call, name, scene)
        looked = self._looked_into(call, scene)
        if looked.safety is Safety.NEUTRAL:  # it is given the value, and answers with something of the code's own
            return Answer(Safety.SAFE, "constant of the code", call.lineno)
        return best([held, cleaned, looked])

    def _looked_up(self, call: ast.Call, scene: Scene, line: int) -> Answer | None:
        """`COLUMNS.get(value, "id")` of something that the module holds."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"get", "__getitem__"}:
            return None
        held = scene.resolve(call.func.value)
        if not isinstance(held, dict) or not (_of_module(held, scene) or _is_written(call.func.value, scene)):
            return None
        found = Answer(Safety.SAFE, "looked up", call.lineno)
        return worst([found, *(self.answer(each, scene, line) for each in call.args[1:])])

    def _cleaned(self, call: ast.Call, name: str, scene: Scene) -> Answer:
        """`value.replace("'", "''")`, `re.sub(r"[^a-z]", "", value)`, …: what is left of each probe?"""
        if name in {"replace", "removeprefix"} and len(call.args) == 2:
            removed, put = scene.resolve(call.args[0]), scene.resolve(call.args[1])
            if isinstance(removed, str) and removed and isinstance(put, str) and removed != put:
                return self._without(removed, call.lineno)
        if name == "sub":
            return self._substituted(call, scene)
        if name == "translate":
            return Answer(Safety.UNSURE, "translate()", call.lineno)
        return UNSAFE

    def _without(self, removed: str, line: int) -> Answer:
        passes = [removed not in probe for probe in self._question.probes]
        if self._question.language in {"header", "log"} and removed in {"\n", "\r", "\r\n"}:
            passes = [False]
        answer = kept_out(passes, f"replaces {removed!r}", line)
        weak = self._question.language == "path" and removed in {"../", "..\\"}  # `....//` becomes `../`
        return Answer(Safety.UNSURE, answer.reason, line) if weak and answer.safety is Safety.SAFE else answer

    def _substituted(self, call: ast.Call, scene: Scene) -> Answer:
        pattern, put = _substitution(call, scene)
        if pattern is None or put is None:
            return Answer(Safety.UNSURE, "re.sub()", call.lineno)
        passes = [probe in pattern.sub(put, f"name{probe}name") for probe in self._question.probes]
        return kept_out(passes, f"removes {pattern.pattern!r}", call.lineno)

    def _fetched(self, call: ast.Call, scene: Scene) -> Answer:
        """A function of the application that is given nothing of the value may get it from the request by itself."""
        return self._looked_into(call, scene) if looked_into(scene, call, call.lineno) is not None else NEUTRAL

    def _looked_into(self, call: ast.Call, scene: Scene) -> Answer:
        inner = looked_into(scene, call, call.lineno)
        if inner is None:
            return UNSAFE
        returned = [each for each in own_nodes(inner.function) if isinstance(each, ast.Return)]
        answers = [self.answer(each.value, inner, each.lineno) for each in returned if each.value is not None]
        return worst(answers) if answers else UNSAFE

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _choice(self, choice: ast.IfExp, scene: Scene, line: int) -> Answer:
        answers = []
        for branch, outcome in ((choice.body, True), (choice.orelse, False)):
            answer = self.answer(branch, scene, line)
            if answer.safety < Safety.SAFE:
                judge = Judge(scene, self._question, concerning(scene, names_in(branch)))
                answer = best([answer, judge.judge(choice.test, outcome)])
            answers.append(answer)
        return worst(answers)

    def _part(self, part: ast.Subscript | ast.Attribute, scene: Scene, line: int) -> Answer:
        """An item or attribute: of something that the code itself holds it is the code's, whatever chose it."""
        value = scene.resolve(part)
        known = self._by_value(value, scene, part.lineno) if value is not MISSING else None
        declared = of_field(part, scene, self._question)
        if known is not None or declared.safety is Safety.SAFE:
            return known or declared
        if isinstance(part, ast.Attribute) and isinstance(scene.resolve(part.value), ModuleType):
            return NEUTRAL if value is MISSING else UNSAFE  # a name of another module: `flask.request`
        if isinstance(part, ast.Subscript):
            whole = scene.resolve(part.value)
            if isinstance(whole, dict | list | tuple) and (_of_module(whole, scene) or _is_written(part.value, scene)):
                return Answer(Safety.SAFE, "looked up", part.lineno)
        elif part.attr in NAME_PARTS and self._question.language == "path" and "Path" in ast.dump(part.value):
            return Answer(Safety.SAFE, f".{part.attr}", part.lineno)
        return self.answer(part.value, scene, line)

    def _comprehension(
        self, comprehension: ast.ListComp | ast.SetComp | ast.GeneratorExp, scene: Scene, line: int
    ) -> Answer:
        answer = worst(self.answer(each.iter, scene, line) for each in comprehension.generators)
        if answer.safety is not Safety.UNSAFE:
            return answer
        judge = Judge(scene, self._question, _concerning_element(comprehension))
        tests = [test for each in comprehension.generators for test in each.ifs]
        return best([answer, *(judge.judge(each, outcome=True) for each in tests)])


def _concerning_element(comprehension: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Callable[[ast.AST], bool]:
    """Whether a test is about what the comprehension gives: of `each["href"]` no test of `each["kind"]` is."""
    targets: set[str] = set().union(*(names_in(each.target) for each in comprehension.generators))
    part = ast.dump(comprehension.elt) if isinstance(comprehension.elt, ast.Subscript | ast.Attribute) else ""
    return lambda node: part in ast.dump(node) if part else not targets.isdisjoint(names_in(node))


def _is_converter(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, CONVERTED)


def _operands(expression: ast.expr) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.keyword):
            yield child.value


def _given(name: str, scene: Scene, line: int) -> Iterator[tuple[ast.expr, int]]:
    for expression, at, _ in _reaching(name, scene, line):
        yield expression, at


def _reaching(name: str, scene: Scene, line: int) -> list[tuple[ast.expr, int, bool]]:
    """What gave `name` its value at `line`: (expression, line, surely ran); the last sure one hides those before."""
    every = sorted(_assignments(name, scene), key=lambda each: each[1])
    before = [each for each in every if each[1] < line] or [each for each in every if each[1] >= line]
    sure_lines = {each.lineno for each in way_to(scene.function, line).before}
    sure = [number for number, each in enumerate(before) if each[1] in sure_lines and not each[2]]
    kept = before[sure[-1] :] if sure else before
    return [(expression, at, number == 0 and bool(sure)) for number, (expression, at, _) in enumerate(kept)]


def _assignments(name: str, scene: Scene) -> Iterator[tuple[ast.expr, int, bool]]:
    """(expression, line, whether it adds to the value before) of everything in the function that binds `name`."""
    for node in own_nodes(scene.function):
        if isinstance(node, ast.Assign) and any(name in names_in(target) for target in node.targets):
            adds = not any(isinstance(each, ast.Name | ast.Tuple | ast.List) for each in node.targets)
            yield node.value, node.lineno, adds
        elif isinstance(node, ast.AugAssign) and name in names_in(node.target):
            yield node.value, node.lineno, True
        elif (
            isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None and name in names_in(node.target)
        ):
            yield node.value, node.lineno, False
        elif isinstance(node, ast.For | ast.AsyncFor) and name in names_in(node.target):
            yield node.iter, node.lineno, False
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None and name in names_in(item.optional_vars):
                    yield item.context_expr, node.lineno, False


def _substitution(call: ast.Call, scene: Scene) -> tuple[re.Pattern[str] | None, str | None]:
    owner = scene.resolve(call.func.value) if isinstance(call.func, ast.Attribute) else MISSING
    rest = call.args
    pattern: Any = owner
    if not isinstance(owner, re.Pattern):
        pattern, rest = (scene.resolve(call.args[0]) if call.args else MISSING), call.args[1:]
    put = scene.resolve(rest[0]) if rest else MISSING
    try:
        compiled = re.compile(pattern) if isinstance(pattern, str) else pattern
    except re.error:
        compiled = None
    usable = isinstance(compiled, re.Pattern) and isinstance(compiled.pattern, str)
    return (compiled if usable else None), (put if isinstance(put, str) else None)


def _is_written(container: ast.expr, scene: Scene) -> bool:
    """Whether a name of the function is a collection of constants, as it is written there."""
    if not isinstance(container, ast.Name):
        return False
    given = assignments(scene.function, container.id)
    return len(given) == 1 and not any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(given[0].value))


def _of_module(value: Any, scene: Scene) -> bool:
    """Whether the module (not the function) holds this very collection under a name, in its own or in a class."""
    spaces = [scene.space, *(vars(each) for each in scene.space.values() if isinstance(each, type))]
    return any(value is each for space in spaces for each in list(space.values()))


def _holds(value: str | bytes | PurePath, found: str) -> bool:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    folded, held = found.casefold(), text.casefold()
    return folded in held or (len(held) >= SHORTEST_PIECE and held in folded)  # one of the pieces it was joined of


def _is_text(octets: bytes) -> bool:
    return octets[:LONGEST_TEXT].decode("utf-8", "replace").count("\ufffd") <= 1  # where the last character is cut


def _any_holds(values: Iterable[Any], found: str) -> bool:
    """Whether a plain collection may hold the text: what is no plain value may hold anything."""
    for count, each in enumerate(values.items() if isinstance(values, dict) else values):
        if count == 100:
            return True
        for part in each if isinstance(each, tuple) else (each,):
            if isinstance(part, str | bytes):
                if _holds(part, found):
                    return True
            elif part is not None and not isinstance(part, CONVERTED):
                return True
    return False


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
