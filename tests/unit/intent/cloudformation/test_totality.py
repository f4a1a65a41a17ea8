"""Properties of evaluation: whatever a template says is a value, an `Unknown` or an `InputError`, and stays so."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import FUNCTIONS, LANGUAGE_EXTENSIONS, LOOP
from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.declared import declared_state
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.live import LiveAttributes
from setpoint.intent.cloudformation.outside import Outside
from setpoint.intent.cloudformation.parameters import parameter_values
from setpoint.intent.cloudformation.resolution import Resolution
from setpoint.intent.cloudformation.scope import NO_VALUE, Chain
from setpoint.intent.cloudformation.sources import LiveTemplate
from setpoint.intent.cloudformation.surroundings import TemplateSurroundings
from setpoint.intent.cloudformation.template import Template, template_of
from setpoint.intent.cloudformation.transforms import Circumstances, run_transforms
from setpoint.intent.cloudformation.values import ShortForm
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.snapshot import Snapshot

PLACE: Final = Place("aws", "123456789012", "eu-west-1")
OUTSIDE: Final = Outside(Answers(None), "eu-west-1", ("eu-west-1a",))

NAMES: Final = st.sampled_from(
    ["A", "B", "P", "L", "Secret", "Yes", "No", "Perhaps", "Map", "k", "X", "AWS::Region", "AWS::NoValue", "Nobody", ""]
)
SCALARS: Final = (
    NAMES
    | st.sampled_from(["${A.Arn}${P}", "${!x}", "${", "&{X}${X}", "10.0.0.0/8", "::/0", "{{resolve:ssm:a}}", "A.Arn"])
    | st.integers(-(2**70), 2**70)
    | st.booleans()
    | st.none()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
)
CALLED: Final = st.sampled_from([*sorted(FUNCTIONS), f"{LOOP}Loop", "Fn::Nonsense"])


def _more(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    calls = st.builds(lambda name, argument: {name: argument}, CALLED, values)
    short = st.builds(ShortForm, st.sampled_from(sorted(FUNCTIONS)), values)
    loops = st.builds(lambda over, made: {f"{LOOP}It": ["X", over, {"K${X}": made}]}, values, values)
    return st.lists(values, max_size=4) | st.dictionaries(NAMES | CALLED, values, max_size=3) | calls | short | loops


VALUES: Final = st.recursive(SCALARS, _more, max_leaves=12)


def document(one: Json, other: Json, condition: Json, *, resources: Json = None) -> Document:
    value = {
        "Transform": LANGUAGE_EXTENSIONS,
        "Parameters": {
            "P": {"Type": "String", "Default": "p"},
            "L": {"Type": "CommaDelimitedList", "Default": "a,b"},
            "Secret": {"Type": "String", "NoEcho": True},
        },
        "Mappings": {"Map": {"k": {"A": "v", "B": ["x"]}}},
        "Conditions": {
            "Yes": {"Fn::Equals": ["a", "a"]},
            "No": {"Fn::Not": [{"Condition": "Yes"}]},
            "Perhaps": {"Fn::Equals": [{"Ref": "Secret"}, "a"]},
            "Asked": condition,
        },
        "Resources": {
            "A": {"Type": "AWS::S3::Bucket", "Properties": {"V": one}},
            "B": {"Type": "AWS::S3::Bucket", "Condition": "Asked", "DependsOn": "A", "Properties": {"V": other}},
            **(resources or {}),
        },
    }
    return Document("t", value, {})


def resolution(made: Document) -> Resolution:
    around = Circumstances(
        PLACE, LiveTemplate("s"), "s", lambda frame: parameter_values(frame, {"Secret": "x"}, {}), OUTSIDE
    )
    template: Template = run_transforms(made, around)
    types = frozenset({"AWS::S3::Bucket"})
    values = parameter_values(template, {}, {})
    return Resolution(
        template, TemplateSurroundings(PLACE, values, {}, None, lambda _: None, LiveAttributes(None), types, OUTSIDE)
    )


def read_or_refused(made: Document) -> Snapshot | InputError:
    try:
        return declared_state(resolution(made), frozenset({"AWS::S3::Bucket"}))
    except InputError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(VALUES, VALUES, VALUES, VALUES)
def test_whatever_a_template_says_is_read_or_refused(one: Json, other: Json, condition: Json, looped: Json) -> None:
    loop = {f"{LOOP}R": ["X", looped, {"R${X}": {"Type": "AWS::S3::Bucket", "Properties": {"V": looped}}}]}
    told = read_or_refused(document(one, other, condition, resources=loop))
    if isinstance(told, InputError):
        assert told.where.startswith("t:") or " and t:" in told.where
    else:
        for each in told.resources.values():
            canonical_bytes(each.properties)


def plain(value: Json) -> bool:
    """Whether it is JSON to the last leaf."""
    if isinstance(value, dict):
        return all(map(plain, value.values()))
    return all(map(plain, value)) if isinstance(value, list) else not isinstance(value, ShortForm | Unknown)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_what_is_worked_out_stays_as_it_is(value: Json) -> None:
    template = template_of(document(None, None, {"Fn::Equals": ["a", "b"]}))
    read = resolution(template.document)
    evaluator = Evaluator(template, read, Chain(), OUTSIDE)
    try:
        once = evaluator.value(value, "Resources.A.Properties.V")
    except InputError:
        return
    if once is NO_VALUE or not plain(once) or _looks_called(once):
        return
    assert evaluator.value(once, "Resources.A.Properties.V") == once


def _looks_called(value: Json) -> bool:
    """A parameter or a mapping may hold what reads like a call; it is data there, and a call in a template."""
    if isinstance(value, dict):
        return any(key == "Ref" or key.startswith("Fn::") for key in value) or any(map(_looks_called, value.values()))
    return isinstance(value, list) and any(map(_looks_called, value))
