"""One weakness for each problem, however many tools told it; its fingerprint outlives moves, renames and formatting."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScannerRun, ScanResult, ScanStatus, Weakness
from setpoint.scan.weaknesses import newness, weaknesses_of

STATEMENTS = (
    "danger(a)",
    "b = danger(a, 'text')",
    "return danger(a) + other(b)",
    "if danger(a): pass",
    "with danger(a) as c: other(c)",
    "danger({'one': [a, b], 'two': other(a, b=1)}, key=lambda each: each + 1)",
    "rows = [danger(each) for each in a]",
    "other(a)",
)


def result(file: str, line: int, tool: str = "bandit", rule: str = "B608", **more: Any) -> ScanResult:
    end = more.pop("end", line)
    usual: dict[str, Any] = {"severity": Severity.MEDIUM, "message": "told", "cwes": (89,)}
    return ScanResult(tool, rule, place=CodePlace(file, line, end), **(usual | more))


def scanned(root: Path, *results: ScanResult) -> tuple[Weakness, ...]:
    return weaknesses_of([ScannerRun("any", ScanKind.SAST, ScanStatus.COMPLETE, results=results)], root)


def flagged(files: Mapping[str, str]) -> tuple[Weakness, ...]:
    """What a scanner makes of these files that dislikes every call of `danger`."""
    with TemporaryDirectory() as folder:
        results = []
        for name, source in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
            calls = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call))
            results += [
                result(name, each.lineno)
                for each in calls
                if isinstance(each.func, ast.Name) and each.func.id == "danger"
            ]
        return scanned(Path(folder), *results)


def fingerprints(found: Iterable[Weakness]) -> list[str]:
    return sorted(each.fingerprint for each in found)


bodies = st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4)
programs = st.lists(
    st.tuples(st.sampled_from(["find", "store", "load"]), bodies),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each[0],
)


def written(functions: Iterable[tuple[str, list[str]]]) -> str:
    return "\n\n".join(
        f"def {name}(a, b):\n" + textwrap.indent("\n".join(statements), "    ") for name, statements in functions
    )


@settings(max_examples=60, deadline=None)
@given(programs, st.randoms(use_true_random=False))
def test_moved_lines_new_names_of_files_and_formatting_change_no_fingerprint(functions: Any, random: Any) -> None:
    source = written(functions)
    known = fingerprints(flagged({"shop/views.py": source}))
    lines = [
        line
        for each in source.splitlines()
        for line in [""] * random.randint(0, 2) + ["# why"] * random.randint(0, 1) + [each]
    ]
    shuffled = list(functions)
    random.shuffle(shuffled)
    assert fingerprints(flagged({"shop/views.py": "\n".join(lines)})) == known
    assert fingerprints(flagged({"moved/to/other.py": source})) == known
    assert fingerprints(flagged({"shop/views.py": ast.unparse(ast.parse(source))})) == known
    assert fingerprints(flagged({"shop/views.py": written(shuffled)})) == known


@settings(max_examples=40, deadline=None)
@given(programs)
def test_another_statement_has_another_fingerprint(functions: Any) -> None:
    source = written(functions)
    known, changed = flagged({"a.py": source}), flagged({"a.py": source.replace("danger(a", "danger(z")})
    unchanged = source.count("danger(") - source.count("danger(a")
    assert len(set(fingerprints(known)) & set(fingerprints(changed))) <= unchanged


def test_the_same_statement_twice_is_two_and_a_third_moves_neither() -> None:
    once = "def find(a):\n    danger(a)\n"
    twice = flagged({"a.py": once + "    danger(a)\n"})
    assert len(set(fingerprints(twice))) == 2
    both = flagged({"a.py": once, "b.py": once})
    assert fingerprints(both) == fingerprints(twice)
    third = flagged({"a.py": once, "b.py": once, "c.py": once})
    known = {each.place.file: each.fingerprint for each in both}
    assert {each.place.file: each.fingerprint for each in third if each.place.file in known} == known
    assert [each.is_new for each in newness(third, fingerprints(both))] == [False, False, True]


def test_a_comment_a_string_of_another_style_and_brackets_change_nothing() -> None:
    plain = "def find(a):\n    rows = danger('x' + a)\n"
    dressed = """
def find(
    a,
):
    'Find.'
    rows = (  # all
        danger(
            "x"
            + a,
        )
    )
