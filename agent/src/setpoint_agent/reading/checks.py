"""Judges one test of the code: what does its outcome say about a value that it looks at?

A test is never run. What it would do with a dangerous value is found by asking what it is: a membership, a comparison,
a predicate of strings, a regular expression (which is tried on the probes: that runs no code of the application), or a
function of the application, whose own tests are judged in turn.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from types import ModuleType
from typing import Any, Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, best, kept_out, worst
from setpoint_agent.reading.certain import is_surely_true
from setpoint_agent.reading.hosts import attribute_known, beginning_known, defined, ending_known, is_host
from setpoint_agent.reading.known_calls import LINE_ENDS, LINES
from setpoint_agent.reading.paths import way_to
from setpoint_agent.reading.patterns import passes, pattern_of
from setpoint_agent.reading.requested import is_whole
from setpoint_agent.reading.scene import (
    DEEPEST,
    MISSING,
    Scene,
    assignments,
    called_function,
    called_name,
    closed_over,
    code_of,
    dotted,
    names_in,
    strings_of,
)
from setpoint_agent.reading.source import function_of, own_nodes
from setpoint_agent.stack import is_library

SHORTEST_PIECE: Final = 3
"""Characters of a piece that what was found may have been joined of."""
PREDICATES: Final = frozenset({"isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier"})
"""Predicates of `str` that no character with a meaning in any sink's language satisfies."""
_COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
CHECKED_BY_MAKING: Final = frozenset(
    {"int", "float", "Decimal", "UUID", "fromisoformat", "strptime", "ip_address", "ip_network", "ObjectId"}
)
"""What raises unless a text is a number, a date, an address and so on, by its last name: such a text is harmless."""
CONFIRMERS: Final = frozenset({"url_has_allowed_host_and_scheme", "is_safe_url", "compare_digest"})
"""Functions of libraries that answer whether a value may be used, by their last name."""


