"""A site without a document, from its front page to objects of the scan's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender
from tests.unit.scan.dast.notes_site import ANN, BOB, COOKIES, NotesSite, safe

from setpoint.model.dast import Caller, Operation
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.surface.discovery import discovered

Serve = Callable[[Any], str]


@pytest.fixture
def site() -> NotesSite:
    return NotesSite()


@pytest.fixture
def seeds(site: NotesSite, serve: Serve) -> Seeds:
    base = serve(site.app)
    sender, accounts = PlainSender(base), HeaderAccounts(COOKIES)
    surface = discovered(base, sender, accounts, safe, lambda _line: None)
    seeds = Seeds(surface, sender, accounts, safe, lambda _line: None, mark="m")
    seeds.learn()
    return seeds


def operation(seeds: Seeds, key: str) -> Operation:
    return next(each for each in seeds.surface.operations if each.key == key)


def test_each_account_has_an_object_that_its_form_made(seeds: Seeds, site: NotesSite) -> None:
    assert {note["owner"] for note in site.notes.values()} == {"ann", "bob"}
    assert all(note["title"].startswith("setpoint-m") for note in site.notes.values())
    assert site.refused == 0


def test_pages_that_need_an_object_are_known_once_there_is_one(seeds: Seeds, site: NotesSite) -> None:
    read = operation(seeds, "GET /notes/{id}")
    for caller in (ANN, BOB):
        own = seeds.owned(read, caller)
        assert own is not None
        assert {site.notes[int(value)]["owner"] for value in own.values()} == {caller.name}


def test_a_form_is_sent_with_a_token_of_the_very_session_that_sends_it(seeds: Seeds, site: NotesSite) -> None:
    update = operation(seeds, "POST /notes/{id}/edit")
    for caller in (ANN, BOB, ANN):
        own = seeds.owned(update, caller)
        assert own is not None
        title = next(part for part in update.parts if part.name == "title")
        built = seeds.build(update, {**own, title: f"by {caller.name}"})
        exchange = seeds.sender.send(replace(built, headers=(*built.headers, *COOKIES[caller])))
        assert exchange.answer is not None
        assert exchange.answer.status == 302
        assert site.notes[int(next(iter(own.values())))]["title"] == f"by {caller.name}"
    assert site.refused == 0


def test_a_form_that_changes_an_object_leaves_its_other_fields_as_they_are(seeds: Seeds, site: NotesSite) -> None:
    texts = {number: note["text"] for number, note in site.notes.items()}
    update = operation(seeds, "POST /notes/{id}/edit")
    title = next(part for part in update.parts if part.name == "title")
    for caller in (ANN, BOB):
        sent = seeds.build(update, {**(seeds.owned(update, caller) or {}), title: "changed"})
        seeds.sender.send(replace(sent, headers=(*sent.headers, *COOKIES[caller])))
    assert {note["title"] for note in site.notes.values()} == {"changed"}
    assert {number: note["text"] for number, note in site.notes.items()} == texts


def test_a_later_scan_makes_its_own_and_changes_nothing(seeds: Seeds, site: NotesSite) -> None:
    before = {number: dict(note) for number, note in site.notes.items()}
    base = seeds.surface.base
    sender, accounts = PlainSender(base), HeaderAccounts(COOKIES)
    surface = discovered(base, sender, accounts, safe, lambda _line: None)
    later = Seeds(surface, sender, accounts, safe, lambda _line: None, mark="n")
    later.learn()
    for caller in (ANN, BOB):
        assert later.baseline(operation(later, "POST /notes/{id}/edit"), caller) is not None
    assert {number: site.notes[number] for number in before} == before
    assert len(later.left_behind()) == 2
    assert len({note["title"] for note in site.notes.values()}) == 4


def test_what_was_made_is_told(seeds: Seeds) -> None:
    assert sorted(line.rpartition(" of ")[2] for line in seeds.left_behind()) == [
        "ann, made by POST /notes", "bob, made by POST /notes",
    ]  # fmt: skip


def test_the_form_of_nobody_elses_object_is_not_sent(seeds: Seeds, site: NotesSite) -> None:
    assert seeds.baseline(operation(seeds, "POST /notes/{id}/edit"), Caller("eve", "user", 1)) is None
