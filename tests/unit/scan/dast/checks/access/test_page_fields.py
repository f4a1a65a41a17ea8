"""Fields that only a page's labels tell of: the check `assignment` on sites without a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, ROOT
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.assignment import MassAssignment
from setpoint.scan.dast.checks.probing import probed, write_back

TOKEN = Part(PartPlace.BODY, "csrf", {"type": "string", "format": "form-token"}, example="good")
NAME = Part(PartPlace.BODY, "display_name", {"type": "string"}, example="Alice", is_required=True)
FORM = Operation("POST", "/profile", (TOKEN, NAME), BodyForm.FORM, page="/profile")
AS_JSON = Operation("POST", "/profile", (Part(PartPlace.BODY, "/display_name", is_required=True),), BodyForm.JSON)
PROFILE = Operation("GET", "/profile")
COOKIES = {who: (("cookie", f"session={who.name}"),) for who in (ALICE, ROOT)}

TEXT = "<p>{0}: {1}</p>"
PAIRS = "<dl><dt>{0}</dt><dd>{1}</dd></dl>"


class Site:
    """`field`: what the form keeps besides the name; None where it takes named fields alone."""

    def __init__(self, label: str, field: str | None, was: str, roots: str, layout: str = TEXT) -> None:
        self.field = field
        self.is_keeping = True
        self.people = {"alice": {"display_name": "Alice", label: was}, "root": {"display_name": "Root", label: roots}}
        self.before = {name: dict(each) for name, each in self.people.items()}
        self.app = Flask("site")

        @self.app.get("/profile")
        def read() -> str:
            own = self.own()
            form = f'<form method="post"><input name="display_name" value="{own["display_name"]}"></form>'
            return layout.format(label, own[label]) + form

        @self.app.post("/profile")
        def write() -> Any:
            own = self.own()
            given: Any = request.get_json() if request.is_json else request.form
            if not request.is_json and given.get("csrf") != "good":
                abort(403)
            own["display_name"] = given["display_name"]
            if self.field in given:
                own[label] = self.kept(given[self.field])
            return "", 302, {"location": "/profile"}

    def own(self) -> dict[str, str]:
        return self.people.get(request.cookies.get("session", "")) or abort(401)

    def kept(self, value: Any) -> str:
        return str(value)


@pytest.fixture
def told(serve: Callable[..., str], workbench: Callable[..., Any]) -> Callable[..., list[Fault]]:
    def run(site: Site, form: Operation = FORM, *, with_root: bool = True) -> list[Fault]:
        accounts = HeaderAccounts(COOKIES if with_root else {ALICE: COOKIES[ALICE]})
        bench = workbench(serve(site.app), PROFILE, form, accounts=accounts, values={"/display_name": "Alice"})
        left: list[str] = []
        found = list(MassAssignment().run(replace(bench, leaves_behind=lambda each: left.extend(each()))))
        assert (site.people == site.before) is not bool(left)
        return found

    return run


@pytest.mark.parametrize("layout", [TEXT, PAIRS])
@pytest.mark.parametrize("form", [FORM, AS_JSON])
@pytest.mark.parametrize(
    ("label", "field"),
    [("Membership", "membership"), ("Account tier", "accountTier"), ("Account tier", "account_tier")],
)
def test_what_a_label_tells_of_is_set_told_and_set_back(
    told: Callable[..., list[Fault]], label: str, field: str, form: Operation, layout: str
) -> None:
    (fault,) = told(Site(label, field, "basic", "platinum", layout), form)
    assert (fault.kind, fault.cwe, fault.path) == ("mass-assignment", 915, "/profile")


def test_without_a_higher_account_usual_values_are_tried(told: Callable[..., list[Fault]]) -> None:
    class Choosy(Site):
        def kept(self, value: Any) -> str:
            return value if value in {"basic", "gold"} else self.own()["Membership"]

    assert len(told(Choosy("Membership", "membership", "basic", ""), with_root=False)) == 1


def test_what_is_yes_or_no(told: Callable[..., list[Fault]]) -> None:
    class Flag(Site):
        def kept(self, value: Any) -> str:
            return "yes" if value in {"true", "1", "on"} else "no"

    assert len(told(Flag("Admin", "is_admin", "no", "yes"))) == 1


def test_an_amount(told: Callable[..., list[Fault]]) -> None:
    assert len(told(Site("Credit", "credit", "12.5", "0"))) == 1


@pytest.mark.parametrize("form", [FORM, AS_JSON])
def test_a_form_that_takes_named_fields_alone_is_fine(told: Callable[..., list[Fault]], form: Operation) -> None:
    assert told(Site("Membership", None, "basic", "gold"), form) == []


def test_what_the_form_offers_is_the_users_to_set(told: Callable[..., list[Fault]]) -> None:
    plan = Part(PartPlace.BODY, "plan", {"type": "string"}, example="free")
    assert told(Site("Plan", "plan", "free", "gold"), replace(FORM, parts=(*FORM.parts, plan))) == []


def test_what_cannot_be_set_back_is_left_behind(told: Callable[..., list[Fault]]) -> None:
    class Rising(Site):
        def kept(self, value: Any) -> str:
            return value if value == "gold" else self.own()["Membership"]

    assert len(told(Rising("Membership", "membership", "basic", "gold"))) == 1


def test_what_probes_wrote_by_an_own_form_is_written_back(
    serve: Callable[..., str], workbench: Callable[..., Any]
) -> None:
    site = Site("Membership", None, "basic", "gold")
    bench = workbench(serve(site.app), FORM, accounts=HeaderAccounts({ALICE: COOKIES[ALICE]}))
    tried = [each.place for each in probed(bench)]
    assert site.people != site.before
    write_back(bench, tried)
    assert site.people == site.before


def test_a_form_that_may_change_the_password_is_not_sent(told: Callable[..., list[Fault]]) -> None:
    password = Part(PartPlace.BODY, "password", {"type": "string", "format": "password"})
    assert told(Site("Membership", "membership", "basic", "gold"), replace(FORM, parts=(*FORM.parts, password))) == []
