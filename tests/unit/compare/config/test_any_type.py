"""What holds for types that nobody looked up: their schemas alone decide, and nothing that somebody changed is missed.

A recording is made up out of a schema: some of its properties are declared, and the live state echoes them as AWS is
known to (order, case, defaults, read-only values, its own tags, switches that nobody turned on).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from setpoint.compare.config import ConfigComparator
from setpoint.compare.config.text_kinds import TextKind, text_kind
from setpoint.compare.config.words import grants, is_own_state, names_something, protects
from setpoint.intent.schemas import SchemaCatalogue, overlay
from setpoint.intent.schemas.overlay import Defaults
from setpoint.model.paths import join, schema_path
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import Urn

CATALOGUE = SchemaCatalogue()
COMPARATOR = ConfigComparator(CATALOGUE.schema)
DEEPEST = 3
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
Place = tuple[str | int, ...]

SHAPES = ("word-{}", "Mixed-{}", "Main.{}", "https://{}.example", "https://{}.example/Cb", "Repo.io/{}:1.0")
"""Texts that somebody might take for one another's spelling."""

SPOILT: tuple[Callable[[str], str], ...] = (
    lambda text: f"{text}-changed",
    str.swapcase,
    lambda text: f"{text}.",
    lambda text: f"{text}//",
    lambda text: text.removeprefix("https://") if "://" in text else f"https://{text}",
)
READ_OTHERWISE = frozenset(TextKind) - {TextKind.PLAIN, TextKind.EXACT, TextKind.BLOCK}
"""What AWS documents to have other spellings; `test_spellings` has them."""

PROTECTIVE = re.compile(r"Requir|Encrypt|Protect|Enforce|Verif|Restrict|Secur|Mfa|Lock|Audit")


@cache
def types_that_nobody_looked_up() -> list[str]:
    by_hand = Defaults(Path(overlay.__file__).parent / "defaults").of_all_types()
    return sorted(CATALOGUE.types() - by_hand.keys() - CATALOGUE.overlay.mined.keys())


@cache
def schema_of(type_name: str) -> ResourceSchema:
    schema = CATALOGUE.schema(type_name)
    assert schema is not None
    return schema


def members(schema: ResourceSchema, path: str) -> list[str]:
    """The names right below `path` that can be declared and read back."""
    start = f"{path}." if path else ""
    hidden = schema.read_only | schema.write_only
    below = (each.removeprefix(start) for each in schema.kinds if each.startswith(start) and each not in hidden)
    return sorted(name for name in below if name.isidentifier())


@st.composite
def values(draw: st.DrawFn, schema: ResourceSchema, path: str, depth: int = 0) -> Any:
    match schema.kinds[path]:
        case Kind.BOOLEAN:
            return draw(st.booleans())
        case Kind.INTEGER | Kind.NUMBER:
            return draw(st.integers(2, 9_999))
        case Kind.STRING:
            return draw(st.sampled_from(SHAPES)).format(draw(st.text("abcdef", min_size=3, max_size=8)))
        case Kind.LIST if f"{path}[*]" in schema.kinds and depth < DEEPEST:
            return draw(st.lists(values(schema, f"{path}[*]", depth + 1), min_size=1, max_size=3, unique_by=repr))
        case Kind.OBJECT if depth < DEEPEST:
            return draw(objects(schema, path, depth))
        case _:
            return "free text"


@st.composite
def objects(draw: st.DrawFn, schema: ResourceSchema, path: str = "", depth: int = 0) -> dict[str, Any]:
    names = members(schema, path)
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True)) if names else []
    return {name: draw(values(schema, join(path, name), depth + 1)) for name in chosen}


def echoed(schema: ResourceSchema, path: str, declared: Any) -> Any:
    """As services return it: sets in another order, words in another case, defaults filled in."""
    if isinstance(declared, dict):
        live = {name: echoed(schema, join(path, name), member) for name, member in declared.items()}
        unsaid = {name for name in members(schema, path) if name not in declared}
        return live | {
            name: schema.defaults[at].value for name in unsaid if (at := join(path, name)) in schema.defaults
        }
    if isinstance(declared, list):
        live_list = [echoed(schema, f"{path}[*]", each) for each in declared]
        return live_list[::-1] if path in schema.unordered else live_list
    return declared.upper() if isinstance(declared, str) and path in schema.enums else declared


def as_aws_returns_it(schema: ResourceSchema, declared: dict[str, Any]) -> dict[str, Any]:
    live = dict(echoed(schema, "", declared))
    for path in schema.kinds:
        if path.isidentifier() and path not in live:
            if path in schema.read_only:
                live[path] = "made by AWS"
            elif schema.kinds[path] is Kind.BOOLEAN and not protects(path) and not is_own_state(path):
                live[path] = False
            elif path not in schema.defaults:
                live[path] = None
    for path, key in schema.keyed.items():
        if path in live and key == "Key":
            live[path] = [*(live[path] or []), {"Key": "aws:cloudformation:stack-name", "Value": "shop"}]
    return live


def told(type_name: str, declared: dict[str, Any], live: dict[str, Any]) -> set[str]:
    urn = Urn.aws("aws", "111122223333", "eu-west-1", type_name, "one-0a1b2c")
    comparison = COMPARATOR.compare(Resource(urn, declared, "template"), Resource(urn, live, "aws"))
    return {drift.path for drift in comparison.drifts}


