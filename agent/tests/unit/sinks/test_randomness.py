"""Predictable numbers, and those that are not; who asks for them; and that generators stay what they are."""

from __future__ import annotations

import inspect
import pickle
import random
import secrets
from collections.abc import Callable
from random import choice  # before the agent is put in place

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.sinks.randomness import METHODS, MOST_LOOKS

FAMILY = "sinks.randomness"
GENERATOR = random.Random(7)


class Dice(random.Random):
    """A generator of the application, with the same source."""


class Noise(random.Random):
    """One with a source of its own."""

    def random(self) -> float:
        return 0.5

    def getrandbits(self, k: int, /) -> int:
        return secrets.randbits(k)


PREDICTABLE: dict[str, Callable[[], object]] = {
    "random.random": lambda: round(random.random()),
    "random.randint": lambda: random.randint(1, 6),
    "random.getrandbits": lambda: random.getrandbits(128),
    "random.randbytes": lambda: random.randbytes(16),
    "random.choices": lambda: random.choices("abc", k=8),
    "random.choice": lambda: choice("abc"),
    "random.shuffle": lambda: random.shuffle([1, 2, 3]),
    "random.sample": lambda: GENERATOR.sample(range(9), 3),
    "random.uniform": lambda: random.Random().uniform(0, 1),
    "random.randrange": lambda: Dice().randrange(6),
}
UNPREDICTABLE: dict[str, Callable[[], object]] = {
    "SystemRandom": lambda: random.SystemRandom().choice("abc"),
    "secrets": lambda: (secrets.token_hex(), secrets.choice("abc"), secrets.randbelow(6)),
    "a source of its own": lambda: Noise().choice("abc"),
    "no number": lambda: random.seed(7),
}


@pytest.mark.parametrize("sink", PREDICTABLE)
def test_predictable(watching: Watch, sink: str) -> None:
    evidence = watching(FAMILY, sources=False)

    with request_of("blue"):
        PREDICTABLE[sink]()
    assert [each.sink for each in evidence] == [sink]
    assert evidence[0].kind.cwe == 330


@pytest.mark.parametrize("name", UNPREDICTABLE)
def test_unpredictable(watching: Watch, name: str) -> None:
    evidence = watching(FAMILY, sources=False)
    with request_of("blue"):
        UNPREDICTABLE[name]()
    assert evidence == []


def test_libraries_have_their_own(watching: Watch) -> None:
    import tempfile

    evidence = watching(FAMILY, sources=False)
    with request_of("blue"), tempfile.TemporaryDirectory():
        pass
    assert evidence == []


def test_outside_of_requests_a_place_counts_once(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    for _ in range(1_000):
        random.gauss(0, 1)
    for _ in range(1_000):
        random.gauss(0, 1)
        random.gauss(0, 1)
    assert len({each.frames[-1].line for each in evidence}) == len(evidence) == 3


def test_one_function_called_without_end_hides_no_other(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    with request_of("blue"):
        for _ in range(MOST_LOOKS * 2):
            random.randint(1, 6)
        random.choice("abc")
    assert [each.sink for each in evidence] == ["random.randint", "random.choice"]


def test_generators_stay_what_they_are(watching: Watch) -> None:
    expected = [random.Random(7).random(), random.Random(7).randint(1, 100), random.Random(7).choice("abcdef")]
    watching(FAMILY, sources=False)
    assert [random.Random(7).random(), random.Random(7).randint(1, 100), random.Random(7).choice("abcdef")] == expected
    assert pickle.loads(pickle.dumps(random.Random(7))).random() == expected[0]
    assert list(inspect.signature(random.choice).parameters) == ["seq"]
    assert all(getattr(random, name).__self__ is random.choice.__self__ for name in METHODS)  # type: ignore[attr-defined]  # a method

    class Game:
        pick = random.choice  # a bound method does not become another's

    assert Game().pick("a") == "a"
    with pytest.raises(TypeError):
        random.random(1)  # type: ignore[call-arg]  # on purpose
    with pytest.raises(IndexError, match="empty"):
        random.choice("")
