from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from setpoint.compare.config.words import protects
from setpoint.files import load_yaml, parse_yaml
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.intent.schemas import overlay as overlay_module
from setpoint.intent.schemas.overlay import SWITCH_SOURCE, Defaults, Entry, Overlay, by_type, service_of
from setpoint.intent.schemas.recorded import NOTHING_KNOWN
from setpoint.model.paths import covers
from setpoint.model.schema import Default, Derivation, Kind, Relevance, ResourceSchema

NO_FACTS = (
    b"{documents: [], keyed: [], unordered: [], relevant: [], switches: [], write_only: [], returned: [], "
    b"not_read: [], generated: [], chosen: [], derived: [], assigned: [], added: [], rounded: [], never_returned: []}"
)
NO_DEFAULTS = b"defaults: []"


def facts(**changes: object) -> dict[str, object]:
    """As `extract` returns them."""
    return {**NOTHING_KNOWN, **changes}


def overlay(defaults: bytes = NO_DEFAULTS, documented: bytes = NO_FACTS) -> Overlay:
    entries = by_type(parse_yaml(defaults, "t.yaml"), "defaults")
    return Overlay(lambda type_name: entries.get(type_name, ()), parse_yaml(documented, "facts.yaml"))


SHIPPED = Overlay.shipped()
FOLDER = Path(overlay_module.__file__).parent / "defaults"
BY_HAND = Defaults(FOLDER).of_all_types()
SOURCED = (
    BY_HAND,
    SHIPPED.keyed,
    SHIPPED.unordered,
    SHIPPED.write_only,
    SHIPPED.returned,
    SHIPPED.generated,
    SHIPPED.relevant,
    SHIPPED.derived,
    SHIPPED.assigned,
    SHIPPED.chosen,
    SHIPPED.added,
    SHIPPED.rounded,
)
ENTRIES = [entry for section in SOURCED for entry in itertools.chain.from_iterable(section.values())]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.where.rpartition("/")[2])
def test_every_shipped_entry_is_about_a_property_that_exists_and_names_its_source(
    catalogue: SchemaCatalogue, entry: Entry
) -> None:
    schema = catalogue.schema(entry.type)
    assert schema is not None
    assert _exists(schema, entry.path)
    assert "Reference" in entry.source or "Guide" in entry.source or "schema" in entry.source


def _exists(schema: ResourceSchema, path: str) -> bool:
    """Also below a property that is free JSON, and of an element by its name, which no schema knows."""
    if schema.kind(path) is not None:
        return True
    listed, _, name = path.partition("[")
    if name and "[*]" not in path:
        return schema.kind(f"{listed}[*]") is not None
    return schema.kind(path.partition(".")[0].removesuffix("[*]")) in (Kind.ANY, Kind.STRING)


def test_what_was_mined_is_about_properties_that_exist(catalogue: SchemaCatalogue) -> None:
    mined = [entry for entries in SHIPPED.mined.values() for entry in entries]
    assert len(mined) > 1000
    schemas = {entry.type: catalogue.schema(entry.type) for entry in mined}
    lost = [entry.where for entry in mined if (known := schemas[entry.type]) is None or not _exists(known, entry.path)]
    assert lost == []
    assert {entry.where for entry in mined if "Reference" not in entry.source} == set()
    assert len({(entry.type, entry.path) for entry in mined}) == len(mined)


def test_a_protection_that_is_on_by_default_is_never_off_by_default_too(catalogue: SchemaCatalogue) -> None:
    """What is documented under two conditions must not make *off* look like a default where *on* is one."""
    for type_name in {*BY_HAND, *SHIPPED.mined}:
        schema = catalogue.schema(type_name)
        assert schema is not None
        both = {
            path
            for path, default in schema.defaults.items()
            if default.value is True and False in default.also and protects(path)
        }
        assert both == set(), type_name


def test_no_shipped_entry_stands_twice() -> None:
    for section in (*SOURCED, SHIPPED.not_read):
        for entries in section.values():
            assert len({entry.path for entry in entries}) == len(entries)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_of_defaults_holds_those_of_its_service_only(file: Path) -> None:
    assert {service_of(name) for name in by_type(load_yaml(file), "defaults")} == {file.stem}


def test_defaults_are_read_from_the_file_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("defaults: [{type: 'AWS::One::T', path: A, value: 1, source: page}]")
    (tmp_path / "other.yaml").write_text("this is no file of defaults: it would be refused")
    defaults = Defaults(tmp_path)
    assert [entry.value for entry in defaults.of("AWS::One::T")] == [1]
    assert [*defaults.of("AWS::One::Else"), *defaults.of("AWS::../one::T"), *defaults.of("no type")] == []


