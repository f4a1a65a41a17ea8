"""Judges one test of the code: what does its outcome say about a value that it looks at?

A test is never run. What it would do with a dangerous value is found by asking what it is: a comparison or membership
(`comparisons`), a known predicate or a regular expression (`predicates`), or a function of the application, whose own
tests are judged in turn.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from typing import Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Safety, best, worst
from setpoint_agent.reading.certain import is_surely_true
from setpoint_agent.reading.characters import none_of, nothing_common, subset, texts_of
from setpoint_agent.reading.comparisons import compared
from setpoint_agent.reading.hosts import attribute_known
from setpoint_agent.reading.inside import looked_into
from setpoint_agent.reading.paths import way_to
from setpoint_agent.reading.predicates import below, known_predicate
from setpoint_agent.reading.requested import is_whole
from setpoint_agent.reading.scene import assignments, called_name, names_in
from setpoint_agent.reading.source import own_nodes
from setpoint_agent.reading.subject import Subject, concerning

CHECKED_BY_MAKING: Final = frozenset(
    {"int", "float", "Decimal", "UUID", "fromisoformat", "strptime", "ip_address", "ip_network", "ObjectId"}
)
"""What raises unless a text is a number, a date, an address and so on, by its last name: such a text is harmless."""


@dataclass(frozen=True, slots=True)
class Judge(Subject):
    """Judges tests of one scene for one value."""

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
                answer = nothing_common(self, test)
            case ast.BinOp(op=ast.Sub()) if not outcome and self.concerns(test.left):
                answer = subset(self, test.left, test.right)
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

    def _compared(self, test: ast.Compare, outcome: bool) -> Answer:
        match test:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as way], comparators=[ast.Constant(value=held)]):
                is_held = outcome is isinstance(way, ast.Is)
                return self.judge(left, not is_held if held in {None, False} else is_held)
        return compared(self, test, outcome=outcome)

    def _call(self, call: ast.Call, outcome: bool) -> Answer:
        name = called_name(call)
        if name in {"any", "all"} and call.args and isinstance(call.args[0], ast.GeneratorExp | ast.ListComp):
            return self._every(name, call.args[0], outcome)
        known = known_predicate(self, call, outcome=outcome)
        return known if known is not None else self._of_application(call, outcome)

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
        listed = texts_of(self.scene.resolve(generator.iter))
        element = comprehension.elt
        if outcome or not listed or not isinstance(element, ast.Compare) or not isinstance(element.ops[0], ast.In):
            return UNSAFE
        return none_of(self, listed, comprehension.lineno) if self.concerns(element.comparators[0]) else UNSAFE

    def _of_application(self, call: ast.Call, outcome: bool) -> Answer:
        """A predicate of the application: every way on which it answers `outcome` must have checked the parameter."""
        judge = self._inside(call)
        if judge is None:
            return UNSAFE
        answers = [
            best([judge.judge(each.value, outcome), judge.known_at(each.lineno)])
            for each in own_nodes(judge.scene.function)
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
            answer = below(self, call.func.value, call.lineno) if self.concerns(call.func.value) else UNSAFE
        elif self._checks_by_making(call):
            answer = Answer(Safety.SAFE, f"{called_name(call)}()", call.lineno)
        elif isinstance(statement, ast.Assign):
            answer = UNSAFE  # what it gives back is followed where that is used
        else:
            judge = self._inside(call)
            answer = judge.known_at(None) if judge is not None else UNSAFE
        return answer

    def _inside(self, call: ast.Call) -> Judge | None:
        """Judges the tests of the application's function that `call` calls, for the parameters that get the value."""
        inner = looked_into(self.scene, call, call.lineno)
        if inner is None:
            return None
        given = {name for name, (expression, _, _) in inner.bound.items() if self.concerns(expression)}
        return Judge(inner, self.question, concerning(inner, given))

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


def _is_always(expression: ast.expr, truth: bool) -> bool:
    """Whether an expression is a constant of this truth: `return False` says nothing about values that pass."""
    return isinstance(expression, ast.Constant) and bool(expression.value) is truth
