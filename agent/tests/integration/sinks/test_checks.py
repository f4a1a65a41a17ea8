"""Checks that frameworks call, and escapers whose result is dropped: in whole applications, flawed beside sound."""

from __future__ import annotations

import asyncio
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Annotated, Any

import django
import django.conf
import flask
import httpx
import pytest
import werkzeug.test
from django import forms
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.views.generic import RedirectView
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, field_validator, model_validator
from tests.conftest import Watch

FAMILIES = (
    "sinks.sql",
    "sinks.command",
    "sinks.regex",
    "sinks.headers",
    "sinks.redirects",
    "passages.escapers",
    "passages.validators",
)
COLUMNS = {"name", "price"}


def ordered_by(column: Any) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (name, price)")
        return str(database.execute(f"SELECT * FROM t ORDER BY {column}").fetchall())


# --- FastAPI ---------------------------------------------------------------------------------------------------------

application = FastAPI()


def known(column: str) -> str:
    if column not in COLUMNS:
        raise HTTPException(422)
    return column


def merely_stripped(column: str) -> str:
    return column.strip()


def must_be_known(column: str) -> None:
    if column not in COLUMNS:
        raise HTTPException(422)


def known_or_error(column: str) -> str:
    if column not in COLUMNS:
        raise ValueError(column)
    return column


class Ordering:
    def __init__(self, column: str) -> None:
        if column not in COLUMNS:
            raise HTTPException(422)
        self.column = column


class ByField(BaseModel):
    column: str

    @field_validator("column")
    @classmethod
    def _known(cls, value: str) -> str:
        return known_or_error(value)


class ByModel(BaseModel):
    column: str

    @model_validator(mode="after")
    def _known(self) -> ByModel:
        if self.column not in COLUMNS:
            raise ValueError(self.column)
        return self


class Unchecked(BaseModel):
    column: str

    @field_validator("column")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()


Column = Annotated[str, Query(pattern="^[a-z]+$")]


@application.get("/unsafe/plain")
def plain(column: str) -> str:
    return ordered_by(column)


@application.get("/unsafe/dependency")
def stripped(text: Annotated[str, Depends(merely_stripped)]) -> str:
    return ordered_by(text)


@application.post("/unsafe/model")
def of_unchecked(ordering: Unchecked) -> str:
    return ordered_by(ordering.column)


@application.get("/safe/dependency")
def depending(text: Annotated[str, Depends(known)]) -> str:
    return ordered_by(text)


@application.get("/safe/default")
def depending_by_default(text: str = Depends(known)) -> str:
    return ordered_by(text)


@application.get("/safe/class")
def of_class(ordering: Annotated[Ordering, Depends()]) -> str:
    return ordered_by(ordering.column)


@application.get("/safe/route", dependencies=[Depends(must_be_known)])
def of_route(column: str) -> str:
    return ordered_by(column)


@application.get("/safe/beside")
def beside(column: str, _: Annotated[None, Depends(must_be_known)]) -> str:
    return ordered_by(column)


@application.get("/safe/alias")
def aliased(column: Column) -> str:
    return ordered_by(column)


@application.get("/safe/after")
def validated_after(column: Annotated[str, AfterValidator(known_or_error)]) -> str:
    return ordered_by(column)


@application.post("/safe/field")
def of_field(ordering: ByField) -> str:
    return ordered_by(ordering.column)


@application.post("/safe/model")
def of_model(ordering: ByModel) -> str:
    return ordered_by(ordering.column)


ADDRESSES = [
    (method, each.path) for each in application.routes if isinstance(each, APIRoute) for method in each.methods or ()
]


async def status(method: str, address: str) -> int:
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        column = "".join(["pri", "ce"])
        if method == "POST":
            return (await client.post(address, json={"column": column})).status_code
        return (await client.get(address, params={"column": column, "text": "x"})).status_code


@pytest.mark.parametrize(("method", "address"), ADDRESSES, ids=[address for _, address in ADDRESSES])
def test_what_fastapi_calls_before_a_view(watching: Watch, method: str, address: str) -> None:
    kept = watching(*FAMILIES)
    assert asyncio.run(status(method, address)) == 200
    assert [each.kind.cwe for each in kept] == ([89] if "/unsafe/" in address else [])


# --- Django ----------------------------------------------------------------------------------------------------------

