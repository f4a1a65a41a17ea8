"""Functions that ran are told once, the application's and the libraries' apart; exactly where Python can."""

from __future__ import annotations

import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from setpoint_agent.coverage import recorder, sampled
from setpoint_agent.coverage.exact import OURS, TOOL
from setpoint_agent.coverage.recorder import AS_PROGRAM, EXACT, SAMPLED, Coverage, functions_in
from setpoint_agent.coverage.sampled import SampledWatch
from setpoint_agent.stack import Application

monitoring: Any = getattr(sys, "monitoring", None)
exact = pytest.mark.skipif(monitoring is None, reason="sys.monitoring came with Python 3.12")

HERE = Path(__file__)


@contextmanager
def recording() -> Iterator[Coverage]:
    coverage = Coverage(Application((HERE.parent,)))
    coverage.start()
    try:
        yield coverage
    finally:
        coverage.stop()


def functions(coverage: Coverage, kind: str = "application") -> list[str]:
    taken = coverage.take_changed(1_000_000)
    return [each["function"].rpartition(".")[2] for each in taken[kind]]


def made(name: str, file: str = str(HERE)) -> Callable[[], None]:
    """A function that has never run."""
    space: dict[str, Any] = {}
    exec(compile(f"def {name}(): pass", file, "exec"), space)
    function: Callable[[], None] = space[name]
    return function


@exact
def test_exactly_what_ran_is_told_once() -> None:
    ran, not_run = made("ran"), made("not_run")
    installed = made("installed", f"{sysconfig.get_path('purelib')}/package/module.py")
    standard = made("standard", f"{sysconfig.get_path('stdlib')}/thing.py")
    with recording() as coverage:
        assert coverage.mode == EXACT
        for each in (ran, ran, installed, standard):
            each()
        threading.Thread(target=made("in_thread")).start()
        taken = coverage.take_changed(1_000_000)
        assert taken["mode"] == EXACT
        assert {"file": HERE.name, "line": 1, "function": "ran"} in taken["application"]
        assert {"file": "package/module.py", "line": 1, "function": "installed"} in taken["libraries"]
        told = [each["function"] for each in (*taken["application"], *taken["libraries"])]
        assert {"not_run", "standard"}.isdisjoint(told)
        assert told.count("ran") == 1
        assert "in_thread" in told
        ran()
        assert "ran" not in functions(coverage)
    assert not_run.__name__


@exact
def test_other_tools_are_undisturbed() -> None:
    met: list[str] = []
    profiler = monitoring.PROFILER_ID
    monitoring.use_tool_id(profiler, "a profiler")
    monitoring.register_callback(profiler, monitoring.events.PY_START, lambda code, _: met.append(code.co_name))
    monitoring.set_events(profiler, monitoring.events.PY_START)
    try:
        with recording():
            made("seen_by_both")()
            assert TOOL in {monitoring.get_tool(each) for each in OURS}
        made("seen_by_one")()
        assert monitoring.get_tool(profiler) == "a profiler"
    finally:
        monitoring.set_events(profiler, 0)
        monitoring.register_callback(profiler, monitoring.events.PY_START, None)
        monitoring.free_tool_id(profiler)
    assert {"seen_by_both", "seen_by_one"} <= set(met)
    assert TOOL not in {monitoring.get_tool(each) for each in range(6)}


@exact
def test_where_others_have_every_id_it_samples() -> None:
    for each in OURS:
        monitoring.use_tool_id(each, "somebody")
    try:
        with recording() as coverage:
            assert coverage.mode == SAMPLED
    finally:
        for each in OURS:
            monitoring.free_tool_id(each)


@exact
def test_off_and_on_again_tells_nothing_twice() -> None:
    first, second = made("first"), made("second")
    with recording() as coverage:
        first()
        assert "first" in functions(coverage)
        coverage.stop()
        second()
        coverage.start()
        first()
        assert functions(coverage).count("first") == 0
        second()
        assert "second" in functions(coverage)


def test_what_is_seen_running_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "ExactWatch", lambda *_: _Unable())
    monkeypatch.setattr(sampled, "BETWEEN", 0.005)
    stopped = threading.Event()

    def works_for_a_while() -> None:
        while not stopped.is_set():
            sum(range(1_000))

    worker = threading.Thread(target=works_for_a_while)
    worker.start()
    try:
        with recording() as coverage:
            assert coverage.mode == SAMPLED
            seen: list[str] = []
            deadline = time.monotonic() + 10
            while "works_for_a_while" not in seen:
                assert time.monotonic() < deadline
                seen += functions(coverage)
                time.sleep(0.005)
            assert seen.count("works_for_a_while") == 1
    finally:
        stopped.set()
        worker.join()