def leaves(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from leaves(member, (*path, index))
    else:
        yield path, value


def other(value: Any, spoil: Callable[[str], str]) -> Any:
    if isinstance(value, bool):
        return not value
    return spoil(value) if isinstance(value, str) else value * 7 + 13


def has_spellings(schema: ResourceSchema, place: Place) -> bool:
    """Whether a change of the text there may be no change to AWS."""
    path = ""
    for step in place:
        path = join(path, step) if isinstance(step, str) else f"{path}[*]"
    known = path in schema.enums or path in schema.folded_case or path in schema.spellings or path in schema.open_ended
    return known or text_kind(path, schema.type) in READ_OTHERWISE


def changed(declared: dict[str, Any], place: Place, spoil: Callable[[str], str]) -> dict[str, Any]:
    mutant = copy.deepcopy(declared)
    at: Any = mutant
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = other(at[place[-1]], spoil)
    return mutant


def is_at(path: str, place: Place) -> bool:
    """A change may be told more coarsely: of a list as a whole."""
    names = [step for step in place if isinstance(step, str)]
    along = schema_path(path).replace("[*]", "").split(".")
    return along == names[: len(along)]


@st.composite
def recordings(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any]]:
    type_name = draw(st.sampled_from(types_that_nobody_looked_up()))
    schema = schema_of(type_name)
    declared = draw(objects(schema))
    return type_name, declared, as_aws_returns_it(schema, declared)


def test_most_types_were_never_looked_up() -> None:
    assert len(types_that_nobody_looked_up()) > 1_000


@EXAMPLES
@given(recordings())
def test_what_aws_echoes_is_no_drift(recording: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    assert told(*recording) == set()


@EXAMPLES
@given(recordings(), st.data())
def test_whatever_was_declared_and_changed_is_told_and_nothing_beside_it(
    recording: tuple[str, dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    type_name, declared, _ = recording
    places = [place for place, _ in leaves(declared)]
    assume(places)
    place, schema = data.draw(st.sampled_from(places)), schema_of(type_name)
    spoil = SPOILT[0] if has_spellings(schema, place) else data.draw(st.sampled_from(SPOILT))
    found = told(type_name, declared, as_aws_returns_it(schema, changed(declared, place, spoil)))
    assert found
    assert [path for path in found if not is_at(path, place)] == []


@EXAMPLES
@given(recordings(), st.data())
def test_what_nobody_declared_and_no_rule_knows_is_told(
    recording: tuple[str, dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    type_name, declared, live = recording
    schema = schema_of(type_name)
    known = {*declared, *schema.defaults, *schema.primary_identifier}
    free = [name for name in members(schema, "") if name not in known]
    texts = [name for name in free if schema.kinds[name] is Kind.STRING and grants(name) and not names_something(name)]
    switches = [name for name in free if schema.kinds[name] is Kind.BOOLEAN and not is_own_state(name)]
    assume(texts or switches)
    name = data.draw(st.sampled_from(texts + switches))
    value = "somebody-elses" if name in texts else True
    assert told(type_name, declared, {**live, name: value}) == {name}


def protections(schema: ResourceSchema) -> list[str]:
    known = {*schema.defaults, *schema.primary_identifier}
    switches = (name for name in members(schema, "") if schema.kinds[name] is Kind.BOOLEAN and name not in known)
    return [name for name in switches if PROTECTIVE.search(name)]


def test_a_protection_that_is_off_and_that_no_rule_knows_is_told() -> None:
    of_types = {each: protections(schema_of(each)) for each in types_that_nobody_looked_up()}
    wrong = [
        (type_name, name)
        for type_name, names in of_types.items()
        for name in names
        if told(type_name, {}, {name: False}) != {name}
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path",
    [
        "AcceptanceRequired",
        "Definition.TemplateV4.EnrollmentFlags.UserInteractionRequired",
        "IsUserConfirmationRequired",
        "RequireSymbols",
        "SigningRequired",
    ],
)
def test_what_is_required_protects(path: str) -> None:
    name = path.rpartition(".")[2]
    declared: dict[str, Any] = {"Name": "orders"}
    assert protects(path)
    assert told("AWS::Shop::Unheard", declared, {**declared, name: False}) == {name}


def test_what_a_machine_needs_is_no_protection() -> None:
    assert not protects("InstanceRequirements.VCpuCount.Max")


@pytest.mark.parametrize("type_name", ["AWS::Shop::Unheard", "Vendor::Thing::New"])
def test_a_type_without_a_schema_is_compared_by_names_alone(type_name: str) -> None:
    declared = {"Name": "orders", "Rules": [{"Port": 1}, {"Port": 2}], "RoleArn": "arn:aws:iam::111122223333:role/r"}
    live = {**declared, "Rules": [{"Port": 2}, {"Port": 1}], "RoleArn": "r", "CreatedAt": "2026-05-31T10:00:00Z"}
    assert told(type_name, declared, live) == set()
    assert told(type_name, declared, {**live, "PolicyText": "anything"}) == {"PolicyText"}
    assert told(type_name, declared, {**live, "RoleArn": "arn:aws:iam::999999999999:role/r"}) == {"RoleArn"}
