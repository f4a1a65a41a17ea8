"""Python code that is made of input: `eval`, `exec`, `compile`, and modules that are chosen by name.

What the built-in functions are given is announced by the interpreter, since no wrapper could stand in their place
(`eval` works in its caller's frame). Libraries compile as well (templates, data classes): only calls that the
application's own code makes count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import CODE_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import examining, looking

_SAFE_AFTER: Final = frozenset({"python"})


def _sink(name: str) -> Sink:
    return Sink(CODE_INJECTION, name, "python", _SAFE_AFTER)


_EVAL, _EXEC, _COMPILE, _IMPORT = _sink("eval"), _sink("exec"), _sink("compile"), _sink("__import__")
_IMPORT_MODULE: Final = _sink("importlib.import_module")


def _compiled(arguments: tuple[Any, ...]) -> None:
    """`compile(source, file name)`: also what `eval` and `exec` do with a text, with a file name of their own."""
    if current.get() is None:
        return
    caller = application_caller()
    if caller is None:
        return
    source, file = arguments[0], arguments[1]
    where = _COMPILE
    if file == "<string>":
        where = _EXEC if "exec" in caller.f_code.co_names and "eval" not in caller.f_code.co_names else _EVAL
    examine(where, source)


def _imported(arguments: tuple[Any, ...]) -> None:
    """`import(name, …)`, of modules that were not loaded yet: by `__import__`, if no statement names them."""
    if current.get() is None:
        return
    caller = application_caller()
    name = arguments[0]
    if caller is not None and not any(each.partition(".")[0] == name for each in caller.f_code.co_names):
        examine(_IMPORT, name)


def _import_module(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """Libraries load their plug-ins by name as well, and names of modules are common words."""
    if application_caller() is not None:
        examine(_IMPORT_MODULE, arguments[0] if arguments else keywords.get("name"))


PATCHES: Final = (
    Patch("importlib", "import_module", looking(_import_module)),
    Patch("runpy", "run_path", examining(_sink("runpy.run_path"), 0, "path_name")),
    Patch("runpy", "run_module", examining(_sink("runpy.run_module"), 0, "mod_name")),
    Patch("code", "InteractiveInterpreter.runsource", examining(_sink("code.InteractiveInterpreter"), 1, "source")),
    Patch("timeit", "Timer.__init__", examining(_sink("timeit.Timer"), 1, "stmt")),
)
AUDITS: Final = {"compile": _compiled, "import": _imported}