"""
    assert fingerprints(flagged({"a.py": plain})) == fingerprints(flagged({"a.py": dressed}))


def test_an_entry_of_a_table_stays_itself_when_others_come() -> None:
    def table(*entries: str) -> str:
        padding = "".join(f"    'k{number}': ['a', 'b', {number}],\n" for number in range(40))
        return "TABLE = {\n" + padding + "".join(f"    {each},\n" for each in entries) + "}\n"

    known = flagged({"a.py": table("'one': danger(1)", "'two': danger(2)")})
    more = flagged({"a.py": table("'zero': 0", "'one': danger(1)", "'new': danger(3)", "'two': danger(2)")})
    assert len(known) == 2
    assert set(fingerprints(known)) < set(fingerprints(more))


def test_tools_that_mean_the_same_are_one_weakness_of_the_worst_severity(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def find(a):\n    danger(\n        'select ' + a,\n    )\n", encoding="utf-8")
    (found,) = scanned(
        tmp_path,
        result("a.py", 3, cwes=(89,), confidence=0.6),
        result("a.py", 2, "semgrep", "sql", end=4, cwes=(943,), severity=Severity.HIGH, score=8.1),
        result("a.py", 3, "ruff", "S608", cwes=(20, 89), severity=Severity.LOW, confidence=0.9),
    )
    assert (found.rule, found.severity, found.cwes) == ("cwe-89", Severity.HIGH, (20, 89, 943))
    assert found.told_by == ("bandit/B608", "ruff/S608", "semgrep/sql")
    assert (found.confidence, found.score, found.kind) == (0.9, 8.1, ScanKind.SAST)
    assert (found.place, found.spans) == (CodePlace("a.py", 2, 4, "find"), ((2, 4),))


def test_which_tools_there_are_changes_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def find(a):\n    danger(a)\n", encoding="utf-8")
    told = [
        result("a.py", 2, "one", "r", cwes=(89,)),
        result("a.py", 2, "two", "r", cwes=(20, 564), kind=ScanKind.OTHER),
        result("a.py", 2, "three", "r", cwes=(943,), kind=ScanKind.DAST),
    ]
    alone = {each.fingerprint for one in told for each in scanned(tmp_path, one)}
    together = {each.fingerprint for each in scanned(tmp_path, *told)}
    assert alone == together
    assert len(together) == 1


def test_different_weaknesses_of_one_statement_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("danger(a)\n", encoding="utf-8")
    found = scanned(
        tmp_path,
        result("a.py", 1),
        result("a.py", 1, "semgrep", "command", cwes=(78,)),
        result("a.py", 1, "lint", "X1", cwes=()),
        result("a.py", 1, "lint", "X2", cwes=()),
    )
    assert [each.rule for each in found] == ["cwe-78", "cwe-89", "lint/X1", "lint/X2"]


def test_what_is_suppressed_is_no_weakness(tmp_path: Path) -> None:
    assert scanned(tmp_path, result("a.py", 1, is_suppressed=True)) == ()


results = st.builds(
    result,
    st.sampled_from(["a.py", "b.js", "gone.py", "", "../out.py"]),
    st.integers(0, 12),
    st.sampled_from(["bandit", "ruff", "semgrep"]),
    st.sampled_from(["one", "two"]),
    end=st.integers(0, 14),
    cwes=st.lists(st.sampled_from([89, 943, 78, 798, 20]), max_size=2).map(tuple),
    kind=st.sampled_from(ScanKind),
    is_suppressed=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(results, max_size=12))
def test_every_result_that_counts_is_in_exactly_one_weakness(told: list[ScanResult]) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "a.py").write_text(written([("find", list(STATEMENTS))]), encoding="utf-8")
        Path(folder, "b.js").write_text("danger(a)\n" * 8, encoding="utf-8")
        found = scanned(Path(folder), *told)
        again = scanned(Path(folder), *reversed(told))
    counted = {each for each in told if not each.is_suppressed}
    for each in counted:
        homes = [
            one for one in found if one.place.file == each.place.file and f"{each.tool}/{each.rule}" in one.told_by
        ]
        assert any(set(each.cwes) <= set(one.cwes) for one in homes)
    assert len(found) <= len(counted)
    assert sum(len(each.told_by) for each in found) <= len(counted)
    assert len({each.fingerprint for each in found}) == len(found)
    assert again == found


def test_a_secret_keeps_its_fingerprint_when_it_is_changed_and_is_in_none(tmp_path: Path) -> None:
    found = []
    for secret in ("hunter2", "correct horse"):
        (tmp_path / "a.py").write_text(f'PASSWORD = "{secret}"\n# token: {secret}\n', encoding="utf-8")
        (tmp_path / "b.env").write_text(f"PASSWORD={secret}\n", encoding="utf-8")
        (tmp_path / "c.js").write_text(f'login("{secret}")\n', encoding="utf-8")
        kinds: dict[str, Any] = {"kind": ScanKind.SECRETS, "cwes": (798,)}
        places = (("a.py", 1), ("a.py", 2), ("b.env", 1), ("c.js", 1))
        found.append(fingerprints(scanned(tmp_path, *(result(*place, **kinds) for place in places))))
    assert found[0] == found[1]
    assert len(set(found[0])) == 4


def test_a_hard_coded_password_is_one_weakness_whichever_kind_of_tool_told_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('PASSWORD = "hunter2"\n', encoding="utf-8")
    by_sast = result("a.py", 1, "bandit", "B105", cwes=(259,))
    by_secrets = result("a.py", 1, "gitleaks", "key", cwes=(798,), kind=ScanKind.SECRETS)
    (found,) = scanned(tmp_path, by_sast, by_secrets)
    assert (found.kind, found.told_by) == (ScanKind.SECRETS, ("bandit/B105", "gitleaks/key"))
    assert scanned(tmp_path, by_sast)[0].fingerprint == found.fingerprint


@pytest.mark.parametrize(
    ("name", "tool", "severity"),
    [
        ("PASSWORD_FIELD", "bandit", Severity.INFO),
        ("form.passwordLabel", "ruff", Severity.INFO),
        ("token_type: str", "bandit", Severity.INFO),
        ("PASSWORD_RULES", "ruff", Severity.INFO),
        ("PASSWORD", "bandit", Severity.LOW),
        ("FIELD_PASSWORD", "bandit", Severity.LOW),
        ("PASSWORD_FIELD", "semgrep", Severity.LOW),
        ("a = PASSWORD_FIELD", "bandit", Severity.LOW),
    ],
)
def test_a_text_that_its_name_says_to_be_no_secret_weighs_nothing(
    tmp_path: Path, name: str, tool: str, severity: Severity
) -> None:
    (tmp_path / "a.py").write_text(f'{name} = "password"\n', encoding="utf-8")
    rule = {"bandit": "B105", "ruff": "S105", "semgrep": "credential"}[tool]
    (found,) = scanned(tmp_path, result("a.py", 1, tool, rule, severity=Severity.LOW, cwes=(259,)))
    assert (found.severity, found.kind) == (severity, ScanKind.SAST)


@pytest.mark.parametrize("name", ["a.go", "a.ts", "A.java"])
def test_other_languages_go_by_the_words_of_the_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('x\n  danger( "http://a", b )\n', encoding="utf-8")
    (before,) = scanned(tmp_path, result(name, 2))
    (tmp_path / name).write_text('x\ny\n\n\tdanger("http://a",b)  // why\n', encoding="utf-8")
    (after,) = scanned(tmp_path, result(name, 4))
    (tmp_path / name).write_text('danger("http://other", b)\n', encoding="utf-8")
    (other,) = scanned(tmp_path, result(name, 1))
    assert before.fingerprint == after.fingerprint != other.fingerprint
    assert (before.place.function, before.spans) == ("", ((2, 2),))


def test_results_that_overlap_in_another_language_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one\n" * 20, encoding="utf-8")
    found = scanned(tmp_path, result("a.js", 1, end=3), result("a.js", 2, "semgrep", "r"), result("a.js", 9))
    assert [each.told_by for each in found] == [("bandit/B608", "semgrep/r"), ("bandit/B608",)]


@pytest.mark.parametrize(
    "source",
    [
        b"def broken(:\n",
        b"\xff\xfe\x00 = 1\n",
        b"x = " + b"(" * 500 + b")" * 500,
        b"x = 1" + b" + 1" * 20_000,
        b"\0",
        b"",
    ],
)
def test_what_cannot_be_parsed_has_no_function_and_is_no_error(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "a.py").write_bytes(source)
    (found,) = scanned(tmp_path, result("a.py", 1))
    assert found.place.function == ""


def test_nothing_is_opened_that_lies_outside_of_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out.py").write_text("def outside():\n    danger()\n", encoding="utf-8")
    (root / "link.py").symlink_to(tmp_path / "out.py")
    (root / "loop.py").symlink_to(root / "loop.py")
    found = scanned(
        root, *(result(name, 2) for name in ("../out.py", "link.py", "loop.py", str(tmp_path / "out.py"), ""))
    )
    assert {each.place.function for each in found} == {""}
    assert len(found) == 5


@pytest.mark.parametrize(
    ("statement", "expected"),
    [("run(f'select {int(a)}')", "only numbers are put in"), ("run(f'select {a}')", ""), ("", "")],
)
def test_what_the_source_says_against_it_is_told(tmp_path: Path, statement: str, expected: str) -> None:
    (tmp_path / "a.py").write_text(f"def f(a):\n    {statement}\n", encoding="utf-8")
    (found,) = scanned(tmp_path, result("a.py", 2))
    assert found.against == expected
