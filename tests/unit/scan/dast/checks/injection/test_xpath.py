"""A directory in XML, asked by expressions with the value in their text and with variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request
from lxml import etree

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.checks.injection.xpath import XPathInjection

Found = Callable[..., list[Fault]]
PEOPLE = etree.fromstring(
    "<people><person><name>ada</name><floor>3</floor><pin>x1</pin></person>"
    "<person><name>bob</name><floor>4</floor><pin>x2</pin></person></people>"
)
OPERATIONS = (
    Operation("GET", "/people", (Part(PartPlace.QUERY, "name", example="ada"),)),
    Operation("GET", "/floors/{floor}", (Part(PartPlace.PATH, "floor", example=3),)),
    Operation(
        "POST",
        "/login",
        (Part(PartPlace.BODY, "name", example="nobody"), Part(PartPlace.BODY, "pin", example="nothing")),
        body=BodyForm.FORM,
    ),
)


def directory(*, is_faulty: bool, shows_errors: bool) -> Flask:
    app = Flask(__name__)

    def people(expression: str, **values: str) -> list[str]:
        try:
            if is_faulty:
                found = PEOPLE.xpath(expression.format(**values))
            else:
                for name in values:
                    expression = expression.replace(f"'{{{name}}}'", f"${name}").replace(f"{{{name}}}", f"${name}")
                found = PEOPLE.xpath(expression, **values)
        except etree.XPathError:
            if shows_errors:
                raise
            found = []
        return [each.findtext("name") for each in found]

    @app.get("/people")
    def by_name() -> Any:
        return jsonify(people("person[name='{name}']", name=request.args["name"]))

    @app.get("/floors/<floor>")
    def by_floor(floor: str) -> Any:
        return jsonify(people("person[floor={floor}]", floor=floor))

    @app.post("/login")
    def login() -> Any:
        found = people("person[name='{name}' and pin='{pin}']", **request.form)
        return (f"welcome {found[0]}", 200) if found else ("who are you?", 403)

    return app


@pytest.mark.parametrize("shows_errors", [True, False])
def test_every_place_of_an_expression(found: Found, shows_errors: bool) -> None:
    faults = found(XPathInjection, directory(is_faulty=True, shows_errors=shows_errors), *OPERATIONS)

    assert {each.part for each in faults} == {"query:name", "path:floor", "body:name", "body:pin"}
    assert {each.cwe for each in faults} == {643}


@pytest.mark.parametrize("shows_errors", [True, False])
def test_variables_are_no_fault(found: Found, shows_errors: bool) -> None:
    assert found(XPathInjection, directory(is_faulty=False, shows_errors=shows_errors), *OPERATIONS) == []


def test_it_is_not_told_as_sql(found: Found) -> None:
    assert found(SqlInjection, directory(is_faulty=True, shows_errors=True), *OPERATIONS) == []
