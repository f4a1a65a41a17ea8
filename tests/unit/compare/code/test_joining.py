"""What production says of a weakness; what raises it is matched generously, what lets it sink has to be certain."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from setpoint.compare.code.joining import CodeJoiner
from setpoint.compare.code.meeting import AS_PROGRAM
from setpoint.compare.interface import WeaknessJoiner
from setpoint.model.inside import CodeSeen
from setpoint.model.report import Coverage, Frame
from setpoint.model.scan import CodePlace, ScanKind, Standing, StandingOf, Weakness

from .building import COUNT, FIND, NOW, SIGHTING, UNUSED, place, seen, watch, weakness

Scanned = Mapping[str, Sequence[Weakness]]

JOINER: WeaknessJoiner = CodeJoiner()
SCANNED = {"1.0": (FIND, COUNT, UNUSED)}


def standing(told: Weakness, inside: CodeSeen, scanned: Scanned | None = None) -> StandingOf:
    return JOINER.standings((told,), inside, SCANNED if scanned is None else scanned)[told.fingerprint]


def test_input_that_gets_to_the_statement_confirms_it() -> None:
    found = standing(FIND, seen(places=(place(attacks=3),)))
    assert (found.standing, found.places, found.watched) == (Standing.CONFIRMED, ("k" * 32,), 0)
    assert found.because == (
        "query q of a request reaches sqlite3.Cursor.execute (7 times, 3 attacks got through): "
        "GET /search → search (shop/views.py:41) → Store.find (shop/store.py:12)"
    )


def test_of_two_in_a_function_the_one_is_confirmed_that_the_line_is_of() -> None:
    found = JOINER.standings((FIND, COUNT), seen(places=(place(),)), SCANNED)
    assert [found[each.fingerprint].standing for each in (FIND, COUNT)] == [Standing.CONFIRMED, Standing.REACHED]


def test_where_no_scan_says_whose_the_line_was_all_of_the_function_are_confirmed() -> None:
    found = JOINER.standings((FIND, COUNT), seen(places=(place(),)), {})
    assert {each.standing for each in found.values()} == {Standing.CONFIRMED}


def test_one_that_was_written_anew_since_is_confirmed_and_an_old_neighbour_is_not() -> None:
    anew = replace(FIND, fingerprint="d" * 32)
    found = JOINER.standings((anew, COUNT), seen(places=(place(),)), SCANNED)
    assert found[anew.fingerprint].standing is Standing.CONFIRMED
    assert found[COUNT.fingerprint].standing is Standing.REACHED


@pytest.mark.parametrize("line", [11, 12, 999])
def test_lines_that_moved_in_a_release_without_a_scan_keep_it_confirmed(line: int) -> None:
    frames = (Frame("shop/store.py", line, "Store.find"),)
    assert standing(FIND, seen(places=(place(release="0.9", frames=frames),))).standing is Standing.CONFIRMED


def test_another_kind_of_weakness_or_another_function_confirms_nothing() -> None:
    other = place(cwe=22)
    elsewhere = place(frames=(Frame("shop/store.py", 12, "Store.other"),))
    assert standing(FIND, seen(places=(other,))).standing is Standing.REACHED
    assert standing(FIND, seen(places=(elsewhere,))).standing is Standing.REACHED


def test_a_function_on_the_way_is_reached_with_the_way_told_and_not_watched() -> None:
    told = weakness("d" * 32, "src/shop/views.py", "search", 30)
    found = standing(told, seen(places=(place(),)), {"1.0": (told,)})
    assert (found.standing, found.places, found.watched) == (Standing.REACHED, ("k" * 32,), 0)
    assert found.because.startswith("its function is on the way of a request to sqlite3.Cursor.execute: GET /search")


def test_a_statement_that_hands_its_input_on_to_a_helper_is_confirmed() -> None:
    told = weakness("d" * 32, "src/shop/views.py", "search", 40, spans=((40, 40), (41, 41)))
    beside = replace(told, fingerprint="e" * 32, spans=((50, 50),))
    found = JOINER.standings((told, beside), seen(places=(place(),)), {"1.0": (told, beside)})
    assert [found[each.fingerprint].standing for each in (told, beside)] == [Standing.CONFIRMED, Standing.REACHED]
    unknown = JOINER.standings((told, beside), seen(places=(place(),)), {})
    assert {each.standing for each in unknown.values()} == {Standing.REACHED}


def test_a_call_that_is_weak_by_itself_is_reached() -> None:
    told = replace(FIND, cwes=(327,))
    found = standing(told, seen(places=(place(kind="weak-hash", cwe=328, sink="hashlib.md5", origins=()),)))
    assert (found.standing, found.places) == (Standing.REACHED, ("k" * 32,))
    assert "hashlib.md5" in found.because


def test_calls_that_were_looked_at_in_vain_in_its_lines_are_counted() -> None:
    looks = {(13, "Store.find", 89): 900, (20, "Store.find", 89): 5_000, (13, "Store.find", 22): 70}
    found = standing(FIND, seen(watch(looks=looks)))
    assert (found.standing, found.watched) == (Standing.REACHED, 900)
    assert "900 calls" in found.because


def test_what_other_releases_looked_at_counts_where_their_scan_had_it_too() -> None:
    looks = {(12, "Store.find", 89): 100}
    later = watch("1.1", looks=looks, begin=NOW + timedelta(days=10))
    moved = replace(FIND, spans=((111, 112),))
    inside = seen(watch(looks=looks), later, watch("1.2", looks=looks))
    assert standing(FIND, inside, {"1.0": (FIND,), "1.1": (FIND,), "1.2": (COUNT,)}).watched == 200
    assert standing(FIND, inside, {"1.0": (FIND,), "1.1": (moved,)}).watched == 100
    renamed = replace(FIND, place=CodePlace("src/shop/other.py", 11, 11, "Store.find"))
    assert standing(FIND, inside, {"1.0": (renamed,)}).watched == 0
    assert standing(FIND, inside, {}).watched == 0


def test_what_is_confirmed_is_never_watched() -> None:
    found = standing(FIND, seen(watch(looks={(12, "Store.find", 89): 10**6}), places=(place(),)))
    assert (found.standing, found.watched) == (Standing.CONFIRMED, 0)


def test_never_executed_is_what_was_loaded_and_did_not_run_in_a_week_of_exact_coverage() -> None:
    found = standing(UNUSED, seen())
    assert found.standing is Standing.NEVER_EXECUTED
    assert found.because == (
        "Store.purge did not run in 10 days in which every function that ran was seen, in release 1.0"
    )


@pytest.mark.parametrize(
    ("inside", "scanned", "because"),
    [
        (seen(watch(days=3)), SCANNED, "in less than 7 days"),
        (seen(watch(coverage=Coverage.SAMPLED)), SCANNED, "not every function that runs is seen"),
        (seen(watch(), watch("1.1", coverage=Coverage.SAMPLED)), SCANNED, "not every function that runs is seen"),
        (seen(is_whole=False), SCANNED, "not every function that runs is seen"),
        (seen(), {}, "whether the releases that agents watched had it is not known"),
        (seen(), {"1.0": (FIND,)}, "whether the releases that agents watched had it is not known"),
        (seen(watch(defined={"shop/views.py": frozenset({"search"})})), SCANNED, "nor its file to be loaded"),
    ],
)
def test_whatever_is_less_than_certain_is_not_seen(inside: CodeSeen, scanned: Scanned, because: str) -> None:
    found = standing(UNUSED, inside, scanned)
    assert (found.standing, found.watched) == (Standing.NOT_SEEN, 0)
    assert because in found.because


def test_days_of_several_releases_add_up_and_the_same_day_counts_once() -> None:
    scanned = {"1.0": (UNUSED,), "1.1": (UNUSED,)}
    apart = seen(watch(days=4), watch("1.1", days=4, begin=NOW + timedelta(days=30)))
    together = seen(watch(days=4), watch("1.1", days=4, begin=NOW + timedelta(hours=1)))
    assert standing(UNUSED, apart, scanned).standing is Standing.NEVER_EXECUTED
    assert standing(UNUSED, together, scanned).standing is Standing.NOT_SEEN


def test_a_file_that_was_never_loaded_while_its_neighbours_were_is_never_executed() -> None:
    told = weakness("d" * 32, "src/shop/legacy.py", "old")
    assert standing(told, seen(), {"1.0": (told,)}).standing is Standing.NEVER_EXECUTED
    apart = weakness("d" * 32, "src/tools/legacy.py", "old")
    assert standing(apart, seen(), {"1.0": (apart,)}).standing is Standing.NOT_SEEN


OLD = weakness("e" * 32, "src/shop/plugins/old.py", "run", 3)


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        ("shop/views.py", Standing.NEVER_EXECUTED),
        ("shop/plugins/new.py", Standing.NEVER_EXECUTED),
        ("plugins/old.py", Standing.NOT_SEEN),
        ("vendored/old.py", Standing.NOT_SEEN),
        ("till/views.py", Standing.NOT_SEEN),
    ],
)
def test_a_folder_of_which_nothing_was_loaded_is_never_executed_unless_it_may_lie_elsewhere(
    running: str, expected: Standing
) -> None:
    inside = seen(watch(defined={running: frozenset({"search"})}))
    assert standing(OLD, inside, {"1.0": (OLD,)}).standing is expected


def test_what_only_a_program_runs_is_not_said_to_run_where_its_file_was_loaded() -> None:
    told = weakness("e" * 32, "src/shop/views.py", "", 90)
    program = replace(told, spans=())
    inside = seen(watch(defined={"shop/views.py": frozenset({"search"})}))
    assert standing(told, inside, {}).standing is Standing.REACHED
    assert standing(program, inside, {}).standing is Standing.UNKNOWN


PROGRAM = weakness("e" * 32, "src/shop/views.py", "", 90, spans=())


@pytest.mark.parametrize(
    ("coverage", "defined", "reached", "expected"),
    [
        (Coverage.EXACT, AS_PROGRAM, (), Standing.NEVER_EXECUTED),
        (Coverage.EXACT, AS_PROGRAM, (("shop/views.py", AS_PROGRAM),), Standing.REACHED),
        (Coverage.EXACT, AS_PROGRAM, (("shop/store.py", AS_PROGRAM),), Standing.NEVER_EXECUTED),
        (Coverage.EXACT, "search", (), Standing.UNKNOWN),
        (Coverage.SAMPLED, AS_PROGRAM, (), Standing.UNKNOWN),
    ],
)
def test_what_only_a_program_runs_never_ran_where_its_file_was_only_imported(
    coverage: Coverage, defined: str, reached: tuple[tuple[str, str], ...], expected: Standing
) -> None:
    inside = seen(watch(coverage=coverage, defined={"shop/views.py": frozenset({defined})}), reached=reached)
    assert standing(PROGRAM, inside, {"1.0": (PROGRAM,)}).standing is expected


def test_what_is_told_of_a_whole_file_is_not_what_only_a_program_runs() -> None:
    whole = replace(PROGRAM, place=CodePlace("src/shop/views.py"))
    inside = seen(watch(defined={"shop/views.py": frozenset({AS_PROGRAM})}))
    assert standing(whole, inside, {"1.0": (whole,)}).standing is Standing.UNKNOWN


def test_what_runs_within_a_function_says_that_it_ran() -> None:
    reached = (
        ("shop/store.py", "Store.purge.<locals>.<listcomp>"),
        ("shop/store.py", "load.<locals>.each.<locals>.go"),
    )
    assert standing(UNUSED, seen(reached=reached)).standing is Standing.REACHED
    outer = weakness("d" * 32, "src/shop/store.py", "load")
    assert standing(outer, seen(reached=reached)).standing is Standing.REACHED


def test_a_frame_of_a_place_says_that_its_function_ran() -> None:
    told = weakness("d" * 32, "src/shop/views.py", "search", 1, 22)
    assert standing(told, seen(places=(place(),), reached=())).standing is Standing.REACHED


def test_a_call_that_was_looked_at_says_that_its_function_ran() -> None:
    found = standing(FIND, seen(watch(looks={(12, "Store.find", 89): 5}, coverage=Coverage.SAMPLED), reached=()))
    assert (found.standing, found.watched) == (Standing.REACHED, 5)


@pytest.mark.parametrize("kind", [ScanKind.SECRETS, ScanKind.PIPELINE, ScanKind.IAC, ScanKind.DEPENDENCIES])
def test_what_no_agent_can_see_stays_not_known(kind: ScanKind) -> None:
    found = standing(replace(UNUSED, kind=kind), seen(places=(place(),)))
    assert (found.standing, found.places, found.watched) == (Standing.UNKNOWN, (), 0)


def test_a_password_in_the_source_does_harm_without_being_run() -> None:
    told = replace(UNUSED, cwes=(259,))
    assert standing(told, seen()).standing is Standing.UNKNOWN
    keyed = place(kind="weak-token-key", cwe=798, origins=(), frames=(Frame("shop/store.py", 41, "Store.purge"),))
    assert standing(told, seen(places=(keyed,))).standing is Standing.REACHED


def test_nothing_is_known_without_agents_or_without_a_function() -> None:
    nothing = CodeSeen("shop")
    assert standing(FIND, nothing, {}).because == "no agent watches the service"
    page = weakness("d" * 32, "web/app.js", "")
    assert standing(page, seen()).because == "nothing tells which function it is in"
    at_import = weakness("d" * 32, "src/shop/store.py", "")
    assert standing(at_import, seen()).standing is Standing.REACHED


def test_a_path_that_could_be_either_of_two_is_neither() -> None:
    reached = (("one/store.py", "Store.find"), ("two/store.py", "Store.find"))
    told = replace(FIND, place=CodePlace("store.py", 11, 11, "Store.find"))
    found = standing(told, seen(watch(defined={}), reached=reached), {})
    assert found.standing is Standing.NOT_SEEN


def test_joining_is_quick() -> None:
    """1,000 weaknesses, 500 places, 20,000 functions."""
    files = [f"src/shop/part{number}/views.py" for number in range(250)]
    told = [weakness(f"{n:032x}", files[n % 250], f"Views.method{n}", n, 89) for n in range(1_000)]
    reached = tuple((files[n % 250].removeprefix("src/"), f"Views.method{n}") for n in range(20_000))
    places = tuple(
        place(
            f"{n:032x}", frames=(SIGHTING.frames[0], Frame(files[n % 250].removeprefix("src/"), n, f"Views.method{n}"))
        )
        for n in range(500)
    )
    inside = seen(watch(), places=places, reached=reached)
    best = min(_seconds(told, inside) for _ in range(3))
    assert best < 0.5  # ten times what it takes alone on a machine
    found = JOINER.standings(told, inside, {"1.0": told})
    assert sum(each.standing is Standing.CONFIRMED for each in found.values()) == 500


def _seconds(told: list[Weakness], inside: CodeSeen) -> float:
    began = time.perf_counter()
    JOINER.standings(told, inside, {"1.0": told})
    return time.perf_counter() - began
