from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.scan import CodePlace
from setpoint.scan.sarif.places import Places, file_of

ROOT = Path("/srv/shop")
ROOTS = (str(ROOT),)


def _place(uri: str, base: str = "", bases: Any = None, region: Any = None) -> CodePlace:
    location = {"artifactLocation": {"uri": uri, **({"uriBaseId": base} if base else {})}, "region": region}
    places = Places({"originalUriBaseIds": bases}, ROOT)
    return places.place({"locations": [{"physicalLocation": location}]})


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("a/b.py", "a/b.py"),
        ("./a/../b.py", "b.py"),
        ("a%20b.py", "a b.py"),
        ("a#b?.py", "a#b?.py"),
        ("src\\a.py", "src/a.py"),
        ("file:///srv/shop/a/b.py", "a/b.py"),
        ("FILE://localhost/srv/shop/a%20b.py", "a b.py"),
        ("file:/srv/shop/a.py", "a.py"),
        ("/srv/shop/a.py", "a.py"),
        ("//srv/shop/a.py", "a.py"),
        ("/srv/shop", ""),
        (".", ""),
    ],
)
def test_a_uri_within_the_folder(uri: str, file: str) -> None:
    assert file_of(uri, ROOTS) == file
    assert not CodePlace(file).is_outside


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/srv/shopping/a.py", "/srv/shopping/a.py"),
        ("/srv/shop/../x.py", "/srv/x.py"),
        ("../a.py", "../a.py"),
        ("a/../../b.py", "../b.py"),
        ("file:///c:/src/a.py", "C:/src/a.py"),
        ("file:///c%3A/src/a.py", "C:/src/a.py"),
        ("C:\\src\\a.py", "C:/src/a.py"),
        ("https://example.org/a.py", "https://example.org/a.py"),
        ("file://elsewhere/share/a.py", "file://elsewhere/share/a.py"),
    ],
)
def test_a_uri_outside_of_it_is_told_apart(uri: str, file: str) -> None:
    assert file_of(uri, ROOTS) == file
    assert CodePlace(file).is_outside


@pytest.mark.parametrize(
    ("base", "bases", "file"),
    [
        ("", None, "a.py"),
        ("%SRCROOT%", None, "a.py"),
        ("%SRCROOT%", {"%SRCROOT%": {"uri": "file:///srv/shop/sub/"}}, "sub/a.py"),
        ("%SRCROOT%", {"%SRCROOT%": {"uri": "file:///home/runner/srv/shop/"}}, "a.py"),
        (
            "SRC",
            {"SRC": {"uri": "src/", "uriBaseId": "PROJECTROOT"}, "PROJECTROOT": {"uri": "file:///else/"}},
            "src/a.py",
        ),
        ("SRC", {"SRC": {"uri": "src", "uriBaseId": "TOP"}, "TOP": {"uri": "file:///srv/shop"}}, "src/a.py"),
        ("TOP", {"TOP": {"uri": "file:///usr/"}}, "/usr/a.py"),
        ("LOOP", {"LOOP": {"uriBaseId": "LOOP"}}, "a.py"),
    ],
)
def test_bases_stand_on_one_another(base: str, bases: Any, file: str) -> None:
    assert _place("a.py", base, bases).file == file


@pytest.mark.parametrize(
    ("region", "lines"),
    [
        ({"startLine": 3}, (3, 3)),
        ({"startLine": 3, "endLine": 9}, (3, 9)),
        ({"startLine": 9, "endLine": 3}, (9, 9)),
        ({"startLine": 0}, (0, 0)),
        ({"startLine": -1, "endLine": 4}, (0, 0)),
        ({"charOffset": 5}, (0, 0)),
        (None, (0, 0)),
    ],
)
def test_lines(region: Any, lines: tuple[int, int]) -> None:
    place = _place("a.py", region=region)
    assert (place.line, place.end_line) == lines


def test_the_first_location_with_a_file_counts_and_none_is_the_whole_folder() -> None:
    logical = {"logicalLocations": [{"fullyQualifiedName": "a.b"}]}
    there = {"physicalLocation": {"artifactLocation": {"uri": "b.py"}}}
    places = Places({}, ROOT)
    assert places.place({"locations": [logical, there]}) == CodePlace("b.py")
    assert places.place({"locations": [logical]}) == CodePlace("")
    assert places.place({}) == CodePlace("")


def test_an_artifact_that_points_at_itself_ends() -> None:
    places = Places({"artifacts": [{"location": {"index": 0}}]}, ROOT)
    assert places.place({"locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]}) == CodePlace("")


def test_a_path_that_no_system_has_is_refused() -> None:
    with pytest.raises(InputError, match="no path can hold"):
        file_of("a%00b.py", ROOTS)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0\\:"), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_any_file_of_the_folder_is_found_by_its_uri(parts: list[str]) -> None:
    file = "/".join(parts)
    assert file_of(f"file://{quote(f'/srv/shop/{file}')}", ROOTS) == file
    assert file_of(quote(file), ROOTS) == file


@given(st.text(max_size=40))
def test_any_text_is_a_file_or_one_error(uri: str) -> None:
    with contextlib.suppress(InputError):
        file_of(uri, ROOTS)
