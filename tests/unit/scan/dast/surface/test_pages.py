from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from setpoint.model.dast import ANONYMOUS, Answer, Caller
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.surface.pages import forms_of, joined, links_of, looks_like_token, paths_in
from setpoint.scan.dast.surface.scripts import Call, calls_in
from setpoint.scan.dast.surface.sighted import Sightings, sighting_of_call, sightings_of_forms
from setpoint.scan.dast.surface.templates import names_in, template_of

PAGE = "http://host/shop/page?x=1"


def test_links_are_whole_and_on_their_way_to_a_server() -> None:
    page = html.document_fromstring(
        '<base href="/app/"><a href="a#top">a</a><a href="javascript:x()">j</a><a href="//other/x">o</a>'
        '<a href="mailto:a@b">m</a><iframe src="/f"></iframe><img src="/i.png"><a href="http://[bad">b</a><a>none</a>'
    )
    assert list(links_of(page, PAGE)) == ["http://host/app/a", "http://other/x", "http://host/f"]
    assert joined(PAGE, "tel:1") == ""


def test_a_form_is_what_a_browser_would_send() -> None:
    page = html.document_fromstring("""
        <form id="f" action="/save" method="post" enctype="multipart/form-data">
          <input type="hidden" name="_token" value="abc"><input type="hidden" name="kind" value="note">
          <input name="title" required maxlength="40"><input type="number" name="size" min="1" max="9">
          <input type="email" name="mail"><textarea name="text">old</textarea>
          <select name="color"><option value="r">R<option selected>G</select>
          <input type="checkbox" name="agree" value="yes"><input type="radio" name="way" value="a">
          <input type="radio" name="way" value="b" checked><input name="off" disabled><input value="nameless">
          <button name="act" value="save">Save it</button></form>
        <input form="f" name="apart" value="1"><form><input name="q"></form>""")
    form, search = forms_of(page, PAGE)
    assert (form.method, form.address, form.encoding, form.label) == (
        "POST", "http://host/save", "multipart/form-data", "Save it",
    )  # fmt: skip
    assert form.values == {
        "_token": "abc", "kind": "note", "title": "", "size": "", "mail": "", "text": "old", "color": "G",
        "agree": "yes", "way": "b", "act": "save", "apart": "1",
    }  # fmt: skip
    schemas = {field.name: dict(field.schema) for field in form.fields}
    assert schemas["_token"] == {"type": "string", "format": "form-token"}
    assert schemas["size"] == {"type": "number", "minimum": 1.0, "maximum": 9.0}
    assert (schemas["title"]["maxLength"], schemas["mail"]["format"], schemas["color"]["enum"]) == (
        40,
        "email",
        ["r", "G"],
    )
    assert (search.method, search.address) == ("GET", PAGE)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("csrf_token", "", True),
        ("authenticity_token", "x", True),
        ("x", "f3a9c27d10b84e6fa2c1", True),
        ("next", "/orders/2026/list", False),
        ("x", "aaaaaaaaaaaaaaaaaaaaaaaa1", False),
        ("page", "2", False),
        ("order_id", "0b8f3a52-6a1c-4f0e-9d8e-2f6f1b7c9a10", False),
    ],
)
def test_tokens_are_told_by_name_or_by_being_random(name: str, value: str, expected: bool) -> None:
    assert looks_like_token(name, value) is expected


def test_paths_between_quotes() -> None:
    assert list(paths_in('{"next": "/a?page=2", "img": "//cdn/x", "b": "/a?page=2", "c": \'/c\'}')) == [
        "/a?page=2",
        "/c",
    ]


def test_a_form_that_says_neither_where_nor_how_holds_no_password_but_for_a_script() -> None:
    page = html.document_fromstring("""
        <form id="login"><input name="user"><input type="password" name="password"></form>
        <form action="/login"><input type="password" name="password"></form><form><input name="q"></form>""")
    assert [form.path for form in forms_of(page, PAGE)] == ["/login", "/shop/page"]


def test_requests_of_scripts() -> None:
    text = """
        fetch('/api/a'); axios.post("/api/b", {x: 1}); xhr.open("PUT", "/api/c");
        fetch(`/api/orders/${order.id}/lines/${id}`, {method: "DELETE"});
        $.ajax({url: "/api/d?k=v", type: 'POST', data: {name: n, "size": 2}}); get("/api/e/" + id);
        s.replace("/g"); const r = "/(a|b)/";
    """
    assert list(calls_in(text)) == [
        Call("GET", "/api/a"),
        Call("POST", "/api/b", "", {"x": 1}),
        Call("PUT", "/api/c"),
        Call("DELETE", "/api/orders/{id}/lines/{id2}"),
        Call("POST", "/api/d", "k=v", {"name": None, "size": 2}),
        Call("GET", "/api/e/{id}"),
    ]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/orders/17", "/orders/{id}"),
        ("/orders/17/", "/orders/{id}/"),
        ("/users/3/orders/0b8f3a52-6a1c-4f0e-9d8e-2f6f1b7c9a10", "/users/{user_id}/orders/{order_id}"),
        ("/orders/ORD-1001/edit", "/orders/{id}/edit"),
        ("/v1/about", "/v1/about"),
        ("/2026/report", "/{id}/report"),
        ("/", "/"),
    ],
)
def test_identifiers_in_paths_are_parameters(path: str, template: str) -> None:
    found, _ = template_of(path)
    assert found == template


