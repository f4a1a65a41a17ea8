"""Licences in the one spelling of SPDX, or as the names that they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.intent.sbom.licences import expression_of, licence_of


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("mit", "MIT"),
        ("MIT  License", "MIT"),
        ("apache-2.0 or mit", "Apache-2.0 OR MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-Acme AND MIT", "LicenseRef-Acme AND MIT"),
        ("DocumentRef-x:LicenseRef-y", "DocumentRef-x:LicenseRef-y"),
        ("NONE", "NONE"),
        ("NOASSERTION", ""),
        ("", ""),
    ],
)
def test_expressions_have_one_spelling(text: str, licence: str) -> None:
    assert licence_of(text) == (licence, True)


@pytest.mark.parametrize("text", ["BSD", "Apache", "MIT AND", "MIT WITH nothing", "(" * 10_000, "MIT " * 1000])
def test_names_stay_and_are_told(text: str) -> None:
    licence, known = licence_of(text)
    assert not known
    assert licence == " ".join(text.split())[:2000]


@given(st.lists(st.sampled_from(["MIT", "AND", "OR", "WITH", "(", ")", "+", "Apache-2.0", "x", "LicenseRef-a"])))
def test_normal_forms_are_their_own(words: list[str]) -> None:
    expression = expression_of(" ".join(words))
    assert expression_of(expression) == expression


@given(st.text(max_size=50))
def test_any_text_has_an_answer(text: str) -> None:
    licence, known = licence_of(text)
    assert licence_of(licence) == (licence, known)
