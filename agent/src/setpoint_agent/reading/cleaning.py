"""What is left of a dangerous value behind a call that removes or replaces characters of it. `flow` asks.

The call is not run; where its pattern or table is a constant of the code, that is tried on the probes instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any, Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, kept_out
from setpoint_agent.reading.given import looped_over
from setpoint_agent.reading.known_calls import ESCAPING_CODECS, LINE_ENDS, LINES
from setpoint_agent.reading.predicates import is_predicate
from setpoint_agent.reading.scene import MISSING, Scene, assignments, called_name, dotted, strings_of

LONGEST_TABLE: Final = 256
"""Characters that a table of `str.translate` is made of."""


def cleaned(call: ast.Call, scene: Scene, question: Question) -> Answer:
    """`value.replace("'", "''")`, `re.sub(r"[^a-z]", "", value)`, `filter(str.isalnum, value)`, …"""
    name = called_name(call)
    judge = _BY_NAME.get((name, len(call.args)))
    if judge is not None:
        return judge(call, scene, question)
    if name == "sub":
        return _substituted(call, scene, question)
    if question.language in LINES and _ends_no_line(name, call, scene):
        return Answer(Safety.SAFE, f"{name}()", call.lineno)
    return UNSAFE


def _filtered(call: ast.Call, _: Scene, question: Question) -> Answer:
    allows = is_predicate(dotted(call.args[0]).removeprefix("str."), question)
    return Answer(Safety.SAFE, "allowed characters", call.lineno) if allows else UNSAFE


def _ends_no_line(name: str, call: ast.Call, scene: Scene) -> bool:
    """Whether what comes back is escaped, or cut at the ends of lines: `splitlines()`, `split()`, `split("\\n")`."""
    by = scene.resolve(call.args[0]) if call.args else None
    named = by if isinstance(by, str) else ""
    if name in {"partition", "rpartition", "rsplit", "split"} and isinstance(call.func, ast.Attribute):
        return named in LINE_ENDS or (not call.args and not call.keywords)
    return name in {"ascii", "repr", "splitlines"} or (name == "encode" and named in ESCAPING_CODECS)


def _replaced(call: ast.Call, scene: Scene, question: Question) -> Answer:
    """One text, or one after the other in a loop: `for mark in "*()": value = value.replace(mark, …)`."""
    looped = looped_over(scene, call.args[0])
    removed, put = scene.resolve(call.args[0]), scene.resolve(call.args[1])
    if looped:
        return _without(looped, question, call.lineno)
    if isinstance(removed, str) and removed and isinstance(put, str) and removed != put:
        return _without([removed], question, call.lineno)
    return UNSAFE


def _escaped_by_table(call: ast.Call, scene: Scene, question: Question) -> Answer:
    """`ESCAPES.get(character, character)`, which leaves those that the table does not name as they are."""
    held = scene.resolve(call.func.value) if isinstance(call.func, ast.Attribute) else MISSING
    if type(held) is not dict or ast.dump(call.args[0]) != ast.dump(call.args[1]):
        return UNSAFE
    marks = [each for each in strings_of(held) if len(each) == 1 and held[each] != each]
    return _without(marks, question, call.lineno)


def _without(removed: Sequence[str], question: Question, line: int) -> Answer:
    passes = [not any(each in probe for each in removed) for probe in question.probes]
    if question.language in LINES and not LINE_ENDS.isdisjoint(removed):
        passes = [False]
    answer = kept_out(passes, f"replaces {', '.join(map(repr, removed))}", line)
    weak = question.language == "path" and set(removed) <= {"../", "..\\"}  # `....//` becomes `../`
    return Answer(Safety.UNSURE, answer.reason, line) if weak and answer.safety is Safety.SAFE else answer


def _substituted(call: ast.Call, scene: Scene, question: Question) -> Answer:
    pattern, put = _substitution(call, scene)
    if pattern is not None and put is None and _is_function(call, scene):
        put = ""  # `lambda mark: "\\%02x" % ord(mark[0])`: nobody writes a function that leaves what it is given
    if pattern is None or put is None:
        return Answer(Safety.UNSURE, "re.sub()", call.lineno)
    passes = [probe in pattern.sub(put, f"name{probe}name") for probe in question.probes]
    return kept_out(passes, f"removes {pattern.pattern!r}", call.lineno)


def _is_function(call: ast.Call, scene: Scene) -> bool:
    """Whether what is found is given to a function, of the call or of the code, that says what is put there."""
    return any(
        isinstance(each, ast.Lambda) or isinstance(scene.resolve(each), FunctionType | MethodType)
        for each in call.args[:2]
    )


def _translated(call: ast.Call, scene: Scene, question: Question) -> Answer:
    table = _table(call.args[0], scene)
    if table is None:
        return Answer(Safety.UNSURE, "translate()", call.lineno)
    passes = [probe.translate(table) == probe for probe in question.probes]
    return kept_out(passes, "translate()", call.lineno)


def _table(expression: ast.expr, scene: Scene) -> dict[int, Any] | None:
    """A table that the module holds, or `str.maketrans` of constants."""
    if isinstance(expression, ast.Name):
        given = assignments(scene.function, expression.id)
        expression = given[0].value if len(given) == 1 else expression
    if isinstance(expression, ast.Call) and dotted(expression.func) == "str.maketrans":
        made_of = [scene.resolve(each) for each in expression.args]
        texts = all(type(each) is str and len(each) <= LONGEST_TABLE for each in made_of)
        if (len(made_of) > 1 and texts) or (len(made_of) == 1 and type(made_of[0]) is dict):
            return _made(made_of)
        return None
    held = scene.resolve(expression)
    return held if type(held) is dict and all(type(each) is int for each in held) else None


def _made(made_of: list[Any]) -> dict[int, Any] | None:
    try:
        return str.maketrans(*made_of)
    except (TypeError, ValueError):
        return None


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


_BY_NAME: Final[dict[tuple[str, int], Callable[[ast.Call, Scene, Question], Answer]]] = {
    ("replace", 2): _replaced,
    ("get", 2): _escaped_by_table,
    ("translate", 1): _translated,
    ("filter", 2): _filtered,
}
"""By the last name of the function, and how many arguments it is given."""