class _Unable:
    cpu_seconds = 0.0

    def start(self) -> bool:
        return False


def test_a_process_that_rests_is_looked_at_less_and_less() -> None:
    watch = SampledWatch(lambda _: None)
    watch._turn()
    rests = [watch._turn() for _ in range(8)]
    assert rests[-1] > 0.4
    sum(range(500_000))
    assert watch._turn() < 0.2


def test_work_that_is_always_the_same_is_looked_at_less(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = SampledWatch(lambda _: None)
    rests = [work_and(watch) for _ in range(8)]
    assert min(rests[-4:]) > sampled.BETWEEN
    assert max(rests) < sampled.LONGEST_AT_WORK * 1.6
    monkeypatch.setattr(watch, "_look", lambda: watch._seen.update({0: made("new").__code__}))
    assert work_and(watch) < 0.2


def work_and(watch: SampledWatch) -> float:
    sum(range(500_000))
    return watch._turn()


def test_looking_takes_its_share_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = SampledWatch(lambda _: None)
    monkeypatch.setattr(watch, "_look", lambda: sum(range(1_000_000)))
    began = time.thread_time()
    rest = watch._turn()
    spent = time.thread_time() - began
    assert spent / rest < 0.01


def test_code_that_is_made_without_end_is_let_go() -> None:
    kept: list[CodeType] = []
    watch = SampledWatch(kept.append)
    watch._seen = {number: made("any").__code__ for number in range(sampled.MOST_REMEMBERED + 1)}
    watch._look()
    assert len(watch._seen) < 1_000


def test_a_report_has_room_for_so_many() -> None:
    coverage = Coverage(Application((HERE.parent,)))
    for number in range(300):
        coverage._met.append(made(f"f{number}").__code__)
    first = coverage.take_changed(20_000)["application"]
    assert 0 < len(first) < 300
    rest = coverage.take_changed(1_000_000)["application"]
    assert len({each["function"] for each in (*first, *rest)}) == 300


def test_functions_of_a_file_are_those_with_a_name_at_any_depth() -> None:
    source = """
@print
def one(a=lambda: 1):
    def two():
        return [each for each in ()]
    class Three:
        async def four(self): yield
class Five:
    def six(self): pass
"""
    found = {each.co_qualname: each.co_firstlineno for each in functions_in(compile(source, "any", "exec"))}
    assert found == {
        "one": 2,
        "one.<locals>.two": 4,
        "one.<locals>.Three.four": 7,
        "Five.six": 9,
    }


@exact
def test_of_a_file_that_is_loaded_all_functions_are_told_whether_they_run_or_not() -> None:
    space: dict[str, Any] = {}
    with recording() as coverage:
        exec(compile("def run(): pass\ndef rest(): pass\nrun()", str(HERE), "exec"), space)
        told = coverage.take_changed(1_000_000)
        again = coverage.take_changed(1_000_000)
    assert [each["function"] for each in told["defined"]] == ["run", "rest", AS_PROGRAM]
    assert {each["function"] for each in told["application"]} >= {"run", "<module>"}
    assert "rest" not in {each["function"] for each in told["application"]}
    assert again["defined"] == []


@exact
@pytest.mark.parametrize(("name", "is_told"), [("__main__", True), ("shop.views", False)])
def test_a_file_that_is_the_program_is_told_apart_from_one_that_is_imported(name: str, *, is_told: bool) -> None:
    with recording() as coverage:
        exec(compile("pass", str(HERE), "exec"), {"__name__": name})
        told = coverage.take_changed(1_000_000)
    as_program = {"file": HERE.name, "line": 1, "function": AS_PROGRAM}
    assert as_program in told["defined"]
    assert (as_program in told["application"]) is is_told


@exact
def test_a_program_that_began_before_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    program = ModuleType("__main__")
    program.__file__ = str(HERE)
    monkeypatch.setitem(sys.modules, "__main__", program)
    with recording() as coverage:
        assert AS_PROGRAM in functions(coverage)


def test_coverage_that_lost_something_is_exact_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_FUNCTIONS", 2)
    coverage = Coverage(Application((HERE.parent,)))
    coverage.mode = EXACT
    for name in ("one", "two"):
        coverage._met.append(made(name).__code__)
    coverage.take_changed(1_000_000)
    assert coverage.mode == EXACT
    coverage._met.append(made("three").__code__)
    coverage.take_changed(1_000_000)
    assert coverage.mode == SAMPLED


def test_coverage_that_may_have_dropped_something_is_exact_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_WAITING", 2)
    coverage = Coverage(Application((HERE.parent,)))
    coverage.mode = EXACT
    coverage._met.extend(made(name).__code__ for name in ("one", "two", "three"))
    coverage.take_changed(1_000_000)
    assert coverage.mode == SAMPLED
