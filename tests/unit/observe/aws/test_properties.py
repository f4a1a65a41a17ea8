"""What the readers read against what there is to be declared: nothing is forgotten in between."""

from __future__ import annotations

import pytest

from setpoint.intent.schemas import SchemaCatalogue
from setpoint.observe.aws.observer import READERS


@pytest.fixture(scope="module")
def catalogue() -> SchemaCatalogue:
    return SchemaCatalogue()


@pytest.mark.parametrize("type_name", READERS)
def test_every_property_is_read_or_said_not_to_be(catalogue: SchemaCatalogue, type_name: str) -> None:
    schema, read = catalogue.schema(type_name), READERS[type_name].properties
    assert schema is not None
    properties = {path for path in schema.kinds if not {".", "["} & set(path)}
    told = read | schema.read_only | schema.write_only | schema.not_read
    assert properties - told == set(), "read it, or say under not_read in facts.yaml why it is not read"
    assert read - properties == set(), "the schema knows no such property"
    assert read & schema.not_read == set(), "it is read: take it out of not_read in facts.yaml"