def is_predicate(name: str, question: Question) -> bool:
    """Whether a method of `str` of this name, if true, keeps out all that is dangerous there."""
    return name in PREDICATES or (name == "isprintable" and question.language in LINES)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges tests of one scene for one value."""

    scene: Scene
    question: Question
    concerns: Callable[[ast.AST], bool]
    """Whether an expression holds the value, or something made of it."""

    def judge(self, test: ast.expr, outcome: bool) -> Answer:
        """How safe the value is once `test` is known to be `outcome`."""
        match test:
            case ast.UnaryOp(op=ast.Not()):
                answer = self.judge(test.operand, not outcome)
            case ast.BoolOp():
                answer = self._several(test, outcome)
            case ast.NamedExpr(value=inner) | ast.Call(func=ast.Name(id="bool"), args=[inner]):
                answer = self.judge(inner, outcome)
            case ast.Compare():
                answer = self._compared(test, outcome)
            case ast.Call():
                answer = self._call(test, outcome) if self.concerns(test) else UNSAFE
            case ast.Name():
                answer = self._named(test, outcome)
            case ast.Attribute() if self.concerns(test):
                answer = attribute_known(test, self.question.language, outcome=outcome)
            case ast.BinOp(op=ast.BitAnd()) if not outcome:
                answer = self._common_characters(test)
            case ast.BinOp(op=ast.Sub()) if not outcome and self.concerns(test.left):
                answer = self._subset(test.left, test.right)
            case _:
                answer = UNSAFE
        return answer

    def _several(self, test: ast.BoolOp, outcome: bool) -> Answer:
        """Of `a and b`, known to be false, either may be: only the parts that are not surely true."""
        if isinstance(test.op, ast.And) is outcome:
            return best([self.judge(each, outcome) for each in test.values])
        surely = not outcome
        parts = [each for each in test.values if not (surely and is_surely_true(each, self.scene, self.concerns))]
        return worst([self.judge(each, outcome) for each in parts]) if parts else UNSAFE

    # --- comparisons -------------------------------------------------------------------------------------------------

    def _compared(self, test: ast.Compare, outcome: bool) -> Answer:
        if _orders_characters(test):
            return self._ordered(test, outcome)
        if len(test.ops) == 1:
            return self._comparison(test.left, test.ops[0], test.comparators[0], outcome)
        return UNSAFE

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, outcome: bool) -> Answer:
        if isinstance(operator, ast.NotIn | ast.NotEq | ast.IsNot):
            positive: ast.cmpop = {ast.NotIn: ast.In(), ast.NotEq: ast.Eq(), ast.IsNot: ast.Is()}[type(operator)]
            return self._comparison(left, positive, right, not outcome)
        if isinstance(operator, ast.In):
            return self._membership(left, right, outcome)
        if isinstance(operator, ast.Eq):
            return self._equality(left, right, outcome)
        if isinstance(operator, ast.Is) and isinstance(right, ast.Constant):
            return self.judge(left, not outcome if right.value in (None, False) else outcome)
        if isinstance(operator, ast.LtE | ast.Lt) and outcome and self.concerns(left) and not self.concerns(right):
            return self._subset(left, right)
        return UNSAFE

    def _ordered(self, test: ast.Compare, outcome: bool) -> Answer:
        """`32 <= ord(character) < 127`: which probes are made of characters alone of which the test says the same."""
        sides = [test.left, *test.comparators]
        numbers = [None if self.concerns(each) else self.scene.resolve(each) for each in sides]
        if numbers.count(None) != 1 or not all(each is None or type(each) is int for each in numbers):
            return UNSAFE

        def holds(character: str) -> bool:
            given = [ord(character) if each is None else each for each in numbers]
            return all(_COMPARED[type(way)](*pair) for way, pair in zip(test.ops, pairwise(given), strict=True))

        passes = [all(holds(each) is outcome for each in probe) for probe in self.question.probes]
        return kept_out(passes, "allowed characters", test.lineno)

    def _membership(self, left: ast.expr, right: ast.expr, outcome: bool) -> Answer:
        if self.concerns(right):
            if isinstance(right, ast.Attribute) and right.attr == "parents" and not self.concerns(left):
                return self._below(right.value, right.lineno) if outcome else UNSAFE
            return UNSAFE if outcome else self._rejected(left)
        if not self.concerns(left) or self._is_of_another(left):
            return UNSAFE
        held = self.scene.resolve(right)
        if not outcome:
            return self._denied(left, held)
        if isinstance(held, str):  # `character in "abc…"`: every character is one of these
            return self._of_characters(held, left.lineno)
        return self._listed(left)

    def _denied(self, left: ast.expr, held: Any) -> Answer:
        """`left` is none of what is held: characters, or whole values."""
        characters = list(held) if isinstance(held, str) else list(strings_of(held))
        if characters and all(len(each) == 1 for each in characters):
            return self._without(characters, left.lineno)
        return Answer(Safety.UNSURE, "deny-list", left.lineno)

    def _listed(self, left: ast.expr) -> Answer:
        """`left` is one of a list that the application holds."""
        left = defined(left, self.scene)
        part = left.attr if isinstance(left, ast.Attribute) else ""
        if is_host(left):
            return Answer(
                Safety.SAFE if self.question.language == "url" else Safety.UNSURE, "host checked", left.lineno
            )
        if part in {"scheme", "suffix", "port"} or "splitext" in ast.dump(left):
            return Answer(Safety.UNSURE, f"{part or 'suffix'} checked", left.lineno)
        return Answer(Safety.SAFE, "allow-list", left.lineno)

    def _rejected(self, left: ast.expr) -> Answer:
        """`left in value` is false: the value does not hold that text."""
        absent = looped_over(self.scene, left) or [self.scene.resolve(left)]
        if not all(isinstance(each, str) and each for each in absent):
            return UNSAFE
        return self._without(absent, left.lineno)

    def _is_of_another(self, part: ast.expr) -> bool:
        """Whether `part` is known by now, and is nothing of the value: one member's check clears no other's."""
        held = self.scene.resolve(part)
        if not isinstance(held, str) or len(held) < SHORTEST_PIECE:
            return False
        folded, found = held.casefold(), self.question.found.casefold()
        return folded not in found and found not in folded

    def _without(self, absent: Sequence[str], line: int) -> Answer:
        passes = [not any(each in probe for each in absent) for probe in self.question.probes]
        if self.question.language == "path" and any(each in {"..", "/", "\\", "../", "/..", "./"} for each in absent):
            passes = [False]
        if self.question.language in LINES and any(each in LINE_ENDS for each in absent):
            passes = [False]
        return kept_out(passes, f"rejects {', '.join(map(repr, absent))}", line)

    def _of_characters(self, allowed: str, line: int) -> Answer:
        passes = [all(each in allowed or each.isalnum() for each in probe) for probe in self.question.probes]
        return kept_out(passes, "allowed characters", line)

    def _equality(self, left: ast.expr, right: ast.expr, outcome: bool) -> Answer:
        if not outcome:
            return UNSAFE
        if self.concerns(right) and not self.concerns(left):
            left, right = right, left
        meant = defined(left, self.scene)
        if isinstance(meant, ast.Call) and dotted(meant.func).endswith("commonpath"):
            return Answer(
                Safety.SAFE if self.question.language == "path" else Safety.UNSURE, "below its folder", left.lineno
            )
        if not self.concerns(left) or self._is_of_another(left):
            return UNSAFE
        if self.concerns(right):  # compared with something made of itself: unchanged by a clean-up
            return self._unchanged(left, right)
        if isinstance(meant, ast.Call) and dotted(meant.func) == "len":
            return UNSAFE
        return self._listed(left)

    def _unchanged(self, left: ast.expr, right: ast.expr) -> Answer:
        for each in (left, right):
            if isinstance(each, ast.Call) and dotted(each.func).rpartition(".")[2] in {"basename", "secure_filename"}:
                return Answer(
                    Safety.SAFE if self.question.language == "path" else Safety.UNSURE, "a bare name", each.lineno
                )
        return UNSAFE

    def _subset(self, left: ast.expr, right: ast.expr) -> Answer:
        """`set(value) <= ALLOWED`."""
        if not (isinstance(left, ast.Call) and dotted(left.func) == "set"):
            return UNSAFE
        held = self.scene.resolve(right)
        allowed = held if isinstance(held, str) else "".join(strings_of(held)) if held is not MISSING else ""
        return self._of_characters(allowed, left.lineno)

    def _common_characters(self, both: ast.BinOp) -> Answer:
        """`set(value) & set("';")` is empty."""
        other = both.left if self.concerns(both.right) else both.right
        held = self.scene.resolve(other)
        absent = list(held) if isinstance(held, str) else list(strings_of(held))
        return self._without(absent, both.lineno) if absent else UNSAFE

    # --- calls -------------------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call, outcome: bool) -> Answer:
        name = called_name(call)
        if (
            is_predicate(name, self.question)
            or name in CONFIRMERS
            or (name == "isinstance" and self.question.language == "nosql")
        ):
            return Answer(Safety.SAFE, f"{name}()", call.lineno) if outcome else UNSAFE
        if name in {"any", "all"} and call.args and isinstance(call.args[0], ast.GeneratorExp | ast.ListComp):
            return self._every(name, call.args[0], outcome)
        if name in {"match", "fullmatch", "search"}:
            return self._pattern(call, name, outcome)
        if name in {"startswith", "is_relative_to", "endswith"}:
            return self._prefix(call, name, outcome)
        if name == "issubset" and outcome and call.args and isinstance(call.func, ast.Attribute):
            return self._subset(call.func.value, call.args[0])
        return self._of_application(call, outcome)

    def _every(self, name: str, comprehension: ast.GeneratorExp | ast.ListComp, outcome: bool) -> Answer:
        """`any(c in value for c in "';")` false; `all(c.isalnum() for c in value)` true, and the like."""
        generator = comprehension.generators[0]
        if (name == "all") is not outcome:
            one_of = name == "any" and outcome and not self.concerns(generator.iter)
            return self.judge(comprehension.elt, outcome) if one_of else UNSAFE
        target = generator.target.id if isinstance(generator.target, ast.Name) else ""
        if self.concerns(generator.iter):  # over the characters or parts of the value

            def concerns(node: ast.AST) -> bool:
                return target in names_in(node) or self.concerns(node)

            return Judge(self.scene, self.question, concerns).judge(comprehension.elt, outcome)
        held = self.scene.resolve(generator.iter)
        listed = list(held) if isinstance(held, str) else list(strings_of(held))
        element = comprehension.elt
        if outcome or not listed or not isinstance(element, ast.Compare) or not isinstance(element.ops[0], ast.In):
            return UNSAFE
        return self._without(listed, comprehension.lineno) if self.concerns(element.comparators[0]) else UNSAFE

    def _pattern(self, call: ast.Call, name: str, outcome: bool) -> Answer:
        of_module = isinstance(call.func, ast.Attribute) and isinstance(self.scene.resolve(call.func.value), ModuleType)
        if not any(map(self.concerns, call.args[1:] if of_module else call.args)):
            return UNSAFE  # the value is what is looked for, not where
        pattern = pattern_of(self.scene, call)
        if pattern is None:
            return Answer(Safety.UNSURE, "a pattern", call.lineno)
        return kept_out(
            passes(pattern, name, self.question, outcome=outcome), f"pattern {pattern.pattern!r}", call.lineno
        )

    def _prefix(self, call: ast.Call, name: str, outcome: bool) -> Answer:
        language = self.question.language
        if not isinstance(call.func, ast.Attribute) or not self.concerns(call.func.value):
            return UNSAFE
        if language == "path" and name != "endswith" and outcome:
            return self._below(call.func.value, call.lineno)
        edge = self.scene.resolve(call.args[0]) if call.args else MISSING
        edges = [edge] if isinstance(edge, str) else list(strings_of(edge))
        if language == "url" and name == "startswith":
            return beginning_known(edges, call.lineno, outcome=outcome)
        if language == "url" and (self.question.is_host or is_host(defined(call.func.value, self.scene))):
            return ending_known(edges, call.lineno, outcome=outcome)
        return Answer(Safety.UNSURE, f"{name}()", call.lineno)

    def _below(self, path: ast.expr, line: int) -> Answer:
        """`path` was found to lie below a folder: that holds where it was resolved before."""
        safe = self.question.language == "path" and self._resolved(path)
        return Answer(Safety.SAFE if safe else Safety.UNSURE, "below its folder", line)

    def _resolved(self, expression: ast.expr) -> bool:
        """Whether `..` and links were followed in it, here or where its name was given a value."""
        text = ast.dump(expression)
        for name in names_in(expression):
            text += "".join(ast.dump(each.value) for each in assignments(self.scene.function, name))
        return any(each in text for each in ("'resolve'", "'realpath'", "'abspath'", "'normpath'"))

    # --- the application's own functions and names -------------------------------------------------------------------

    def _of_application(self, call: ast.Call, outcome: bool) -> Answer:
        """A predicate of the application: every way on which it answers `outcome` must have checked the parameter."""
        inner = looked_into(self.scene, call, call.lineno)
        if inner is None:
            return UNSAFE
        given = {name for name, (expression, _, _) in inner.bound.items() if self.concerns(expression)}
        judge = Judge(inner, self.question, concerning(inner, given))
        answers = [
            best([judge.judge(each.value, outcome), judge.known_at(each.lineno)])
            for each in own_nodes(inner.function)
            if isinstance(each, ast.Return) and each.value is not None and not _is_always(each.value, not outcome)
        ]
        return worst(answers) if answers else UNSAFE

    def known_at(self, line: int | None) -> Answer:
        """The strongest of all tests whose outcome is known at `line`."""
        way = way_to(self.scene.function, line)
        answers = [self.judge(each.test, each.outcome) for each in way.conditions if self.concerns(each.test)]
        answers += [self._case(pattern, subject.lineno) for subject, pattern in way.cases if self.concerns(subject)]
        answers += [self._validated(each) for each in way.before]
        return best(answers)

    def _case(self, pattern: ast.pattern, line: int) -> Answer:
        patterns = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
        literal = all(isinstance(each, ast.MatchValue) for each in patterns)
        return Answer(Safety.SAFE, "allow-list", line) if literal else UNSAFE

    def _validated(self, statement: ast.stmt) -> Answer:
        """`validate(value)`, `number = int(value)`: a function that only comes back if the value is fine."""
        if not isinstance(statement, ast.Expr | ast.Assign):
            return UNSAFE
        call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if not isinstance(call, ast.Call) or not self.concerns(call):
            return UNSAFE
        if called_name(call) == "relative_to" and isinstance(call.func, ast.Attribute):
            answer = self._below(call.func.value, call.lineno) if self.concerns(call.func.value) else UNSAFE
        elif self._checks_by_making(call):
            answer = Answer(Safety.SAFE, f"{called_name(call)}()", call.lineno)
        elif isinstance(statement, ast.Assign):
            answer = UNSAFE  # what it gives back is followed where that is used
        else:
            answer = self._come_back_from(call)
        return answer

    def _come_back_from(self, call: ast.Call) -> Answer:
        inner = looked_into(self.scene, call, call.lineno)
        if inner is None:
            return UNSAFE
        given = {name for name, (expression, _, _) in inner.bound.items() if self.concerns(expression)}
        return Judge(inner, self.question, concerning(inner, given)).known_at(None)

    def _checks_by_making(self, call: ast.Call) -> bool:
        """Whether the whole value is read as something that holds no character of danger, or as one of an Enum."""
        if not call.args or not self.concerns(call.args[0]) or not is_whole(call.args[0], self.scene):
            return False
        if called_name(call) in CHECKED_BY_MAKING:
            return called_name(call) != "ip_address" or self.question.language != "url"
        made = self.scene.resolve(call.func)
        return isinstance(made, type) and issubclass(made, Enum)

    def _named(self, test: ast.Name, outcome: bool) -> Answer:
        """`ok = value in ALLOWED … if ok:`."""
        given = assignments(self.scene.function, test.id)
        if len(given) != 1 or test.id in names_in(given[0].value):
            return UNSAFE
        return self.judge(given[0].value, outcome)


def looked_into(scene: Scene, call: ast.Call, line: int) -> Scene | None:
    """The scene of the application's function that `call` calls; None where it has no source or it goes too deep."""
    if scene.depth >= DEEPEST:
        return None
    function, method = called_function(scene, call)
    inner = scene_of(function, scene.depth + 1)
    if inner is None:
        return None
    return scene.looked_into(inner.function, inner.space, call, line, method=method, closed_over=inner.local)


