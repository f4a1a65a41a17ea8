"""The statements of a Python file, and the functions around them, named as the interpreter names them."""

from __future__ import annotations

import ast
import textwrap
from types import CodeType

import pytest

from setpoint.scan.functions import LARGEST_PARSED, PythonStatements, read_statements

SOURCE = textwrap.dedent(
    '''
    import os

    @route("/")
    async def search(request, limit=danger()):
        """Say."""
        sql = "select " + request
        quiet = 1
        rows = run(
            sql,
        )
        def inner(x):
            return [danger(y) for y in x]
        return sorted(rows, key=lambda row: danger(row))

    class Orders(Base):
        table = danger()

        class Meta:
            def deep(self):
                try:
                    danger()
                except ValueError:
                    danger()
                match self:
                    case 1 if danger():
                        return 2

    hook = lambda x: (
        danger(x)
    )
    '''
).encode()


def parsed(source: bytes) -> PythonStatements:
    found = read_statements(source)
    assert found is not None
    return found


def test_functions_are_named_as_the_interpreter_names_them() -> None:
    python, lines = parsed(SOURCE), SOURCE.decode().splitlines()
    around = {}
    for number, line in enumerate(lines, 1):
        if "danger" in line and (statement := python.at(number)) is not None:
            around[line.strip()] = python.function_at(statement, number)
    assert around == {
        "async def search(request, limit=danger()):": "search",
        "return [danger(y) for y in x]": "search.<locals>.inner",
        "return sorted(rows, key=lambda row: danger(row))": "search",
        "table = danger()": "",
        "danger()": "Orders.Meta.deep",
        "case 1 if danger():": "Orders.Meta.deep",
        "danger(x)": "<lambda>",
    }


def test_the_names_are_those_of_the_code_objects() -> None:
    names, waiting = set(), [compile(SOURCE, "any", "exec")]
    while waiting:
        for each in waiting.pop().co_consts:
            if isinstance(each, CodeType):
                waiting.append(each)
                names.add(each.co_qualname)
    python = parsed(SOURCE)
    told = {each.function for number in range(60) if (each := python.at(number)) is not None} - {""}
    assert told <= names


def test_decorators_are_part_of_a_function_and_a_body_is_not_of_its_head() -> None:
    python = parsed(SOURCE)
    head = python.at(4)
    assert head is not None
    assert (head.first, head.last, head.function) == (4, 5, "search")
    assert python.at(3) is None
    assert python.at(10_000) is None


def test_what_uses_the_value_of_a_statement_is_told_with_it() -> None:
    python = parsed(SOURCE)
    made, quiet = python.at(7), python.at(8)
    assert made is not None
    assert quiet is not None
    assert python.spans(made) == ((7, 7), (9, 11), (14, 14))
    assert python.spans(quiet) == ((8, 8),)


def test_what_only_a_program_runs_has_no_lines_that_agents_would_see() -> None:
    source = (
        'import app\nif __name__ == "__main__":\n    app.run()\n    def f():\n        danger()\nelse:\n    app.load()\n'
    )
    python = read_statements(source.encode())
    assert python is not None
    found = {line: python.at(line) for line in (1, 2, 3, 5, 7)}
    spans = {line: python.spans(each) for line, each in found.items() if each is not None}
    assert spans == {1: ((1, 1),), 2: ((2, 2),), 3: (), 5: ((5, 5),), 7: ((7, 7),)}


@pytest.mark.parametrize("source", [b"def broken(", b"\0", b"x = 1\n" * LARGEST_PARSED, b"(" * 10_000])
def test_what_is_no_python_or_too_much_of_it_is_not_read(source: bytes) -> None:
    assert read_statements(source) is None


def test_odd_source_warns_nobody() -> None:
    assert read_statements(b"x = '\\d'\nassert (x, 'always')\n") is not None


def test_every_line_of_a_real_module_has_a_statement_or_lies_between() -> None:
    source = ast.__file__
    with open(source, "rb") as stream:  # noqa: PTH123 - any module will do
        data = stream.read()
    python = parsed(data)
    for number in range(1, data.count(b"\n") + 1):
        statement = python.at(number)
        assert statement is None or statement.first <= number <= statement.last
