"""A value is found however it was encoded on its way, at the place where it lies, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import time
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.recognition import MOST_MATCHES, find
from setpoint_agent.request import BODY, COOKIE, FORM, HEADER, JSON, QUERY, RAW_QUERY, WEBSOCKET, Value, Values

Change = Callable[[str], str]


def query(text: str) -> list[Value]:
    return [Value(QUERY, "q", text)]


def only(matches: list[Match]) -> Match:
    assert len(matches) == 1
    return matches[0]


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def url_safe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CHANGES: dict[str, Change] = {
    "whole": str,
    "percent": quote,
    "form": quote_plus,
    "percent all": lambda text: "".join(f"%{each:02x}" for each in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "html numeric": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "json": lambda text: json.dumps(text)[1:-1],
    "repr": lambda text: repr(text)[1:-1],
    "upper": str.upper,
    "lower": str.lower,
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFKC": lambda text: unicodedata.normalize("NFKC", text),
    "NFKD": lambda text: unicodedata.normalize("NFKD", text),
    "base64": base64_of,
    "url-safe base64": url_safe,
    "hexadecimal": lambda text: text.encode().hex(),
    "base64 then percent": lambda text: quote(base64_of(text), safe=""),
    "JSON in base64": lambda text: base64_of(json.dumps({"a": text})),
    "percent in HTML": lambda text: html.escape(quote(text)),
}
VALUES = st.text(st.sampled_from("abcdeghij XYZ789-éñßЖ日&<\"'/"), min_size=1, max_size=24).map(
    lambda text: f"k4{text}w7vQ"
)
"""Long and various, whatever is in the middle."""


@pytest.mark.parametrize("change", CHANGES)
@settings(deadline=None, max_examples=60)
@given(value=VALUES)
def test_every_change_is_seen_through(change: str, value: str) -> None:
    changed = CHANGES[change](value)
    argument = f"SELECT * FROM t WHERE n = '{changed}' AND m = 1"
    match = only(find(query(value), argument))
    start = argument.index(changed)
    assert (match.start, match.end) == (start, start + len(changed))
    assert match.found == changed
    assert match.strength > (0.1 if "base64" in match.how else 0.4)


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ("whole", ("whole",)),
        ("percent", ("percent",)),
        ("html", ("html",)),
        ("json", ("json",)),
        ("upper", ("case",)),
        ("NFD", ("unicode",)),
        ("base64", ("base64",)),
        ("percent twice", ("percent", "percent")),
        ("base64 then percent", ("percent", "base64")),
    ],
)
def test_the_steps_are_told(change: str, how: tuple[str, ...]) -> None:
    value = 'José "& Søn" 17'
    assert only(find(query(value), f"a = {CHANGES[change](value)}")).how == how


@pytest.mark.parametrize(
    "change", ["percent", "percent twice", "base64", "url-safe base64", "html", "base64 then percent"]
)
def test_a_value_that_the_application_decodes_is_found(change: str) -> None:
    plain = "user: John & Sons"
    assert only(find(query(CHANGES[change](plain)), f"SELECT '{plain}'")).found == plain


@pytest.mark.parametrize("part", [COOKIE, FORM, JSON, WEBSOCKET, BODY])
def test_a_leaf_of_a_json_text_is_found(part: str) -> None:
    value = Value(part, "state", json.dumps({"user": {"name": "Barney", "tags": ["blue"]}}))
    assert {each.found for each in find([value], "SELECT 'Barney', 'blue'")} == {"Barney", "blue"}


def test_bytes_that_were_base64_are_found() -> None:
    pickled = b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07barbarq\x94."
    cookie = Value(COOKIE, "state", base64.b64encode(pickled).decode())
    match = only(find([cookie], pickled.decode("utf-8", "replace")))
    assert match.how == ("base64",)
    assert match.strength == 1.0


@pytest.mark.parametrize(
    ("value", "argument", "found"),
    [
        ("John Smith", "SELECT 'Smith'", "Smith"),
        ("John Smith", "/srv/files/john_smith.txt", "john_smith"),
        ("John Smith", "/srv/files/john-smith.txt", "john-smith"),
        ("John Smith", "/srv/files/JohnSmith.txt", "JohnSmith"),
        ("report.txt", "/srv/files/report.pdf", "report"),
        ("  blue  ", "SELECT 'blue'", "blue"),
        ("administrator", "SELECT 'administra'", "administra"),
        ("administrator", "SELECT 'ministrator'", "ministrator"),
        ("The quick brown fox, 17 years old", "note: quick brown fox, 17 y!", "quick brown fox, 17 y"),
        ("Crème Brûlée", "SELECT 'Creme Brulee'", "Creme Brulee"),
        ("reversed", "SELECT 'desrever'", "desrever"),
    ],
)
def test_pieces_are_found(value: str, argument: str, found: str) -> None:
    assert found in {each.found for each in find(query(value), argument)}


def test_what_is_still_encoded_says_less_than_what_was_decoded() -> None:
    plain, encoded = "user: John & Sons", base64_of("user: John & Sons")
    decoded_by_the_application = only(find(query(encoded), f"SELECT '{plain}'"))
    encoded_by_the_application = only(find(query(plain), f"SELECT '{encoded}'"))
    assert encoded_by_the_application.strength < 0.25 < decoded_by_the_application.strength


@pytest.mark.parametrize("found", ["Barney", "blue moon"])
def test_user_and_password_of_a_basic_authorization_are_found(found: str) -> None:
    header = Value(HEADER, "Authorization", f"Basic {base64_of('Barney:blue moon')}")
    assert only(find([header], f"SELECT '{found}'")).found == found


def test_the_first_address_of_a_list_is_found() -> None:
    header = Value(HEADER, "X-Forwarded-For", "10.1.2.3, 10.9.9.9")
    assert only(find([header], "INSERT INTO seen VALUES ('10.1.2.3')")).found == "10.1.2.3"


def test_what_a_referer_asked_for_is_found_and_its_address_is_not() -> None:
    referer = [Value(HEADER, "Referer", "http://shop.example:5000/orders?q=John%20Smith")]
    assert only(find(referer, "SELECT 'John Smith'")).found == "John Smith"
    assert find(referer, "http://shop.example:5000/login") == []
    assert find(referer, "/orders") == []


def test_the_text_of_a_markup_body_is_found_and_its_tags_are_not() -> None:
    body = [Value(BODY, "", "<order><customer>Barney</customer></order>")]
    assert only(find(body, "SELECT customer FROM order WHERE a = 'Barney'")).found == "Barney"


def test_every_place_of_a_value_is_found() -> None:
    matches = find(query("blue"), "SELECT 'blue', 'a', 'blue'")
    assert [each.start for each in matches] == [8, 21]


def test_the_longest_of_overlapping_matches_stays() -> None:
    values = [Value(RAW_QUERY, "", "first=John"), Value(QUERY, "a", "John"), Value(QUERY, "b", "John Smith")]
    match = only(find(values, "SELECT 'John Smith'"))
    assert match.value.name == "b"


def test_matches_are_bounded() -> None:
    argument = " ".join(f"value{index:03}x" for index in range(100))
    assert len(find([Value(QUERY, "q", each) for each in argument.split()], argument)) == MOST_MATCHES


def test_values_that_come_later_are_found_as_well() -> None:
    values = Values()
    values.append(Value(QUERY, "a", "first value"))
    assert find(values, "SELECT 'second value'") == []
    values.append(Value(QUERY, "b", "second value"))
    assert only(find(values, "SELECT 'second value'")).value.name == "b"


def test_short_values_count_only_as_the_whole_of_what_a_sink_asks_for() -> None:
    assert find(query("1"), "1", shortest=1)
    assert not find(query("1"), "1")
    assert not find(query("1"), "SELECT '1'", shortest=1)


@settings(deadline=None)
@given(
    texts=st.lists(st.text("abcdefgh01 %&+=", max_size=40), max_size=12),
    argument=st.text("xyzqw '\"()\n,;%&\\<>/ ", max_size=300),
)
def test_nothing_in_common_is_never_a_match(texts: list[str], argument: str) -> None:
    values = [Value(QUERY, "q", text) for text in texts if text.strip(" %&+=")]
    assert find(values, argument) == []


@settings(deadline=None, max_examples=300)
@given(
    texts=st.lists(st.text(max_size=30), max_size=6),
    around=st.lists(st.text(max_size=20), min_size=1, max_size=6),
    change=st.sampled_from(sorted(CHANGES)),
)
def test_offsets_always_point_at_what_was_found(texts: list[str], around: list[str], change: str) -> None:
    encodable = [text.encode("utf-8", "ignore").decode() for text in texts]
    argument = " ".join(each for pair in zip(around, map(CHANGES[change], encodable), strict=False) for each in pair)
    matches = find([Value(QUERY, "q", text) for text in encodable], argument)
    for match in matches:
        assert argument[match.start : match.end] == match.found
        assert match.found
        assert 0.0 < match.strength <= 1.0
    for first, second in pairwise(matches):
        assert first.end <= second.start


HOSTILE: dict[str, tuple[list[str], str]] = {
    "long and alike": (["a" * 8_191 + "b"] * 512, "a" * 65_535),
    "percent": (["%41" * 2_730] * 512, "%41" * 21_845),
    "percent of percent": (["%25" * 2_730] * 512, "%2525" * 13_107),
    "entities": (["&lt;" * 2_048] * 512, "&amp;lt;" * 8_192),
    "backslashes": (["\\u0041" * 1_365] * 512, "\\\\" * 32_768),
    "base64": ([base64.b64encode(b"abc" * 2_048).decode()] * 512, "aB0" * 21_845),
    "many and short": ([f"aaaa{index}a" for index in range(512)], "a" * 65_535),
    "many pieces": ([f"{index}" + " abcdefgh" * 50 for index in range(512)], "bcdefgha " * 900),
    "all found": (
        [f"name{index:03}" for index in range(512)],
        "select " + " ".join(f"name{i % 512:03}" for i in range(7_000)),
    ),
    "all found quoted": (
        [f"name{index:03}x" for index in range(512)],
        "'" + " ".join(f"name{i % 512:03}x" for i in range(7_000)) + "'",
    ),
    "form body": (["a=b&" * 2_047 + " "] * 512, "no"),
    "question marks": (["?" * 8_192] * 512, "no"),
    "nested JSON": (["[" * 4_096] * 512, "[" * 65_535),
    "beyond ASCII": (["ß" * 8_192] * 512, "ß" * 65_535),
}


SECONDS_OF_A_HANG = 5
"""Each takes some thousandths; what grows with a power of the length would take minutes (bench/ measures the rest)."""


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_values_and_arguments_take_bounded_time(case: str) -> None:
    texts, argument = HOSTILE[case]
    values = Values()
    values += [Value(part, "referer", text) for text in texts for part in (QUERY, BODY, HEADER)][:512]
    started = time.process_time()
    find(values, argument)
    assert time.process_time() - started < SECONDS_OF_A_HANG
