"""Predictable numbers: the Mersenne Twister of `random`, asked by the application's own code.

Of generators that the application makes itself, those count that take their numbers from it, too; one with a source of
its own (`SystemRandom`, and with it `secrets`) does not. `numpy.random` is not watched: it serves statistics.

These may be the hottest functions of an application, so who called is asked sparingly: for the first `MOST_LOOKS` calls
of a request; outside of requests less and less often as long as nothing new is found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from setpoint_agent.catalogue import WEAK_RANDOMNESS
from setpoint_agent.examination import calls_seen
from setpoint_agent.patching.bound import put_on_class
from setpoint_agent.patching.interface import Preparation
from setpoint_agent.patching.replace import MARK
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.own_calls import look

if TYPE_CHECKING:
    import random

METHODS: Final = (
    "betavariate", "choice", "choices", "expovariate", "gammavariate", "gauss", "getrandbits", "lognormvariate",
    "normalvariate", "paretovariate", "randbytes", "randint", "random", "randrange", "sample", "shuffle", "triangular",
    "uniform", "vonmisesvariate", "weibullvariate",
)  # fmt: skip
"""All that give numbers or an order and are older than 3.12's `binomialvariate`, which serves statistics alone."""
_INNER: Final = ("getrandbits", "random", "randrange")
"""What the others are made of."""
MOST_LOOKS: Final = 64
"""Calls of one function in one request of which the caller is asked for."""
LONGEST_PAUSE: Final = 63
"""Calls of one function outside of requests that are let pass between two looks."""


class _Watched:
    """What is remembered of one function."""

    __slots__ = ("length", "name", "pause")

    def __init__(self, name: str) -> None:
        self.name = f"random.{name}"
        self.pause = self.length = 0
        """Calls outside of requests that are let pass from now on, and after the last look."""

    def wanted(self) -> bool:
        """Whether to ask who is calling."""
        request = current.get()
        if request is not None:
            looks = request.looks
            count = looks.get(self.name, 0)
            if count >= MOST_LOOKS:
                return False
            looks[self.name] = count + 1
        elif self.pause:
            self.pause -= 1
            return False
        return True

    @quietly
    def look(self, generator: random.Random, caller: FrameType) -> None:
        known = len(calls_seen)
        if _is_predictable(type(generator)):
            look(caller, WEAK_RANDOMNESS, self.name)
        if current.get() is None:
            found = len(calls_seen) > known
            self.pause = self.length = 0 if found else min(self.length * 2 + 1, LONGEST_PAUSE)


def _watching(original: Callable[..., Any]) -> Callable[..., Any]:
    watched = _Watched(original.__name__)
    wanted, frame = watched.wanted, sys._getframe

    # Written twice: handing on arguments that there are none of would double what `random()` costs.
    def without_arguments(self: random.Random) -> Any:
        if wanted():
            watched.look(self, frame(1))
        return original(self)

    def with_arguments(self: random.Random, *arguments: Any, **keywords: Any) -> Any:
        if wanted():
            watched.look(self, frame(1))
        return original(self, *arguments, **keywords)

    return without_arguments if original.__name__ == "random" else with_arguments


def _is_predictable(kind: type) -> bool:
    """Whether its numbers are those of `random.Random`: a generator of another source replaces these two methods."""
    twister: Any = sys.modules["random"].Random
    return getattr(kind, "random", None) is twister.random and getattr(kind, "getrandbits", None) is twister.getrandbits


def _watch(module: ModuleType) -> None:
    put_on_class(module, "Random", METHODS, _watching)
    _spare_inner_calls(module)


def _spare_inner_calls(module: ModuleType) -> None:
    """The generator behind the module's own functions calls what they are made of without anyone's looking on."""
    generator, twister = getattr(module, "_inst", None), module.Random
    if isinstance(generator, twister):
        for name in _INNER:
            wrapper: Any = getattr(twister, name)
            setattr(generator, name, getattr(wrapper, MARK).__get__(generator))


PATCHES: Final = (Preparation("random", _watch),)
