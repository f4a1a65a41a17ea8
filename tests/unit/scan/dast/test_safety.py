"""Profiles keep to what they promise: nothing that destroys, nothing of others; and leave out as little as can be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.safety import LEFT_TO_FORGERY, LEFT_TO_REGISTRATIONS, Safety

DOCUMENTED = frozenset({KnownFrom.DOCUMENT})


def objection(method: str, path: str, profile: Profile = Profile.SAFE, **of: Any) -> str:
    return Safety(profile)(Operation(method, path, known_from=DOCUMENTED, **of))


@pytest.mark.parametrize(
    ("method", "path", "of"),
    [
        ("GET", "/orders/{id}/cancel", {}),
        ("GET", "/parcels/{id}/recall", {}),
        ("GET", "/orders", {"summary": "Cancels the order"}),
        ("GET", "/orders/{id}", {"name": "purgeOrder"}),
        ("GET", "/orders/{id}", {"summary": "Deletes the order"}),
        ("GET", "/maintenance", {"summary": "Lists caches and resets them"}),
        ("GET", "/queue", {"name": "getAndDeleteNext"}),
        ("GET", "/cache/flush-all", {}),
        ("GET", "/resetDB", {}),
        ("GET", "/createdb", {}),
        ("GET", "/log-out", {}),
        ("GET", "/logout-all", {}),
        ("GET", "/stats", {"tags": ("destructive",)}),
        ("GET", "/counter", {"name": "incrementCounter"}),
        ("GET", "/posts/{id}/vote", {}),
        ("GET", "/bestellungen/{id}/stornieren", {}),
        ("GET", "/alle-l%C3%B6schen", {}),
        ("GET", "/compte", {"name": "réinitialiserCompte"}),
        ("GET", "/pedidos/{id}/cancelar", {}),
        ("GET", "/item", {"parts": (Part(PartPlace.QUERY, "action", example="delete"),)}),
        ("GET", "/items", {"parts": (Part(PartPlace.QUERY, "delete", example="3"),)}),
        ("POST", "/do", {"parts": (Part(PartPlace.BODY, "action", example="delete"),)}),
        ("POST", "/items", {"parts": (Part(PartPlace.BODY, "_method", example="DELETE"),)}),
        ("GET", "/harmless", {"writes": True}),
        ("DELETE", "/orders/{id}", {}),
        ("POST", "/payments/pay", {}),
        ("POST", "/orders", {"summary": "Refund every order"}),
        ("POST", "/messages/send", {}),
        ("POST", "/contact", {}),
        ("POST", "/transfer", {}),
        ("POST", "/transfers", {}),
        ("POST", "/payments", {}),
        ("POST", "/request_loan", {}),
        ("POST", "/bids", {}),
        ("POST", "/register", {}),
        ("PUT", "/settings", {}),
        ("PUT", "/me/password", {}),
        ("PATCH", "/orders/{id}", {}),
        ("POST", "/orders/{id}/notes", {}),
    ],
)
def test_what_changes_more_than_own_objects_is_left_out(method: str, path: str, of: dict[str, Any]) -> None:
    assert objection(method, path, **of)


@pytest.mark.parametrize(
    ("method", "path", "of"),
    [
        ("GET", "/orders", {}),
        ("GET", "/refunds", {}),
        ("GET", "/deleted-orders", {"name": "listDeletedOrders"}),
        ("GET", "/orders", {"name": "listCancelReasons"}),
        ("GET", "/orders", {"summary": "List the orders, cancelled ones too"}),
        ("GET", "/bus", {"summary": "Where the next bus does stop"}),
        ("GET", "/blog/how-to-cancel-an-order", {}),
        ("GET", "/password-reset", {}),
        ("GET", "/items", {"parts": (Part(PartPlace.QUERY, "delete"), Part(PartPlace.QUERY, "q", example="delete"))}),
        ("POST", "/notes", {"parts": (Part(PartPlace.BODY, "/text", example="cancel it"),)}),
        ("GET", "/orders/new", {}),
        ("GET", "/orders/{id}/edit", {}),
        ("GET", "/mail/inbox", {}),
        ("HEAD", "/orders", {}),
        ("POST", "/orders", {"name": "createOrder"}),
        ("POST", "/orders/search", {}),
        ("POST", "/orders/{id}/preview", {}),
        ("POST", "/graphql", {}),
        ("POST", "/login", {}),
        ("POST", "/oauth/token", {}),
        ("POST", "/reports/{id}", {"writes": False}),
        ("PATCH", "/me", {}),
        ("PUT", "/users/me/preferences", {}),
    ],
)
def test_what_reads_or_makes_own_objects_is_let_through(method: str, path: str, of: dict[str, Any]) -> None:
    assert objection(method, path, **of) == ""


def test_own_objects_may_be_changed_but_not_cancelled() -> None:
    safety = Safety(Profile.SAFE)
    safety.own_by(lambda operation: operation.path.startswith("/orders/{id}"))
    assert safety(Operation("PATCH", "/orders/{id}")) == ""
    assert safety(Operation("POST", "/orders/{id}/notes")) == ""
    assert safety(Operation("PATCH", "/invoices/{id}"))
    assert safety(Operation("POST", "/orders/{id}/cancel"))
    assert safety(Operation("DELETE", "/orders/{id}"))


@pytest.mark.parametrize("profile", [Profile.SAFE, Profile.ACTIVE])
def test_accounts_are_made_by_checks_of_registrations_alone(profile: Profile) -> None:
    register = Operation("POST", "/register")
    sign_up = Operation("POST", "/users", (Part(PartPlace.BODY, "/email"), Part(PartPlace.BODY, "/password")))
    by_admins = replace(sign_up, security=(("bearer",),))
    for each in (register, sign_up):
        assert "registration: true" in Safety(profile)(each)
        assert Safety(profile, may_register=True)(each) == LEFT_TO_REGISTRATIONS
    assert Safety(profile)(by_admins) == ""


@pytest.mark.parametrize(
    ("method", "path", "of"),
    [
        ("GET", "/users/deleteuser/{id}", {}),
        ("GET", "/resetpassword-all", {}),
        ("GET", "/logoutall", {}),
        ("GET", "/log-out-all", {}),
        ("POST", "/sign-out-everywhere", {}),
        ("POST", "/db/run-migration", {}),
        ("POST", "/users/block", {"parts": (Part(PartPlace.BODY, "/user_id"),)}),
        ("POST", "/orders/{id}/refund", {}),
        ("POST", "/invitations", {}),
        ("POST", "/notifications", {}),
        ("POST", "/users/{id}/notify", {}),
        ("POST", "/users/{id}/email", {"parts": (Part(PartPlace.BODY, "/subject"), Part(PartPlace.BODY, "/text"))}),
        ("POST", "/newsletter", {"parts": (Part(PartPlace.BODY, "/newsletter"),)}),
        ("POST", "/admin/account/newsletter", {"parts": (Part(PartPlace.BODY, "newsletter"),)}),
        ("POST", "/sms", {}),
        ("PUT", "/orders/{id}/payment", {}),
        ("PUT", "/me/password", {"parts": (Part(PartPlace.BODY, "/password"),)}),
        ("GET", "/accounts", {"tags": ("Dangerous",)}),
        ("GET", "/counters", {"name": "getCounters", "summary": "Reset the counters"}),
        ("GET", "/funds", {"name": "getFunds", "summary": "Transfer the funds"}),
    ],
)
def test_what_must_never_be_sent(method: str, path: str, of: dict[str, Any]) -> None:
    assert owning(method, path, **of)


@pytest.mark.parametrize(
    ("method", "path", "of"),
    [
        ("GET", "/orders/{id}/payment", {}),
        ("GET", "/notifications", {}),
        ("GET", "/sms", {}),
        ("GET", "/transfers", {"name": "listTransfers", "summary": "Transfer history"}),
        ("GET", "/accounts", {"tags": ("Transfers", "Invite", "Checkout")}),
        ("GET", "/stores", {"name": "listStores", "summary": "Store locations"}),
        ("GET", "/static/bootstrap.min.js", {}),
        ("GET", "/icons/delete.svg", {}),
        ("GET", "/cancelled", {}),
        ("GET", "/transferable-miles", {}),
        ("GET", "/senders", {}),
        ("GET", "/me/password", {}),
        ("PUT", "/users/{id}/email", {"parts": (Part(PartPlace.BODY, "/email"),)}),
        ("PATCH", "/users/{id}/email", {"name": "update_email", "parts": (Part(PartPlace.BODY, "/email"),)}),
        ("POST", "/users/{id}/email", {"parts": (Part(PartPlace.BODY, "/email"),)}),
        ("POST", "/account/email", {"parts": (Part(PartPlace.BODY, "/email"),)}),
        ("POST", "/profile/newsletter", {"parts": (Part(PartPlace.BODY, "newsletter"),), "page": "/profile"}),
        ("PATCH", "/notifications/{id}", {"parts": (Part(PartPlace.BODY, "/read"),)}),
        ("PUT", "/me/notifications", {"parts": (Part(PartPlace.BODY, "/weekly"),)}),
        ("POST", "/mail/search", {}),
        ("POST", "/password/check", {}),
        ("POST", "/contacts", {}),
    ],
)
def test_what_only_sounds_like_it_is_sent(method: str, path: str, of: dict[str, Any]) -> None:
    assert owning(method, path, **of) == ""


@pytest.mark.parametrize("path", ["/account/email", "/settings/email", "/me/change-email"])
def test_the_form_of_the_own_address_is_left_to_the_check_that_sets_it_back(path: str) -> None:
    form = Operation("POST", path, (Part(PartPlace.BODY, "csrf"), Part(PartPlace.BODY, "email")), page="/account")
    assert Safety(Profile.SAFE)(form) == LEFT_TO_FORGERY
    backstage = replace(form, path=f"/admin{path}")
    assert "sends something to people" in Safety(Profile.SAFE)(backstage)


def owning(method: str, path: str, **of: Any) -> str:
    """Of a caller who owns whatever is named."""
    safety = Safety(Profile.SAFE)
    safety.own_by(lambda _operation: True)
    return safety(Operation(method, path, known_from=DOCUMENTED, **of))


@pytest.mark.parametrize(
    ("method", "path", "of", "is_let"),
    [
        ("GET", "/createdb", {}, False),
        ("POST", "/admin/reset", {}, False),
        ("DELETE", "/orders", {}, False),
        ("DELETE", "/me", {}, False),
        ("POST", "/cache/clear", {}, False),
        ("POST", "/orders/cancel", {"parts": (Part(PartPlace.BODY, "/order_id"),)}, True),
        ("DELETE", "/orders", {"parts": (Part(PartPlace.QUERY, "id"),)}, True),
        ("POST", "/orders/{id}/cancel", {}, True),
        ("POST", "/password/reset", {"parts": (Part(PartPlace.BODY, "/email"),)}, True),
        ("POST", "/transfers", {}, True),
    ],
)
def test_the_active_profile_leaves_the_installation_as_it_is(
    method: str, path: str, of: dict[str, Any], *, is_let: bool
) -> None:
    assert (objection(method, path, Profile.ACTIVE, **of) == "") is is_let


def test_the_passive_profile_asks_for_what_it_was_told_of_alone() -> None:
    assert objection("GET", "/orders", Profile.PASSIVE) == ""
    assert objection("POST", "/search", Profile.PASSIVE)
    assert Safety(Profile.PASSIVE)(Operation("GET", "/admin", known_from=frozenset({KnownFrom.GUESS})))


def test_the_active_profile_keeps_the_target_running() -> None:
    assert objection("DELETE", "/orders/{id}", Profile.ACTIVE) == ""
    assert objection("POST", "/admin/shutdown", Profile.ACTIVE)
    assert objection("GET", "/logout", Profile.ACTIVE)


@pytest.mark.parametrize("glob", ["/admin/*", "GET /admin/*", "*users"])
@pytest.mark.parametrize("profile", Profile)
def test_what_people_exclude_is_left_out_in_every_profile(glob: str, profile: Profile) -> None:
    operation = Operation("GET", "/admin/users", known_from=DOCUMENTED)
    assert Safety(profile, (glob,))(operation) == "it is left out by --exclude"


@pytest.mark.parametrize("summary", ["Your payouts", "One payout", "The refunds of an order", "State of the transfer"])
def test_a_sentence_that_only_names_what_is_read_is_let_through(summary: str) -> None:
    assert objection("GET", "/billing", summary=summary) == ""


@pytest.mark.parametrize(
    ("path", "label", "is_let"),
    [
        ("/comments", "Send", True),
        ("/comments", "Absenden", True),
        ("/comments", "OK", True),
        ("/comments", "Send invitation", False),
        ("/comments", "Delete", False),
        ("/announcements", "Send", False),
        ("/staff/word", "Send", False),
    ],
)
def test_the_button_of_a_form_that_only_sends_it_says_nothing(path: str, label: str, is_let: bool) -> None:
    form = Operation("POST", path, summary=label, known_from=frozenset({KnownFrom.CRAWL}))
    assert (Safety(Profile.SAFE)(form) == "") is is_let


def watched(method: str, path: str, *, writes: bool) -> Operation:
    return Operation(method, path, known_from=frozenset({KnownFrom.AGENT}), writes=writes)


@pytest.mark.parametrize(
    ("method", "path", "is_let"),
    [
        ("GET", "/numbers", False),
        ("GET", "/people/7/visit", False),
        ("GET", "/people/{id}/visit", False),
        ("GET", "/people/7/photo", True),
        ("GET", "/people/all/visit", True),
        ("GET", "/elsewhere", True),
        ("POST", "/batches/nightly", False),
        ("POST", "/elsewhere", True),
    ],
)
def test_what_agents_saw_writing_is_not_even_crawled(method: str, path: str, is_let: bool) -> None:
    observed = [
        watched("GET", "/numbers", writes=True),
        watched("GET", "/people/{person}/visit", writes=True),
        watched("GET", "/people/{person}/photo", writes=False),
        watched("GET", "/people/all/visit", writes=False),
        watched("POST", "/batches/nightly", writes=True),
    ]
    operation = Operation(method, path, known_from=frozenset({KnownFrom.CRAWL}))
    assert (Safety(Profile.SAFE, observed=observed)(operation) == "") is is_let


def test_what_makes_objects_writes() -> None:
    observed = [watched("POST", "/notes", writes=True)]
    notes = Operation("POST", "/notes", (Part(PartPlace.BODY, "/text"),), known_from=DOCUMENTED, writes=True)
    assert Safety(Profile.SAFE, observed=observed)(notes) == ""


@pytest.mark.parametrize("profile", [Profile.SAFE, Profile.ACTIVE])
@pytest.mark.parametrize(
    "path",
    [
        "/start_over",
        "/start-over",
        "/startOver",
        "/factory-defaults",
        "/admin/factoryDefault",
        "/roll-back",
        "/re-init",
        "/wipe",
        "/reseed",
        "/restore-defaults",
        "/difficulty/hard",
        "/api/v1/maintenance/on",
        "/admin/debug/off",
    ],
)
def test_what_puts_everything_back_or_switches_it_for_everybody_is_left_out(path: str, profile: Profile) -> None:
    assert objection("GET", path, profile)


@pytest.mark.parametrize(
    "path",
    [
        "/getting-started",
        "/orders/reset-filters",
        "/rollback-policy",
        "/refund-policy",
        "/lang/de",
        "/theme/dark",
        "/defaults",
        "/difficulty",
        "/recipes/difficulty/easy",
        "/maintenance/windows",
        "/security/advisories",
    ],
)
def test_what_only_sounds_like_putting_back_is_read(path: str) -> None:
    assert objection("GET", path) == ""


def test_a_state_that_the_path_holds_as_an_example_is_one() -> None:
    level = Part(PartPlace.PATH, "level", example="hard", is_required=True)
    assert objection("GET", "/difficulty/{level}", parts=(level,))
    assert not objection("GET", "/difficulty/{level}", parts=(replace(level, example="7"),))


@pytest.mark.parametrize(
    ("method", "path", "profile", "of", "is_lent"),
    [
        ("PATCH", "/projects/{project}/tasks/{task}", Profile.SAFE, {}, True),
        ("PUT", "/tasks/{task}", Profile.SAFE, {}, True),
        ("PUT", "/tasks/{task}", Profile.ACTIVE, {}, True),
        ("PUT", "/tasks/{task}", Profile.PASSIVE, {}, False),
        ("DELETE", "/tasks/{task}", Profile.ACTIVE, {}, False),
        ("POST", "/tasks/{task}", Profile.SAFE, {}, False),
        ("PATCH", "/tasks/{task}/reset", Profile.SAFE, {}, False),
        ("PATCH", "/tasks/{task}", Profile.SAFE, {"summary": "Cancels the task"}, False),
    ],
)
def test_what_may_be_lent(method: str, path: str, profile: Profile, of: dict[str, Any], is_lent: bool) -> None:
    operation = Operation(method, path, known_from=DOCUMENTED, **of)
    assert Safety(profile).lends(operation) is is_lent
    assert not Safety(profile, ("*",)).lends(operation)
