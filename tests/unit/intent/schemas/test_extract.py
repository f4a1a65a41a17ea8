from __future__ import annotations

from typing import Any

import pytest

from setpoint.intent.schemas.extract import extract


def kinds(properties: dict[str, Any], **document: Any) -> Any:
    return extract({"properties": properties, **document})["kinds"]


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": "boolean"}, "boolean"),
        ({"type": ["boolean", "null"]}, "boolean"),
        ({"type": ["integer", "string"]}, "string"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": ["object", "string"]}, "any"),
        ({"type": "object"}, "any"),
        ({"type": "json"}, "any"),
        ({"enum": ["a", "b"]}, "string"),
        ({"items": {"type": "string"}}, "list"),
        ({"properties": {"A": {"type": "string"}}}, "object"),
        ({}, "any"),
    ],
)
def test_the_kind_of_a_property(definition: dict[str, Any], kind: str) -> None:
    assert kinds({"P": definition})["P"] == kind


def test_references_branches_lists_and_open_maps_are_followed() -> None:
    found = kinds(
        {
            "Rules": {"type": "array", "items": {"$ref": "#/definitions/Rule"}},
            "Labels": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
        },
        definitions={
            "Rule": {
                "type": "object",
                "oneOf": [{"properties": {"Cidr": {"type": "string"}}}, {"required": ["Port"]}],
                "allOf": [{"properties": {"Port": {"type": "integer"}}}],
            }
        },
    )
    assert found == {
        "Rules": "list",
        "Rules[*]": "object",
        "Rules[*].Cidr": "string",
        "Rules[*].Port": "integer",
        "Labels": "object",
        "Labels[*]": "string",
    }


def test_a_definition_inside_itself_ends() -> None:
    found = kinds(
        {"Statement": {"$ref": "#/definitions/Statement"}},
        definitions={
            "Statement": {
                "type": "object",
                "properties": {"Not": {"$ref": "#/definitions/Statement"}, "A": {"type": "string"}},
            }
        },
    )
    assert found["Statement.Not.A"] == "string"
    assert len(found) < 10


def test_a_reference_that_leads_nowhere_is_free() -> None:
    assert kinds({"P": {"$ref": "#/definitions/Missing"}}) == {"P": "any"}


def test_pointers_become_paths_with_and_without_the_star() -> None:
    rules = {"type": "array", "items": {"type": "object", "properties": {"Prefix": {"type": "string"}}}}
    facts = extract(
        {
            "properties": {"Rules": rules, "Id": {"type": "string"}},
            "primaryIdentifier": ["/properties/Id"],
            "readOnlyProperties": ["/properties/Rules/*/Prefix"],
            "writeOnlyProperties": ["/properties/Rules/Prefix"],
            "createOnlyProperties": ["/properties/Id"],
        }
    )
    assert facts["read_only"] == facts["write_only"] == ["Rules[*].Prefix"]
    assert facts["primary_identifier"] == facts["create_only"] == ["Id"]


def test_lists_say_whether_their_order_means_something() -> None:
    facts = extract(
        {"properties": {"A": {"type": "array", "insertionOrder": False}, "B": {"type": "array", "uniqueItems": True}}}
    )
    assert facts["unordered"] == ["A"]


def test_tags_are_keyed_under_the_name_that_the_type_gives_them() -> None:
    tag = {"type": "object", "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}}}
    tags = {"type": "array", "items": tag}
    facts = extract(
        {"properties": {"ResourceTags": tags, "Tags": tags}, "tagging": {"tagProperty": "/properties/ResourceTags"}}
    )
    assert facts["keyed"] == {"ResourceTags": "Key"}
    assert extract({"properties": {"Tags": tags}})["keyed"] == {"Tags": "Key"}


@pytest.mark.parametrize(
    ("expression", "folds"),
    [
        ("$lowercase(Name)", True),
        ("$uppercase(Name)", True),
        ("$lowercase(Name) $OR $uppercase(Name)", True),
        ("Name $OR $lowercase(Name)", True),
        ('$lowercase($substringAfter(Name, "/"))', False),
        ("Name", False),
        ('$join(["arn:", Name])', False),
    ],
)
def test_only_pure_changes_of_case_fold(expression: str, *, folds: bool) -> None:
    facts = extract({"properties": {"Name": {"type": "string"}}, "propertyTransform": {"/properties/Name": expression}})
    assert facts["folded_case"] == (["Name"] if folds else [])


def test_defaults_are_found_where_they_stand() -> None:
    nested = {"type": "object", "properties": {"Size": {"type": "integer", "default": 3}}}
    assert extract({"properties": {"A": nested, "B": {"type": "string", "default": "x"}}})["defaults"] == {
        "A.Size": 3,
        "B": "x",
    }


@pytest.mark.parametrize(
    ("expression", "spellings"),
    [
        (
            "($x := $lookup({'1': 'icmp','6': 'tcp'}, Protocol);$x ? $x : $lowercase(Protocol))",
            {"Rules[*].Protocol": {"1": "icmp", "6": "tcp"}},
        ),
        ("($x := $lookup({'6': 'tcp'}, Protocol);$x = 'tcp' ? Protocol : -1)", {}),
        ("($x := $lookup({'6': 'tcp'}, Other);$x ? $x : $lowercase(Other))", {}),
        ("$lowercase(Protocol)", {}),
    ],
)
def test_other_spellings_of_a_name_are_found(expression: str, spellings: dict[str, Any]) -> None:
    rule = {"type": "object", "properties": {"Protocol": {"type": "string"}}}
    facts = extract(
        {
            "properties": {"Rules": {"type": "array", "items": rule}},
            "propertyTransform": {"/properties/Rules/*/Protocol": expression},
        }
    )
    assert facts["spellings"] == spellings


def test_what_can_have_one_value_only_has_it_by_default() -> None:
    properties = {"Kind": {"type": "string", "enum": ["SINGLE"]}, "Mode": {"type": "string", "enum": ["A", "B"]}}
    assert extract({"properties": properties})["defaults"] == {"Kind": "SINGLE"}