def test_documentation_wins_over_the_schema() -> None:
    documented = overlay(b"defaults: [{type: T, path: A, value: 2, source: page}]")
    schema = documented.schema("T", facts(kinds={"A": "integer", "B": "integer"}, defaults={"A": 1, "B": 1}))
    assert schema.defaults == {"A": Default(2, "page"), "B": Default(1, "schema")}


def test_a_default_has_its_conditions() -> None:
    documented = overlay(
        b"""{defaults: [
            {type: T, path: Port, by: Engine, value: {postgres: 5432}, source: page},
            {type: T, path: Group, value: default., reserved: true, source: page},
            {type: T, path: Storage, value: new, also: [old], source: page},
            {type: T, path: Selectors, value: [all], for_empty: true, source: page},
            {type: T, path: Acls.Block, value: true, partial: false, source: page},
        ]}"""
    )
    assert documented.schema("T", facts()).defaults == {
        "Port": Default({"postgres": 5432}, "page", by="Engine"),
        "Group": Default("default.", "page", reserved=True),
        "Storage": Default("new", "page", also=("old",)),
        "Selectors": Default(["all"], "page", for_empty=True),
        "Acls.Block": Default(value=True, source="page", partial=False),
    }


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry.by], ids=lambda entry: entry.where.rpartition("/")[2]
)
def test_what_decides_is_a_property_that_exists(catalogue: SchemaCatalogue, entry: Entry) -> None:
    schema = catalogue.schema(entry.type)
    assert schema is not None
    above = entry.path.rpartition(".")[0] if entry in SHIPPED.relevant.get(entry.type, []) else ""
    decisive = [entry.by] if isinstance(entry.by, str) else entry.by
    assert None not in {schema.kind(f"{above}.{name}" if above else name) for name in decisive}


REVIEWED = {
    "AWS::RDS::DBInstance": {"DedicatedLogVolume", "EnablePerformanceInsights", "ManageMasterUserPassword", "MultiAZ"},
    "AWS::S3::Bucket": {"InventoryConfigurations[*].Enabled"},
}
"""Switches of which no documentation names a default. One that is on by default must never join them: give it an entry
of its own in `defaults/`."""


@pytest.mark.parametrize("type_name", sorted(SHIPPED.switches))
def test_every_switch_that_is_off_unless_said_was_looked_up(catalogue: SchemaCatalogue, type_name: str) -> None:
    schema = catalogue.schema(type_name)
    assert schema is not None
    never_compared = schema.read_only | schema.write_only
    unsaid = {path for path, default in schema.defaults.items() if default.source == SWITCH_SOURCE}
    compared = {path for path in unsaid if not any(covers(each, path) for each in never_compared)}
    assert compared == REVIEWED.get(type_name, set())


def test_a_switch_is_off_unless_said_for_types_that_were_looked_up() -> None:
    named = overlay(
        b"defaults: [{type: T, path: Kept, value: true, source: page}]",
        NO_FACTS.replace(b"switches: []", b"switches: [T]"),
    )
    kinds = facts(
        kinds={"Kept": "boolean", "Off": "boolean", "Stated": "boolean", "Text": "string"}, defaults={"Stated": True}
    )
    assert {path: default.value for path, default in named.schema("T", kinds).defaults.items()} == {
        "Kept": True,
        "Off": False,
        "Stated": True,
    }
    assert set(named.schema("Other", kinds).defaults) == {"Stated"}


def test_a_default_inside_an_object_says_that_it_is_nested() -> None:
    schema = overlay().schema("T", facts(defaults={"A.B": True, "A[*]": 1, "C": 2}))
    assert {path: default.nested for path, default in schema.defaults.items()} == {
        "A.B": True,
        "A[*]": True,
        "C": False,
    }


def test_documents_are_known_by_name_and_kind() -> None:
    documented = overlay(
        documented=NO_FACTS.replace(
            b"documents: []", b"documents: [{name: P, source: s}, {name: D, text: true, source: s}]"
        )
    )
    schema = documented.schema("T", facts(kinds={"P": "any", "D": "string", "A.P": "string", "B.D": "integer"}))
    assert schema.kind("P") is Kind.DOCUMENT
    assert schema.kind("P.Statement[*].Effect") is Kind.STRING
    assert schema.kind("D") is Kind.DOCUMENT
    assert schema.kind("A.P") is Kind.STRING
    assert schema.kind("B.D") is Kind.INTEGER


