"""What a test is judged about: a value, and the expressions of one scene that hold it. `checks` asks."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from setpoint_agent.reading.answer import Answer, Question, Safety
from setpoint_agent.reading.held import SHORTEST_PIECE, holds
from setpoint_agent.reading.scene import Scene, names_in
from setpoint_agent.reading.source import own_nodes


@dataclass(frozen=True, slots=True)
class Subject:
    """See above."""

    scene: Scene
    question: Question
    concerns: Callable[[ast.AST], bool]
    """Whether an expression holds the value, or something made of it."""

    def is_of_another(self, part: ast.expr) -> bool:
        """Whether `part` is known by now, and is nothing of the value: one member's check clears no other's."""
        held = self.scene.resolve(part)
        return isinstance(held, str) and len(held) >= SHORTEST_PIECE and not holds(held, self.question.found)

    def safe_in(self, language: str, reason: str, line: int) -> Answer:
        """What makes the value safe in one language, and says little about it in any other."""
        return Answer(Safety.SAFE if self.question.language == language else Safety.UNSURE, reason, line)


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
