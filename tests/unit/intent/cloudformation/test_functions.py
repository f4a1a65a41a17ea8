"""The pure functions: what CloudFormation documents, and the laws that join, split and substitution obey."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.cloudformation import functions
from setpoint.intent.cloudformation.functions import Variable, first_unknown, substitutions, text
from setpoint.model.canonical import Unknown

WHERE = "template.yaml:7"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
DELIMITERS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=3)


@given(DELIMITERS, TEXTS)
def test_joining_what_was_split_gives_it_back(delimiter: str, whole: str) -> None:
    pieces = functions.split([delimiter, whole], WHERE)
    assert functions.join([delimiter, pieces], WHERE) == whole


@given(st.lists(st.text("abc", max_size=5), min_size=1))
def test_splitting_what_was_joined_gives_it_back(pieces: list[str]) -> None:
    assert functions.split(["-", functions.join(["-", pieces], WHERE)], WHERE) == pieces


@given(st.lists(TEXTS, min_size=1), st.data())
def test_select_gives_the_item_at_the_index(items: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    assert functions.select([index, items], WHERE) == items[index]
    assert functions.select([str(index), items], WHERE) == items[index]


@given(TEXTS.filter(lambda each: "${" not in each and not each.endswith("$")))
def test_a_text_without_variables_stands_for_itself(plain: str) -> None:
    assert "".join(str(piece) for piece in substitutions(plain, WHERE)) == plain


@given(st.lists(st.one_of(st.text("ab $}", max_size=5), st.builds(Variable, st.text("aB.:_9", min_size=1)))))
def test_substitution_finds_every_variable_in_order(pieces: list[str | Variable]) -> None:
    template = "".join(f"${{{piece.name}}}" if isinstance(piece, Variable) else piece for piece in pieces)
    found = [piece for piece in substitutions(template, WHERE) if isinstance(piece, Variable)]
    assert found == [piece for piece in pieces if isinstance(piece, Variable)]


@given(st.text("aB.:_9", min_size=1))
def test_an_escaped_variable_is_its_own_text(name: str) -> None:
    assert "".join(str(piece) for piece in substitutions(f"a${{!{name}}}z", WHERE)) == f"a${{{name}}}z"


@given(TEXTS)
def test_base64_decodes_to_what_it_was(plain: str) -> None:
    assert base64.b64decode(functions.encode_base64(plain, WHERE)).decode() == plain


@given(st.dictionaries(TEXTS, st.one_of(st.none(), st.booleans(), TEXTS)))
def test_a_json_string_reads_as_what_it_was(value: dict[str, Any]) -> None:
    assert json.loads(functions.to_json_string(value, WHERE)) == value


@pytest.mark.parametrize(
    ("argument", "blocks"),
    [
        (["192.168.0.0/24", 6, 5], [f"192.168.0.{start}/27" for start in range(0, 192, 32)]),
        (["10.0.0.0/16", "2", "8"], ["10.0.0.0/24", "10.0.1.0/24"]),
        (["2001:db8::/56", 2, 64], ["2001:db8::/64", "2001:db8:0:1::/64"]),
    ],
)
def test_cidr_gives_blocks_of_so_many_host_bits(argument: list[Any], blocks: list[str]) -> None:
    assert functions.cidr(argument, WHERE) == blocks


@pytest.mark.parametrize(("value", "written"), [(True, "true"), (False, "false"), (5, "5"), (1.5, "1.5"), ("x", "x")])
def test_scalars_are_written_as_cloudformation_writes_them(value: object, written: str) -> None:
    assert text(value, WHERE) == written


def test_of_a_list_only_what_is_asked_for_need_be_known() -> None:
    items = ["known", Unknown("why")]
    assert functions.select([0, items], WHERE) == "known"
    assert functions.select([1, items], WHERE) == Unknown("why")
    assert functions.select([0, Unknown("no list")], WHERE) == Unknown("no list")
    assert functions.length(items, WHERE) == 2


def test_the_first_unknown_is_found_at_any_depth() -> None:
    assert first_unknown({"a": ["b", {"c": Unknown("deep")}]}) == Unknown("deep")
    assert first_unknown({"a": ["b", {"c": "d"}]}) is None


@pytest.mark.parametrize(
    ("function", "argument", "what"),
    [
        ("Fn::Select", [3, ["a"]], "Fn::Select asks for item 3 of a list of 1"),
        ("Fn::Select", ["x", ["a"]], "the index of Fn::Select is 'x'"),
        ("Fn::Select", [0, "a"], "Fn::Select takes an index and a list"),
        ("Fn::Join", [",", "a"], "Fn::Join takes a delimiter and a list"),
        ("Fn::Join", [",", [["a"]]], "text was expected here"),
        ("Fn::Split", ["", "a"], "the delimiter of Fn::Split is empty"),
        ("Fn::Length", "a", "Fn::Length takes a list"),
        ("Fn::ToJsonString", "a", "Fn::ToJsonString takes an object or a list"),
        ("Fn::Cidr", ["10.0.0.0/24", 300, 4], "cannot make 300 blocks"),
        ("Fn::Cidr", ["10.0.0.0/24", 2, 12], "cannot make 2 blocks of /20 inside 10.0.0.0/24"),
        ("Fn::Cidr", ["10.0.0.0/24", 5, 6], "10.0.0.0/24 has room for 4 blocks of /26, not 5"),
        ("Fn::Cidr", ["nowhere", 5, 6], "'nowhere', which is no address block"),
        ("Fn::Cidr", ["10.0.0.0/24", 5], "Fn::Cidr takes a block, a count and the host bits"),
    ],
)
def test_what_cannot_be_right_says_so_with_its_line(function: str, argument: Any, what: str) -> None:
    with pytest.raises(InputError) as caught:
        ({**functions.OF_KNOWN, **functions.OF_SHAPE})[function](argument, WHERE)
    assert what in caught.value.what
    assert caught.value.where == WHERE


def test_a_name_that_cannot_be_substituted_says_how_to_write_the_text() -> None:
    with pytest.raises(InputError, match=r"write \$\{!HOME:-/root\} for the text itself"):
        list(substitutions("cd ${HOME:-/root}", WHERE))
