"""Which parts are probed, as whom, and what is learnt of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

import pytest
from flask import Flask, abort, jsonify, redirect, request

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, BodyForm, Caller, Operation, Part, PartPlace, Profile, Sent
from setpoint.scan.dast.checks.differential import ROUNDS, differential
from setpoint.scan.dast.checks.probing import only_reads, places, probed
from setpoint.scan.dast.yardstick import Yardstick

USER = Caller("ann", "user", 1)
ADMIN = Caller("root", "admin", 9)
KIND = Part(PartPlace.QUERY, "kind", example="shoes")


class TokenAccounts:
    """Accounts whose credentials are one header each."""

    callers = (USER, ADMIN)

    def authorised(self, sent: Sent, caller: Caller) -> Sent:
        return Sent(sent.method, sent.url, (*sent.headers, ("authorization", caller.name)), sent.body, caller.name)


def items() -> Flask:
    app = Flask(__name__)
    numbers = count()

    @app.get("/items")
    def listed() -> Any:
        kind = request.args.get("kind", "")
        return jsonify([{"id": 1, "kind": kind}] if kind == "shoes" else [])

    @app.get("/orders")
    def orders() -> Any:
        if "authorization" not in request.headers:
            abort(401)
        return jsonify(asked=request.args.get("kind"), number=next(numbers))

    @app.get("/numbers/<number>")
    def number(number: str) -> Any:
        return jsonify(int(number)) if number.isdecimal() else (jsonify(error="not a number"), 422)

    @app.put("/items/<item>")
    def changed(item: str) -> Any:
        return jsonify(id=item, **request.get_json())

    return app


def test_the_least_caller_whom_it_answers(serve: Any, workbench: Any) -> None:
    orders = Operation("GET", "/orders", (KIND,))
    bench = workbench(serve(items()), Operation("GET", "/items", (KIND,)), orders, accounts=TokenAccounts())

    assert [each.caller for each in places(bench)] == [ANONYMOUS, USER]


def test_whoever_is_led_to_a_login_was_not_answered(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.route("/notes", methods=["GET", "POST"])
    def notes() -> Any:
        if "authorization" not in request.headers:
            return redirect("/login?next=/notes")
        return "your notes" if request.method == "GET" else redirect("/notes")

    app.add_url_rule("/jump", "jump", lambda: redirect("/home"))
    written = Operation("POST", "/notes", (Part(PartPlace.BODY, "text", is_required=True),), BodyForm.FORM)
    operations = (written, Operation("GET", "/notes", (KIND,)), Operation("GET", "/jump", (KIND,)))
    bench = workbench(serve(app), *operations, accounts=TokenAccounts())

    assert [(each.operation.key, each.caller) for each in places(bench)] == [
        ("GET /notes", USER),
        ("GET /jump", ANONYMOUS),
        ("POST /notes", USER),
    ]


def test_what_a_part_does_to_a_marker(serve: Any, workbench: Any) -> None:
    number = Operation("GET", "/numbers/{number}", (Part(PartPlace.PATH, "number", example=7),))
    base = serve(items())
    bench = workbench(base, Operation("GET", "/items", (KIND,)), Operation("GET", "/orders", (KIND,)), number)
    bench_of_user = workbench(base, Operation("GET", "/orders", (KIND,)), accounts=TokenAccounts())

    listed, refused = probed(bench)
    (shown,) = probed(bench_of_user)

    assert not listed.echoes
    assert not listed.breaks
    assert not listed.is_idle
    assert refused.refuses
    assert shown.echoes
    assert shown.is_idle


def test_it_is_sent_once_for_all_checks(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(items()), Operation("GET", "/items", (KIND,)))
    first = probed(bench)
    sent = len(bench.sender.exchanges)

    assert probed(bench) is first
    assert len(bench.sender.exchanges) == sent


def test_a_value_for_a_part_that_may_be_left_out(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    app.add_url_rule("/items", view_func=lambda: jsonify([{"kind": "shoes", "name": "red"}]))
    bench = workbench(serve(app), Operation("GET", "/items", (Part(PartPlace.QUERY, "kind"),)))

    (place,) = places(bench)

    assert place.value == "shoes"


def test_only_own_objects_are_written_to(serve: Any, workbench: Any) -> None:
    put = Operation(
        "PUT",
        "/items/{item}",
        (Part(PartPlace.PATH, "item", example=1), Part(PartPlace.BODY, "/name", example="red")),
        body=BodyForm.JSON,
    )

    def owned(operation: Operation, caller: Caller) -> Mapping[Part, Json] | None:
        return {operation.parts[0]: "mine"} if caller == USER else None

    base = serve(items())
    mine = workbench(base, put, accounts=TokenAccounts(), owned=owned)

    assert not places(workbench(base, put, accounts=TokenAccounts()))
    assert {(each.caller, each.part.name, each.value) for each in places(mine)} == {
        (USER, "item", "mine"),
        (USER, "/name", "red"),
    }


def test_names_of_operations_that_only_read() -> None:
    assert only_reads(Operation("POST", "/api/login"))
    assert only_reads(Operation("POST", "/items", name="searchItems"))
    assert not only_reads(Operation("POST", "/items", name="createItem"))
    assert not only_reads(Operation("GET", "/items", writes=True))
    assert only_reads(Operation("POST", "/x", writes=False))


def test_a_pair_that_is_told_apart_once_is_not_told(serve: Any, workbench: Any) -> None:
    """True and false look different in all rounds but the last."""
    app = Flask(__name__)

    @app.get("/items")
    def listed() -> Any:
        kind = request.args["kind"]
        return "few" if kind.startswith("false") and not kind.endswith(str(ROUNDS - 1)) else "many"

    bench = workbench(serve(app), Operation("GET", "/items", (KIND,)))
    (place,) = places(bench)

    assert differential(bench, place, lambda turn: f"{str(turn.holds).lower()} {turn.number}") is None
    assert differential(bench, place, lambda turn: str(turn.holds).lower()) is not None


def test_what_probes_changed_is_asked_for_again(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    titles = ["milk"]

    @app.get("/notes")
    def listed() -> Any:
        return jsonify(titles, request.args["kind"])

    @app.put("/notes")
    def changed() -> Any:
        titles.append(request.get_json()["title"])
        return jsonify(ok=True)

    put = Operation("PUT", "/notes", (Part(PartPlace.BODY, "/title", example="bread"),), body=BodyForm.JSON)
    bench = workbench(serve(app), put, Operation("GET", "/notes", (KIND,)))

    (listing, title) = probed(bench)

    assert (listing.place.operation.method, title.place.operation.method) == ("GET", "PUT")
    assert len(titles) > 1
    assert listing.place.left_alone.answer is not None
    assert listing.place.left_alone.answer.body.count(b"bread") == len(titles) - 1


def test_what_others_wrote_since_the_baseline_is_no_change_by_itself(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    transfers: list[dict[str, int]] = []
    app.add_url_rule("/transfers", view_func=lambda: jsonify(transfers))
    listing = Operation("GET", "/transfers", (KIND,))
    bench = workbench(serve(app), listing)
    bench.baseline(listing, ANONYMOUS)
    transfers += [{"amount": 7, "to": 3}, {"amount": 8, "to": 4}]

    (place,) = [each for each in places(bench) if each.part == KIND]

    assert place.yardstick == Yardstick()
    assert place.left_alone.answer is not None
    assert b"amount" in place.left_alone.answer.body


def test_what_answers_at_random_is_not_told_apart(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    coin = Random(7)  # noqa: S311 - it has to fall the same way each time
    app.add_url_rule("/items", view_func=lambda: jsonify(["few", "many"][coin.getrandbits(1)]))
    bench = workbench(serve(app), Operation("GET", "/items", (KIND,)))
    (place,) = places(bench)
    steady = replace(place, yardstick=Yardstick())

    assert not [each for each in range(100) if differential(bench, steady, lambda turn: str(turn.holds))]


@pytest.mark.parametrize(
    ("path", "name", "reads"),
    [
        ("/items/search", "", True),
        ("/people", "findPeople", True),
        ("/people", "app.people.find", True),
        ("/sessions", "", True),
        ("/register", "api_views.users.register_user", False),
        ("/reports/{check_id}", "approveReport", False),
    ],
)
def test_words_that_say_that_a_post_only_reads(path: str, name: str, reads: bool) -> None:
    assert only_reads(Operation("POST", path, name=name)) is reads


@pytest.mark.parametrize(("profile", "kept"), [(Profile.SAFE, 3), (Profile.ACTIVE, 5)])
def test_files_are_not_left_behind_for_probes(profile: Profile, kept: int, serve: Any, workbench: Any) -> None:
    app = Flask("pictures")
    names: list[str] = []

    @app.post("/pictures")
    def upload() -> Any:
        names.extend(each.filename or "" for each in request.files.values())
        return jsonify(saved=True)

    picture = Part(PartPlace.BODY, "picture", {"type": "string", "format": "binary"}, "png", is_required=True)
    operation = Operation("POST", "/pictures", (picture,), BodyForm.MULTIPART)
    found = probed(workbench(serve(app), operation, profile=profile))
    assert len(names) == kept
    assert [each.is_idle for each in found] == [True]
