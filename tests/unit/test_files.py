"""Bad files get one clear error, with the place."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.files import load_yaml, parse_json, parse_yaml, read_bytes, read_lines


def test_values_remember_their_lines() -> None:
    document = parse_yaml(b"a: 1\nb:\n  - c: x\n  - d: y\n", "f.yaml")
    assert document.value == {"a": 1, "b": [{"c": "x"}, {"d": "y"}]}
    assert document.where("b[1].d") == "f.yaml:4"
    assert document.where("b[1].d.below[3]") == "f.yaml:4"
    assert document.where() == "f.yaml:1"


def test_dates_and_numbers_that_look_like_text_keep_their_spelling() -> None:
    document = parse_yaml(b"version: 2012-10-17\naccount: '012345678901'\n", "f.yaml")
    assert document.value == {"version": "2012-10-17", "account": "012345678901"}


def test_tags_are_constructed_with_their_place() -> None:
    seen = []

    def construct(tag: str, value: object, where: str) -> object:
        seen.append((tag, where))
        return {"Fn::Sub": value}

    document = parse_yaml(b"a:\n  b: !Sub '${X}'\n", "f.yaml", tags={"!Sub": construct})
    assert document.value == {"a": {"b": {"Fn::Sub": "${X}"}}}
    assert seen == [("!Sub", "f.yaml:2")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: [1", "not YAML"),
        (b"a: 1\na: 2", "f.yaml:2: the key 'a' stands twice"),
        (b"a: !Magic x", "f.yaml:1: unknown tag !Magic"),
        (b"? [a]\n: b", "a key must be text"),
        (b"a: \xff", "not UTF-8"),
        (b"--- 1\n--- 2\n", "not YAML"),
        (b"[" * 200 + b"]" * 200, "nested more than 100 levels"),
        (
            b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + b"".join(
                b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((n + 1, n + 1) + (n,) * 10)
                for n in range(97, 105)
            ),
            "expands to more than",
        ),
    ],
)
def test_bad_yaml_is_refused_with_its_place(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=r"f\.yaml") as caught:
        parse_yaml(text, "f.yaml")
    assert message in caught.value.diagnostics()


def test_bad_json_is_refused_with_line_and_column() -> None:
    with pytest.raises(InputError) as caught:
        parse_json(b'{\n  "a": nope\n}', "state.json")
    assert caught.value.diagnostics().startswith("state.json:2:8: this is not JSON")
    with pytest.raises(InputError, match="empty"):
        parse_json(b"  ", "state.json")


def test_nesting_has_an_end() -> None:
    assert parse_json(b"[" * 99 + b"1" + b"]" * 99, "state.json")
    with pytest.raises(InputError, match=r"state\.json: the document is nested more than 100 levels deep"):
        parse_json(b"[" * 101 + b"1" + b"]" * 101, "state.json")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"10:30", "10:30"),
        (b"012345678901", "012345678901"),
        (b"0x1F", "0x1F"),
        (b"2012-13-45", "2012-13-45"),
        (b"!!int abc", "abc"),
        (b"99999999999999999999", "99999999999999999999"),
        (b"1_000", 1000),
        (b"-7", -7),
        (b"1.5e+3", 1500.0),
        (b".inf", ".inf"),
        (b"yes", True),
        (b"~", None),
    ],
)
def test_only_plain_numbers_are_numbers(text: bytes, value: object) -> None:
    assert parse_yaml(b"a: " + text, "f.yaml").value == {"a": value}


def test_json_with_characters_beyond_the_basic_plane_is_read() -> None:
    assert parse_yaml(b'{"a": "\\ud83d\\ude00"}', "f.json").value == {"a": "\U0001f600"}


def test_what_is_no_readable_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_bytes(tmp_path / "none")
    with pytest.raises(InputError, match="a folder"):
        read_bytes(tmp_path)
    (tmp_path / "large").write_bytes(b"12345")
    with pytest.raises(InputError, match="at most 4"):
        read_bytes(tmp_path / "large", limit=4)
    with pytest.raises(InputError, match="no such file"):
        load_yaml(tmp_path / "none.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(InputError):
        parse_yaml(data, "f.yaml")


def test_lines_are_read_with_their_numbers_plain_or_packed(tmp_path: Path) -> None:
    for name, content in (("plain", b"a\n\n b"), ("packed", gzip.compress(b"a\n\n b"))):
        path = tmp_path / name
        path.write_bytes(content)
        assert list(read_lines(path)) == [(f"{path}:1", b"a\n"), (f"{path}:3", b" b")]


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(gzip.compress(b"ok\n" + b"x" * 1000))
    with pytest.raises(InputError, match="long:2: the line has more than 100 bytes"):
        list(read_lines(path, limit=100))


@pytest.mark.parametrize("cut", [5, 20])
def test_a_gzip_file_that_was_cut_short_is_told(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut"
    path.write_bytes(gzip.compress(b"a line\n" * 50)[:cut])
    with pytest.raises(InputError, match="not whole as a gzip file"):
        list(read_lines(path))
