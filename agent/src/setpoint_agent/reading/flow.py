"""Follows an expression of the application back to where its value comes from, and tells whether every way is safe.

Within a function from a use to the assignments that reach it; out of it from a parameter to the caller's argument; into
functions of the application that gave the value back. What the running frame knows prunes it: a name that does not hold
the value right now is not on the way.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, Final

from setpoint_agent.reading.answer import NEUTRAL, UNSAFE, Answer, Question, Safety, best, worst
from setpoint_agent.reading.checks import Judge
from setpoint_agent.reading.cleaning import cleaned
from setpoint_agent.reading.converting import converts, is_plain
from setpoint_agent.reading.declared import functions_of_parameter, of_field, of_parameter, validators
from setpoint_agent.reading.given import reaching
from setpoint_agent.reading.held import known_of
from setpoint_agent.reading.hosts import is_below_own_root
from setpoint_agent.reading.inside import looked_into, scene_of
from setpoint_agent.reading.known_calls import (
    CLEANERS,
    COMPOSERS,
    LINES,
    NAME_PARTS,
    PARTS_OF_REQUESTS,
    REQUESTS,
    WHOLE_REQUESTS,
)
from setpoint_agent.reading.requested import asks_for, is_whole
from setpoint_agent.reading.scene import MISSING, Scene, called_name, names_in
from setpoint_agent.reading.source import FunctionNode, own_nodes, parameters
from setpoint_agent.reading.subject import concerning
from setpoint_agent.reading.written import may_be_in, of_the_code

STEPS: Final = 400
"""Expressions followed for one question."""


class Follower:
    """Answers one question."""

    def __init__(self, question: Question, *, by_value: bool = True) -> None:
        self._question = question
        self._by_values = by_value
        """Whether a name that does not hold the text right now is left out."""
        self._steps = 0
        self._open: set[tuple[int, int, int]] = set()
        self.saw_all = True
        """Whether nothing that could check or escape was met of which it is not known what it does."""

    def answer(self, expression: ast.expr, scene: Scene, line: int) -> Answer:
        """How safe `expression` is, as it stands at `line` of `scene`."""
        key = (id(expression), line, id(scene))  # a function may be called with what it gave back
        self._steps += 1
        if self._steps > STEPS or key in self._open:
            return NEUTRAL if key in self._open else self._unseen()
        self._open.add(key)
        try:
            return self._by_kind(expression, scene, line)
        finally:
            self._open.discard(key)

    def _by_kind(self, expression: ast.expr, scene: Scene, line: int) -> Answer:
        match expression:
            case ast.Constant():
                answer = self._constant(expression, line)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                answer = NEUTRAL
            case ast.BinOp() | ast.JoinedStr() if self._question.language == "url" and is_below_own_root(expression):
                answer = Answer(Safety.SAFE, "below its own root", line)
            case ast.FormattedValue(conversion=97 | 114) if self._question.language in LINES:  # `!a`, `!r`
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

    def _constant(self, constant: ast.Constant, line: int) -> Answer:
        held = isinstance(constant.value, str) and self._question.found.casefold() in constant.value.casefold()
        return Answer(Safety.SAFE, "constant of the code", line) if held else NEUTRAL

    def _unseen(self) -> Answer:
        self.saw_all = False
        return UNSAFE

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
        return known_of(value, scene, self._question, line, by_text=self._by_values)

    def _checked(self, name: ast.Name, scene: Scene, line: int) -> Answer:
        if name.id in WHOLE_REQUESTS:
            return UNSAFE  # what was checked of one part of it (its path, say) is said of no other: see `_asked`
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
        given = reaching(name.id, scene, line)
        answers = [self.answer(expression, scene, at) for expression, at, _ in given]
        if not any(certain for _, _, certain in given) and (
            name.id in scene.bound or name.id in parameters(scene.function)
        ):
            answers.append(self._argument(name.id, scene))
        if answers:
            return worst(answers)
        return UNSAFE if name.id in REQUESTS else self._unseen()

    def _argument(self, parameter: str, scene: Scene) -> Answer:
        if parameter not in scene.bound:
            if parameter not in REQUESTS and parameter != self._question.key:
                self.saw_all = False
            given_by = self._of_functions(functions_of_parameter(parameter, scene), scene, self._question.key)
            return best([of_parameter(parameter, scene, self._question), given_by])
        expression, caller, line = scene.bound[parameter]
        return self.answer(expression, caller, line)

    # --- calls -------------------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call, scene: Scene, line: int) -> Answer:
        name = called_name(call)
        looked_up = self._looked_up(call, scene, line)
        if looked_up is not None:
            return looked_up
        parts = [*call.args, *(each.value for each in call.keywords)]
        if name not in COMPOSERS:
            parts = [each for each in parts if not isinstance(each, ast.Constant)]
        receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        held = worst(self.answer(each, scene, line) for each in (*receiver, *parts))
        if held.safety in {Safety.NEUTRAL, Safety.SAFE}:
            return held if held.safety is Safety.SAFE else self._fetched(call, scene)
        if converts(call, scene):
            return Answer(Safety.SAFE, f"{name}()", call.lineno)
        if CLEANERS.get(name) == self._question.language:
            return Answer(Safety.SAFE, f"{name}()", call.lineno)
        looked = self._looked_into(call, scene) if not is_plain(call, scene) else UNSAFE
        if looked.safety is Safety.NEUTRAL:  # it is given the value, and answers with something of the code's own
            return Answer(Safety.SAFE, "constant of the code", call.lineno)
        asked = self._asked(call, scene, line)
        return best([held, asked, cleaned(call, scene, self._question), looked])

    def _asked(self, expression: ast.expr, scene: Scene, line: int) -> Answer:
        """`request.args["page"]`: what was checked of it when it was asked for before, without a name."""
        key = self._question.key
        if not key or not is_whole(expression, scene):
            return UNSAFE
        asks = asks_for(key, scene)
        return Judge(scene, self._question, asks).known_at(line) if asks(expression) else UNSAFE

    def _looked_up(self, call: ast.Call, scene: Scene, line: int) -> Answer | None:
        """`COLUMNS.get(value, "id")` of something that the module holds."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"get", "__getitem__"}:
            return None
        held = scene.resolve(call.func.value)
        if not isinstance(held, dict | MappingProxyType) or not of_the_code(held, call.func.value, scene):
            return None
        found = Answer(Safety.SAFE, "looked up", call.lineno)
        escaped = cleaned(call, scene, self._question)
        return best([escaped, worst([found, *(self.answer(each, scene, line) for each in call.args[1:])])])

    def _fetched(self, call: ast.Call, scene: Scene) -> Answer:
        """A function of the application that is given nothing of the value may get it from the request by itself."""
        inner = looked_into(scene, call, call.lineno)
        return self._returned(inner) if inner is not None else NEUTRAL

    def _looked_into(self, call: ast.Call, scene: Scene) -> Answer:
        inner = looked_into(scene, call, call.lineno)
        return self._returned(inner) if inner is not None else self._unseen()

    def _returned(self, inner: Scene) -> Answer:
        returned = [each for each in own_nodes(inner.function) if isinstance(each, ast.Return)]
        values = [each.value for each in returned if each.value is not None]
        possible = [each for each in values if may_be_in(each, self._question.text)] or values
        return worst(self.answer(each, inner, each.lineno) for each in possible) if possible else UNSAFE

    def _of_functions(self, functions: list[FunctionType], scene: Scene, name: str) -> Answer:
        """Functions that a framework calls: what they give back, or let through, is safe if one of them says so."""
        return best([self._of_function(each, scene, name) for each in functions])

    def _of_function(self, function: FunctionType, scene: Scene, name: str) -> Answer:
        """`name` is that of the field which is checked, where a function gets several."""
        inner = scene_of(function, scene.depth + 1)
        if inner is None:
            return self._unseen()
        names = set(parameters(inner.function)) - {"self", "cls"}
        if function.__name__ == "__init__":
            names &= {name}
        passed = best(
            Judge(inner, self._question, concerns).known_at(None)
            for concerns in (concerning(inner, names), asks_for(name, inner))
        )
        return best([passed, self._returned(inner)]) if _gives_back(inner.function) else passed

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
        if declared.safety < Safety.SAFE:
            name = part.attr if isinstance(part, ast.Attribute) else self._question.key
            declared = best([declared, self._of_functions(validators(part, scene), scene, name)])
        if known is not None or declared.safety is Safety.SAFE:
            return known or declared
        if isinstance(part, ast.Attribute) and isinstance(scene.resolve(part.value), ModuleType):
            return NEUTRAL if value is MISSING else UNSAFE  # a name of another module: `flask.request`
        if isinstance(part, ast.Subscript):
            whole = scene.resolve(part.value)
            if isinstance(whole, type) and issubclass(whole, Enum):
                return Answer(Safety.SAFE, "one of the listed", part.lineno)
            if of_the_code(whole, part.value, scene):
                return Answer(Safety.SAFE, "looked up", part.lineno)
        elif part.attr in NAME_PARTS and self._question.language == "path" and "Path" in ast.dump(part.value):
            return Answer(Safety.SAFE, f".{part.attr}", part.lineno)
        if isinstance(part, ast.Attribute) and part.attr not in PARTS_OF_REQUESTS:
            self.saw_all = False
        return best([self.answer(part.value, scene, line), self._asked(part, scene, line)])

    def _comprehension(
        self, comprehension: ast.ListComp | ast.SetComp | ast.GeneratorExp, scene: Scene, line: int
    ) -> Answer:
        taken = {name: (each.iter, scene, line) for each in comprehension.generators for name in names_in(each.target)}
        answer = self.answer(comprehension.elt, replace(scene, bound={**scene.bound, **taken}), line)
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


def _gives_back(function: FunctionNode) -> bool:
    return any(isinstance(each, ast.Return) and each.value is not None for each in own_nodes(function))


def _operands(expression: ast.expr) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.keyword):
            yield child.value
