"""What frameworks validate by declaration is known to be safe: asked of real models, forms and views."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import django
import pytest
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from fastapi import Query
from pydantic import BaseModel, Field

from setpoint_agent.catalogue import SQL_INJECTION
from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.clearance import clearance
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.request import JSON, Value
from setpoint_agent.sinks.interface import Sink

SQL = Sink(SQL_INJECTION, "execute", "sql")
REQUEST = SimpleNamespace(name="".join(["na", "me"]))
"""Where a value comes from that no code of this file made."""


@pytest.fixture(scope="module", autouse=True)
def _django() -> None:
    if not settings.configured:
        settings.configure()
        django.setup()


def asked(text: str, value: str = "name") -> Clearance | None:
    """What the caller, and the function that called it, did to `value` before `text` came here."""
    inner = sys._getframe(1)
    start = text.rindex(value)
    match = Match(Value(JSON, "x", value), start, start + len(value), value, ("whole",), 1.0)
    return clearance([inner], match, text, SQL)


def certain(found: Clearance | None) -> bool:
    return found is not None and found.certain


class Order(BaseModel):
    column: str
    word: str = Field(pattern=r"^[a-z]+$")
    loose: str = Field(pattern=r"[a-z]+")
    listed: Literal["name", "price"]


def test_fields_of_pydantic_models() -> None:
    text = REQUEST.name
    order = Order(column=text, word=text, loose=text, listed="name")
    assert certain(asked(f"ORDER BY {order.word}"))
    assert certain(asked(f"ORDER BY {order.listed}"))
    assert not certain(asked(f"ORDER BY {order.loose}"))
    assert not certain(asked(f"ORDER BY {order.column}"))


def checked_view(name: Annotated[str, Query(pattern="^[a-z]+$")]) -> Clearance | None:
    return asked(f"ORDER BY {name}")


def listed_view(name: Literal["name", "price"]) -> Clearance | None:
    return asked(f"ORDER BY {name}")


def plain_view(name: Annotated[str, Query(max_length=20)]) -> Clearance | None:
    return asked(f"ORDER BY {name}")


def test_parameters_of_views() -> None:
    assert certain(checked_view(REQUEST.name))
    assert certain(listed_view(REQUEST.name))
    assert not certain(plain_view(REQUEST.name))


def test_fields_of_django_forms() -> None:
    class Search(forms.Form):  # type: ignore[misc]  # Django has no types
        column = forms.ChoiceField(choices=[("name", "Name"), ("price", "Price")])
        word = forms.CharField(validators=[RegexValidator(r"^[a-z]+$")])
        text = forms.CharField()

    text = REQUEST.name
    form: Any = Search({"column": text, "word": text, "text": text})
    assert form.is_valid()
    assert certain(asked(f"ORDER BY {form.cleaned_data['column']}"))
    assert certain(asked(f"ORDER BY {form.cleaned_data['word']}"))
    assert not certain(asked(f"ORDER BY {form.cleaned_data['text']}"))
