"""What a value may have become before it reaches a sink."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.provenance.forms import MOST_FORMS, Form, decoded_forms, joined_forms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("a%26b", Form("a&b", ("percent",))),
        ("a+b", Form("a b", ("percent",))),
        ("a%2526b", Form("a&b", ("percent", "percent"))),
        ("&lt;b&gt;", Form("<b>", ("html",))),
        ('"dark"', Form("dark", ("cut",))),
        ("YmFyYmF6", Form("barbaz", ("base64",))),
        ("YmFyYmF6%3D", Form("barbaz", ("percent", "base64"))),
        ('{"a": [{"b": "blue"}]}', Form("blue", ("json",))),
        ('{"a": 1234}', Form("1234", ("json",))),
        ('{"$ne": ""}', Form("$ne", ("json",))),
        ("%7B%22a%22%3A%22blue%22%7D", Form("blue", ("percent", "json"))),
        ("eyJhIjogImJsdWUifQ==", Form("blue", ("base64", "json"))),
        ("Bearer abc.def", Form("abc.def", ("cut",))),
        ("Basic dXNlcjpibHVl", Form("blue", ("cut",))),
    ],
)
def test_values_are_decoded(text: str, form: Form) -> None:
    forms = decoded_forms(text)
    assert forms[0] == Form(text)
    assert form in forms


@pytest.mark.parametrize("text", ["bar", "report.txt", "2024-01-31", "42", ""])
def test_ordinary_values_have_one_form(text: str) -> None:
    assert decoded_forms(text) == (Form(text),)


def test_names_inside_json_are_left_to_the_code_that_reads_them() -> None:
    assert Form("name", ("json",)) not in decoded_forms('{"name": "blue"}')


def test_values_are_joined_anew() -> None:
    texts = {each.text for each in joined_forms("Crème Brûlée!")}
    assert {"Crème_Brûlée!", "Crème-Brûlée", "CrèmeBrûlée", "Creme Brulee!", "!eélûrB emèrC"} <= texts


@settings(deadline=None)
@given(st.text(st.sampled_from('{}[]":,%41&lt;\\u0aZ=+ é') | st.characters(), max_size=200))
def test_any_text_has_few_forms_all_different(text: str) -> None:
    forms = decoded_forms(text)
    assert forms[0].text == text
    assert len({each.text for each in forms}) == len(forms) <= MOST_FORMS
    assert all(each.how for each in joined_forms(text))