if not django.conf.settings.configured:
    django.conf.settings.configure(SECRET_KEY="not a secret", ALLOWED_HOSTS=["*"])
    django.setup()


class OwnMethod(forms.Form):  # type: ignore[misc]  # Django has no types
    column = forms.CharField()

    def clean_column(self) -> str:
        column: str = self.cleaned_data["column"]
        if column not in COLUMNS:
            raise ValidationError(column)
        return column


class WholeForm(forms.Form):  # type: ignore[misc]  # Django has no types
    column = forms.CharField()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("column") not in COLUMNS:
            raise ValidationError("column")
        return cleaned


def must_be_listed(column: str) -> None:
    if column not in COLUMNS:
        raise ValidationError(column)


class OwnValidator(forms.Form):  # type: ignore[misc]  # Django has no types
    column = forms.CharField(validators=[must_be_listed])


class Anything(forms.Form):  # type: ignore[misc]  # Django has no types
    column = forms.CharField()

    def clean_column(self) -> str:
        return str(self.cleaned_data["column"]).strip()


def viewing(form_class: type[forms.Form]) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        form = form_class(request.GET)
        assert form.is_valid()
        return HttpResponse(ordered_by(form.cleaned_data["column"]), content_type="text/plain")

    return view


def by_slug(request: HttpRequest, column: str) -> HttpResponse:
    return HttpResponse(ordered_by(column), content_type="text/plain")


class Elsewhere(RedirectView):  # type: ignore[misc]  # Django has no types
    url = "https://%(column)s.example.com/"


class Below(RedirectView):  # type: ignore[misc]  # Django has no types
    url = "/columns/%(column)s/"


class Told(RedirectView):  # type: ignore[misc]  # Django has no types
    def get_redirect_url(self, *_: Any, **__: Any) -> str:
        return str(self.request.GET["next"])


VIEWS: dict[str, tuple[Callable[..., Any], list[int]]] = {
    "own-method": (viewing(OwnMethod), []),
    "whole-form": (viewing(WholeForm), []),
    "own-validator": (viewing(OwnValidator), []),
    "anything": (viewing(Anything), [89]),
    "slug/<slug:column>": (by_slug, []),
    "text/<str:column>": (by_slug, [89]),
    "elsewhere/<str:column>": (Elsewhere.as_view(), [601]),
    "below/<str:column>": (Below.as_view(), []),
    "told": (Told.as_view(), [601]),
}
urlpatterns = [path(route, view) for route, (view, _) in VIEWS.items()]


@pytest.mark.parametrize("route", VIEWS)
def test_what_django_calls_before_and_after_a_view(watching: Watch, route: str) -> None:
    kept = watching(*FAMILIES)
    column = "".join(["pri", "ce"])
    name, slash, _ = route.partition("/")
    sent = {} if slash else {"column": column, "next": "https://shop.example.com/prices"}
    environ = RequestFactory().get(f"/{name}{slash}{column if slash else ''}", sent).environ
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"]):
        answer = WSGIHandler()(environ, lambda *_: None)
        assert answer.status_code in {200, 302}
        answer.close()
    assert [each.kind.cwe for each in kept] == VIEWS[route][1]


# --- escapers whose result is dropped --------------------------------------------------------------------------------


def used(text: str) -> None:
    subprocess.run(f"true {shlex.quote(text)}", shell=True, check=True)
    re.search(re.escape(text), "a colour")


def dropped(text: str) -> None:
    shlex.quote(text)
    re.escape(text)
    subprocess.run(f"true {text}", shell=True, check=True)
    re.search(text, "a colour")


def of_another_name(text: str) -> None:
    safe = shlex.quote(text)
    assert safe + re.escape(text)
    subprocess.run(f"true {text}", shell=True, check=True)
    re.search(text, "a colour")


@pytest.mark.parametrize(("act", "told"), [(used, []), (dropped, [78, 1333]), (of_another_name, [78, 1333])])
def test_an_escaper_counts_where_its_result_is_used(
    watching: Watch, act: Callable[[str], None], told: list[int]
) -> None:
    kept = watching(*FAMILIES)
    view = flask.Flask(__name__)

    @view.get("/")
    def acting() -> str:
        act(flask.request.args["q"])
        return "fine"

    answer = werkzeug.test.Client(view).get("/", query_string={"q": "".join(["bl", "ue"])})
    assert answer.text == "fine"
    answer.close()
    assert [each.kind.cwe for each in kept] == told