def test_documented_facts_are_added_to_those_of_the_schema() -> None:
    documented = overlay(
        documented=b"""{
            documents: [],
            keyed: [{type: T, path: A, value: Id, source: s}],
            unordered: [{type: T, path: B, source: s}],
            write_only: [{type: T, path: C, source: s}, {type: Other, path: X, source: s}],
            returned: [{type: T, path: G, source: s}],
            not_read: [{type: T, path: H, why: nobody asks}],
            generated: [{type: T, path: D, source: page}],
            switches: [],
            relevant: [{type: T, path: I, by: J, value: [x, y], source: s}],
            derived: [{type: T, path: K, by: [L], value: x, source: page}],
            assigned: [{type: T, path: M, value: nobody knows, source: s}],
            chosen: [{type: T, path: N, source: page}],
            added: [{type: T, path: O, value: "-@all", source: s}],
            rounded: [{type: T, path: P, value: 3600, source: s}],
            never_returned: [{name: Password, source: s}],
        }"""
    )
    kinds = {"Login": "object", "Login.Password": "string"}
    schema = documented.schema("T", facts(keyed={"Tags": "Key"}, unordered=["E"], write_only=["F", "G"], kinds=kinds))
    assert schema.keyed == {"Tags": "Key", "A": "Id"}
    assert schema.unordered == {"B", "E"}
    assert schema.write_only == {"C", "F", "Login.Password"}
    assert schema.not_read == {"H"}
    assert schema.generated == {"D": "page"}
    assert schema.relevant == {"I": Relevance("J", frozenset({"x", "y"}))}
    assert schema.derived == {"K": Derivation(("L",), "page", "x")}
    assert schema.assigned == {"M": "nobody knows"}
    assert schema.chosen == {"N": "page"}
    assert schema.added == {"O": "-@all"}
    assert schema.rounded == {"P": 3600}


def test_what_was_looked_up_wins_over_what_was_mined() -> None:
    mined = {"T": [Entry("T", "A", 1, "mined", "1"), Entry("T", "B", 1, "mined", "2", also=[2, 3])]}
    by_hand = [Entry("T", "A", 2, "page", "1")]
    schema = Overlay(lambda _: by_hand, parse_yaml(NO_FACTS, "facts.yaml"), mined).schema("T", facts())
    assert schema.defaults == {"A": Default(2, "page"), "B": Default(1, "mined", also=(2, 3))}


def test_what_was_mined_may_be_another_fact_than_a_default() -> None:
    mined = {
        "T": [
            Entry("T", "Zone", None, "mined", "1", fact="chosen"),
            Entry("T", "Group", None, "mined", "2", fact="chosen"),
            Entry("T", "Name", None, "mined", "3", fact="folded_case"),
            Entry("T", "Id", None, "mined", "4", fact="generated"),
            Entry("T", "Owner", None, "mined", "5", fact="chosen"),
        ]
    }
    by_hand = [Entry("T", "Group", "default", "page", "1")]
    documented = NO_FACTS.replace(b"chosen: []", b"chosen: [{type: T, path: Window, source: page}]").replace(
        b"assigned: []", b"assigned: [{type: T, path: Owner, value: nobody knows, source: page}]"
    )
    schema = Overlay(lambda _: by_hand, parse_yaml(documented, "facts.yaml"), mined).schema("T", facts())
    assert schema.chosen == {"Zone": "mined", "Window": "page"}
    assert schema.generated == {"Id": "mined"}
    assert schema.folded_case == {"Name"}
    assert schema.defaults == {"Group": Default("default", "page")}


def test_the_version_changes_with_every_fact() -> None:
    versions = {
        overlay().schema("T", facts()).version,
        overlay().schema("T", facts(kinds={"A": "string"})).version,
        overlay().schema("T", facts(read_only=["A"])).version,
        overlay().schema("T", facts(defaults={"A": 1})).version,
        overlay(b"defaults: [{type: T, path: A, value: 1, source: page}]").schema("T", facts()).version,
        overlay(documented=NO_FACTS.replace(b"unordered: []", b"unordered: [{type: T, path: A, source: s}]"))
        .schema("T", facts())
        .version,
        overlay(documented=NO_FACTS.replace(b"not_read: []", b"not_read: [{type: T, path: A, why: w}]"))
        .schema("T", facts())
        .version,
        overlay(
            documented=NO_FACTS.replace(
                b"relevant: []", b"relevant: [{type: T, path: A, by: B, value: [x], source: s}]"
            )
        )
        .schema("T", facts())
        .version,
        overlay().schema("T", facts(spellings={"A": {"6": "tcp"}})).version,
    }
    assert len(versions) == 9
    assert overlay().schema("T", facts()).version == overlay().schema("T", facts()).version
