from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import Licensing

from setpoint.decide.policy.licences import DEEPEST, binds, joined, licences_in

NAMES = st.sampled_from(
    ["MIT", "AGPL-3.0-only", "GPL-2.0-or-later WITH Classpath-exception-2.0", "LicenseRef-own", "0BSD"]
)
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join) | inner.map("({})".format),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("licences", "expression"),
    [
        ([], ""),
        (["MIT"], "MIT"),
        (["MIT OR Apache-2.0"], "MIT OR Apache-2.0"),
        (["MIT OR Apache-2.0", "ISC"], "(MIT OR Apache-2.0) AND ISC"),
        (["Apache License, Version 2.0"], "LicenseRef-Apache-License-Version-2.0"),
        (["see LICENSE", "AGPL-3.0-only"], "LicenseRef-see-LICENSE AND AGPL-3.0-only"),
        (["MIT AND", "(ISC", "OR", "MIT) OR (ISC", "()"], None),
        (["(" * (DEEPEST + 1) + "MIT" + ")" * (DEEPEST + 1)], "LicenseRef-MIT"),
        (["许可证"], "LicenseRef-unnamed"),
    ],
)
def test_licences_side_by_side_are_one_expression(licences: list[str], expression: str | None) -> None:
    told = joined(licences)
    if expression is not None:
        assert told == expression
    assert joined([told]) == told if told else not licences


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("", ()),
        ("MIT", ("MIT",)),
        ("(MIT OR Apache-2.0) AND MIT", ("MIT", "Apache-2.0")),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ("GPL-2.0-only WITH Classpath-exception-2.0",)),
    ],
)
def test_every_licence_is_named_once(expression: str, names: tuple[str, ...]) -> None:
    assert licences_in(expression) == names


@given(EXPRESSIONS)
def test_an_expression_names_what_the_library_of_spdx_finds_in_it(expression: str) -> None:
    licensing = Licensing()
    known = {str(each) for each in licensing.license_symbols(licensing.parse(expression), unique=True, decompose=False)}
    assert set(licences_in(expression)) == known


@given(EXPRESSIONS, st.frozensets(NAMES))
def test_what_binds_is_what_its_logic_says(expression: str, chosen: frozenset[str]) -> None:
    logic = Licensing()
    parsed = logic.parse(expression)
    free_of_them = {each: logic.FALSE if str(each) in chosen else logic.TRUE for each in parsed.symbols}
    assert binds(expression, chosen.__contains__) is (parsed.subs(free_of_them, simplify=True) == logic.FALSE)
