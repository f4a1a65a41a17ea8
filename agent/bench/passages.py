"""What escapers, checks and weak calls cost: `python bench/passages.py` prints nanoseconds of one call, by situation.

`alone` is the function without the agent; the rest is what the agent adds: outside of a request; inside, called by a
library; inside, called by the application. The escaper of pages may add 300 ns, `random.random` 150 outside.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from setpoint_agent import examination
from setpoint_agent.patching.placing import place
from setpoint_agent.request import Request, current
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch

CALLS: Final[dict[str, tuple[Any, ...]]] = {
    "markupsafe:escape": ("light & blue",),
    "html:escape": ("light & blue",),
    "shlex:quote": ("light blue",),
    "urllib.parse:quote": ("light blue",),
    "posixpath:basename": ("/srv/blue.txt",),
    "json:dumps": ({"colour": "blue"},),
    "re:escape": ("light-blue",),
    "uuid:UUID": ("0f8fad5b-d9cb-469f-a165-70867728950e",),
    "random:random": (),
    "random:randint": (1, 6),
    "hashlib:md5": (b"blue",),
    "hashlib:sha256": (b"blue",),
}
FAMILIES: Final = ("passages.escapers", "passages.validators", "sinks.hashing", "sinks.randomness")
TIMES, REPEATS = 5_000, 40
LOOP: Final = """
def measure(function, arguments, times, repeats):
    return min(timeit.repeat(lambda: function(*arguments), number=times, repeat=repeats)) / times * 1e9
"""
FILES: Final = {
    "a library": "/usr/lib/python3/dist-packages/caller.py",
    "the application": f"{Path(__file__).parent}/own.py",
}


def caller(file: str) -> Callable[[Callable[..., Any], tuple[Any, ...]], float]:
    """A loop around calls that stands in `file`."""
    space: dict[str, Any] = {"timeit": timeit, "__name__": "caller", "__file__": file}
    exec(compile(LOOP, file, "exec"), space)
    return lambda function, arguments: space["measure"](function, arguments, TIMES, REPEATS)


def column(file: str) -> dict[str, float]:
    measure = caller(file)
    found = {}
    for name, arguments in CALLS.items():
        module, _, attribute = name.partition(":")
        found[name] = measure(getattr(import_module(module), attribute), arguments)
    return found


def main() -> None:
    library, application = FILES.values()
    alone = column(library)
    place(FAMILIES)
    switch.on = True
    examination.begin(examination.Examination(Application((Path(__file__).parent,)), lambda _: None))
    columns = [column(library)]
    for file in (library, application):
        token = current.set(Request("GET", "/"))
        columns.append(column(file))
        current.reset(token)
    print(f"{'':20}{'alone':>8}{'outside':>10}{'a library':>12}{'the application':>18}")
    for name, base in alone.items():
        outside, by_library, by_application = (each[name] - base for each in columns)
        print(f"{name:20}{base:8.0f}{outside:+10.0f}{by_library:+12.0f}{by_application:+18.0f}")


if __name__ == "__main__":
    main()