def test_paths_of_scripts_may_begin_with_a_name_and_helpers_may_send_them() -> None:
    text = """
        const API = "/api"; const V2 = `${API}/v2`; const shop = axios.create({timeout: 5, baseURL: "/shop/"});
        const list = "/list"; const csv = "/export.csv"; const helper = (u, b) => fetch(u, {method: "POST", body: b});
        fetch(`${V2}/orders/${id}/lines?of=${who}`, {headers: {A: "b"}}).then(r => r.json());
        fetch(API + "/notes", {method: "POST",
                               body: JSON.stringify({text, at: {x: 1}, "kind": 'short', n: 1.5, on: true})});
        shop.put("/basket", {sku: "A-1", ...rest}); postJson("/api/find", {term: `a${b}`}, {headers: {}});
        request("/api/k", "PATCH", {v: 2}); send("DELETE", "/api/gone"); img.src = "/card?token=" + token;
        save({method: "PUT", url: "/api/l"}); fetch(list, {method: "PATCH"}); get("/api/m", {params: {a: 1}});
    """
    assert list(calls_in(text)) == [
        Call("PATCH", "/list"),
        Call("GET", "/export.csv"),
        Call("GET", "/api/v2/orders/{id}/lines", "of=${who}"),
        Call("POST", "/api/notes", "", {"text": None, "at": None, "kind": "short", "n": 1.5, "on": True}),
        Call("PUT", "/shop/basket", "", {"sku": "A-1"}),
        Call("POST", "/api/find", "", {"term": None}),
        Call("PATCH", "/api/k", "", {"v": 2}),
        Call("DELETE", "/api/gone"),
        Call("GET", "/card", "token="),
        Call("PUT", "/api/l"),
        Call("GET", "/api/m"),
    ]


def test_what_a_script_sends_is_a_part_with_its_value_and_one_that_it_puts_in_has_none() -> None:
    calls = calls_in(
        """fetch(`/mail?of=${t.id}&n=5`); post("/mail", {n: 3, text: "hey", on: false}); get("/mail?of=7")"""
    )
    found = Sightings([each for call in calls if (each := sighting_of_call(call, "http://host"))]).operations()
    reads, writes = found
    assert {(each.name, each.example, each.is_required) for each in reads.parts} == {
        ("of", "7", False),
        ("n", "5", False),
    }
    assert [(each.name, each.schema["type"], each.example) for each in writes.parts] == [
        ("/n", "integer", 3),
        ("/text", "string", "hey"),
        ("/on", "boolean", False),
    ]


def test_many_titles_at_one_place_are_names_of_objects_and_many_words_are_functions() -> None:
    titles = {f"/blog/{word}-story" for word in "abcdefghijklmnop"}
    functions = {
        f"/{word}" for word in ("about", "help", "lost-password", *(f"page{each}" for each in "abcdefghijklm"))
    }
    names = names_in((each, ANONYMOUS) for each in titles | functions | {"/blog/archive", "/blog/feed"})
    assert template_of("/blog/a-story", names) == ("/blog/{id}", {"id": "a-story"})
    assert template_of("/blog/a-story/comments", names)[0] == "/blog/{id}/comments"
    assert template_of("/blog/archive", names)[0] == "/blog/archive"
    assert all(template_of(each, names)[0] == each for each in functions)


def test_names_that_only_one_of_several_peers_is_led_to_are_those_of_its_objects() -> None:
    ann, bob, boss = Caller("ann", "member", 1), Caller("bob", "member", 1), Caller("boss", "admin", 2)
    seen = [("/files/kQx-b", ann), ("/files/pRw_c", bob), *(("/files/new", each) for each in (ann, bob, boss))]
    names = names_in([*seen, ("/admin/prices", boss), ("/shop/mine", ann), ("/welcome", ANONYMOUS)])
    assert [template_of(path, names)[0] for path, _ in seen] == ["/files/{id}", "/files/{id}", *["/files/new"] * 3]
    assert template_of("/admin/prices", names)[0] == "/admin/prices"
    assert template_of("/shop/mine", names)[0] == "/shop/mine"


def test_an_address_is_written_as_it_is_sent() -> None:
    assert joined(PAGE, " /a b/{id}?q=ä&r=%20#x ") == "http://host/a%20b/%7Bid%7D?q=%C3%A4&r=%20"


PIECES = st.sampled_from(
    [
        *("<form", "</form>", "<input", "<a", "<base", "<select", "<option", "<textarea>", "<script>", ">", "'", '"'),
        *(" href=", " name=", " value=", " action=", " type=", " min=", " method=", "//[", "http://h/x", "/a/1?b=2"),
        *("..", "post", "hidden", "\x00", "é", "&#x110000;"),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(deadline=None)
def test_no_page_of_a_target_trips_the_reading(text: str) -> None:
    answer = Answer(200, (("content-type", "text/html"),), text.encode())
    page = page_of(answer)
    list(links_of(page, PAGE))
    list(calls_in(text))
    sightings = sightings_of_forms(forms_of(page, PAGE), "http://host", "/shop/page")
    assert all(operation.path.startswith("/") for operation in Sightings(sightings).operations())