def scene_of(function: Any, depth: int) -> Scene | None:
    """The scene of a function of the application by itself; None where it has no source, or is none."""
    code = code_of(function)
    node = function_of(code) if code is not None and not is_library(code.co_filename) else None
    return Scene(node, function.__globals__, closed_over(function), depth=depth) if node is not None else None


def concerning(scene: Scene, names: set[str]) -> Callable[[ast.AST], bool]:
    """Whether an expression holds one of `names`, or a name that was given a value made of one."""
    held = set(names)
    given = [
        each
        for each in own_nodes(scene.function)
        if isinstance(each, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For)
    ]
    grown = True
    while grown:
        grown = False
        for each in given:
            source = each.iter if isinstance(each, ast.For) else each.value
            if source is not None and not held.isdisjoint(names_in(source)):
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                new = set().union(*(names_in(target) for target in targets)) - held
                held |= new
                grown = grown or bool(new)
    return lambda node: not held.isdisjoint(names_in(node))


def looped_over(scene: Scene, name: ast.expr) -> list[str]:
    """What a loop's variable stood for, one after the other: `for quote in "'\\"": if quote in value: …`."""
    if not isinstance(name, ast.Name):
        return []
    for each in own_nodes(scene.function):
        if isinstance(each, ast.For) and name.id in names_in(_first_of(each.target)):
            held = scene.resolve(each.iter)
            if isinstance(held, list | tuple):  # of pairs, by their first member
                held = [each[0] if isinstance(each, tuple) and each else each for each in held]
            return list(held) if isinstance(held, str) else list(strings_of(held))
    return []


def _first_of(target: ast.expr) -> ast.expr:
    return target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target


def _orders_characters(test: ast.Compare) -> bool:
    """`32 <= ord(character) < 127`."""
    ordinal = any(isinstance(each, ast.Call) and called_name(each) == "ord" for each in (test.left, *test.comparators))
    return ordinal and all(type(each) in _COMPARED for each in test.ops)


def _is_always(expression: ast.expr, truth: bool) -> bool:
    """Whether an expression is a constant of this truth: `return False` says nothing about values that pass."""
    return isinstance(expression, ast.Constant) and bool(expression.value) is truth
