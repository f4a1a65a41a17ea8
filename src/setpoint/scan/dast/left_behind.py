"""What checks may have left on the target, a line for each operation that made it. Called by `seeding`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Surface
from setpoint.scan.dast.creations import is_creation
from setpoint.scan.dast.learning_forms import makes_by_form
from setpoint.scan.dast.path_templates import located
from setpoint.scan.dast.values import is_file

MOST_NAMED: Final = 50
"""Objects of one operation that checks made and a person is told of by name."""


def made_by_checks(surface: Surface, answers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """They try creations, too; what came of it has no other trace. `answers`: path → what each request to it made."""
    root = urlsplit(surface.base).path
    for operation in surface.operations:
        is_made_by = makes_by_form(operation) if operation.page else is_creation(operation, surface)
        if is_made_by or any(map(is_file, operation.parts)):
            at = (each for each in answers if located(each.removeprefix(root), operation) is not None)
            made = [name for path in at for name in answers[path]]
            named = list(dict.fromkeys(filter(None, made)))
            told = ", ".join(named[:MOST_NAMED]) + (" and others" if len(named) > MOST_NAMED else "")
            if made:
                yield f"what checks may have made by {operation.key} ({len(made)})" + (f": {told}" if told else "")
