"""An attribute is made once for each object, whoever asks and however often, without a lock."""

from __future__ import annotations

import copy
import os
import threading

from setpoint_agent.once import once


class Basket:
    def __init__(self) -> None:
        self.made = 0

    @once
    def items(self) -> list[str]:
        """What lies in it."""
        self.made += 1
        return []


def test_it_is_made_when_it_is_first_asked_for() -> None:
    basket = Basket()
    assert "items" not in vars(basket)
    basket.items.append("pear")
    assert basket.items == vars(basket)["items"] == ["pear"]
    assert basket.made == 1
    assert Basket().items == []
    assert copy.copy(basket).items is basket.items


def test_the_class_says_what_it_is() -> None:
    assert Basket.items.__doc__ == "What lies in it."


def test_a_child_of_a_fork_waits_for_nobody() -> None:
    asked, answered = threading.Event(), threading.Event()

    class Slow:
        @once
        def thing(self) -> int:
            asked.set()
            return 1 if answered.wait(10) else 0

    waiting = threading.Thread(target=lambda: Slow().thing)
    waiting.start()
    assert asked.wait(10)
    child = os.fork()
    if not child:
        answered.set()
        os._exit(Slow().thing)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    answered.set()
    waiting.join()
