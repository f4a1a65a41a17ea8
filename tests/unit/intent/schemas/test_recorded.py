from __future__ import annotations

from setpoint.intent.schemas import SchemaCatalogue
from setpoint.intent.schemas.recorded import NOTHING_KNOWN, schema_path, with_recorded
from setpoint.model.schema import Kind

BUCKET = "AWS::S3::Bucket"


def test_recorded_paths_go_into_lists_with_or_without_a_star() -> None:
    kinds = {"Rules": "list", "Rules[*]": "object", "Block": "object"}
    assert schema_path("Rules.*.Prefix", kinds) == schema_path("Rules.Prefix", kinds) == "Rules[*].Prefix"
    assert schema_path("Block.Mode", kinds) == "Block.Mode"
    assert schema_path("Unheard.*.Of", {}) == "Unheard[*].Of"


def test_what_the_recording_says_is_the_whole_truth_of_its_time() -> None:
    facts = {**NOTHING_KNOWN, "kinds": {"A": "string", "B": "string"}, "read_only": ["A"], "defaults": {"A": 1}}
    recorded = with_recorded(facts, {"readOnlyPaths": ["B"], "defaultPaths": {"B": 2}, "unorderedScalarPaths": ["L"]})
    assert recorded["read_only"] == ["B"]
    assert recorded["write_only"] == []
    assert recorded["defaults"] == {"A": 1, "B": 2}
    assert recorded["unordered"] == ["L"]
    assert recorded["kinds"] == {"A": "string", "B": "string", "L": Kind.LIST}


def test_of_a_type_that_nobody_knows_the_recorded_facts_are_all(catalogue: SchemaCatalogue) -> None:
    schema = catalogue.recorded("AWS::Brand::New", {"readOnlyPaths": ["State.Code"], "defaults": {"Size": 3}})
    assert schema.read_only == {"State.Code"}
    assert schema.defaults["Size"].value == 3
    assert schema.kind("State") is Kind.ANY
    assert catalogue.schema("AWS::Brand::New") is None


def test_a_recording_holds_what_setpoint_itself_does_not_read(catalogue: SchemaCatalogue) -> None:
    known = catalogue.schema(BUCKET)
    assert known is not None
    assert "MetricsConfigurations" in known.not_read
    assert catalogue.recorded(BUCKET, {}).not_read == frozenset()


def test_odd_recorded_facts_are_no_facts(catalogue: SchemaCatalogue) -> None:
    odd = {"readOnlyPaths": "Arn", "defaultPaths": ["x"], "unorderedScalarPaths": [1, None]}
    assert catalogue.recorded("AWS::Brand::New", odd).kinds == {}
