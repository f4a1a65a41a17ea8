"""Whether an application's own unpickler lets only some classes through, as the documentation of pickle advises."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from setpoint_agent.reading.source import function_of, own_nodes


def restricts(unpickler: type[Any]) -> bool:
    """Whether it has a `find_class` of its own which refuses something.

    https://docs.python.org/3/library/pickle.html#restricting-globals
    """
    for owner in unpickler.__mro__:
        finder = vars(owner).get("find_class")
        if isinstance(finder, FunctionType):
            function = function_of(finder.__code__)
            return function is not None and any(isinstance(each, ast.Raise) for each in own_nodes(function))
    return False
