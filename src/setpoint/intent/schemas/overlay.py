"""What AWS's documentation says of resource types where their schemas are silent, laid over the extracted facts.

The files in `defaults/` and `facts.yaml` beside this module name the page behind every entry. Nothing in them was
learnt by watching AWS: a value that is merely usual must stay visible as undeclared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import orjson

from setpoint.files import Document, load_yaml, read_lines
from setpoint.model.canonical import Json, digest
from setpoint.model.documents import DOCUMENT_KINDS
from setpoint.model.paths import join
from setpoint.model.schema import Default, Derivation, Kind, Relevance, ResourceSchema

SCHEMA_SOURCE: Final = "schema"
"""The source of a default that the resource schema itself states."""

_OPTIONAL: Final = ("by", "reserved", "also", "omitted", "for_empty", "partial")

SWITCH_SOURCE: Final = "decision 8: a switch is off until it is turned on"
"""The source of a default that nobody states, because it needs no saying."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented fact."""

    type: str
    path: str
    value: Json
    source: str
    """The page that says so; of what is not read, why it is not."""
    where: str
    """`file:line`, for the test that holds every entry against its schema."""
    by: Json = None
    """The property, or the properties, that decide."""
    reserved: bool = False
    also: Sequence[Json] = ()
    omitted: bool = False
    for_empty: bool = False
    partial: Json = None
    """`reserved`, `also`, `omitted`, `for_empty` and `partial` as in `Default`."""
    fact: str = ""
    """Of what was mined and is no default: what it adds to: `generated`, `chosen` or `folded_case`."""


class Defaults:
    """The defaults that were looked up by hand, of a folder with a file for each service, read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in folder.glob("*.yaml")}
        self._read: dict[str, Mapping[str, list[Entry]]] = {}

    def of(self, type_name: str) -> Sequence[Entry]:
        service = service_of(type_name)
        return self._of_service(service).get(type_name, ()) if service in self._files else ()

    def of_all_types(self) -> dict[str, list[Entry]]:
        """Those of every service."""
        return {name: entries for service in sorted(self._files) for name, entries in self._of_service(service).items()}

    def _of_service(self, service: str) -> Mapping[str, list[Entry]]:
        if service not in self._read:
            self._read[service] = by_type(load_yaml(self._files[service]), "defaults")
        return self._read[service]


def service_of(type_name: str) -> str:
    """`ec2` of `AWS::EC2::Subnet`; empty where the name is no type's."""
    return type_name.partition("::")[2].partition("::")[0].lower()


class Overlay:
    """Documented facts by type."""

    def __init__(
        self,
        defaults: Callable[[str], Sequence[Entry]],
        facts: Document,
        mined: Mapping[str, list[Entry]] | None = None,
    ) -> None:
        """`defaults` tells those of a type that were looked up by hand."""
        self.mined = mined or {}
        documents = facts.value["documents"]
        self.object_documents = frozenset(entry["name"] for entry in documents)
        self.text_documents = frozenset(entry["name"] for entry in documents if entry.get("text"))
        self.never_returned = frozenset(entry["name"] for entry in facts.value["never_returned"])
        self.switches = frozenset(facts.value["switches"])
        self._by_hand = defaults
        self.keyed = by_type(facts, "keyed")
        self.unordered = by_type(facts, "unordered")
        self.relevant = by_type(facts, "relevant")
        self.write_only = by_type(facts, "write_only")
        self.returned = by_type(facts, "returned")
        self.not_read = by_type(facts, "not_read", source="why")
        self.generated = by_type(facts, "generated")
        self.added = by_type(facts, "added")
        self.rounded = by_type(facts, "rounded")
        self.chosen = by_type(facts, "chosen")
        self.derived = by_type(facts, "derived")
        self.assigned = by_type(facts, "assigned")

    @classmethod
    def shipped(cls) -> Overlay:
        folder = Path(__file__).parent
        mined = _mined(folder / "documented.jsonl")
        return cls(Defaults(folder / "defaults").of, load_yaml(folder / "facts.yaml"), mined)

    def schema(self, type_name: str, facts: Mapping[str, Json]) -> ResourceSchema:
        """The schema of `type_name`: `facts` as `extract` returns them, and what the documentation adds."""
        schema = ResourceSchema(
            type=type_name,
            version="",
            primary_identifier=tuple(facts["primary_identifier"]),
            kinds=dict(self._kinds(facts["kinds"])),
            read_only=frozenset(facts["read_only"]),
            write_only=self._write_only(type_name, facts),
            not_read=frozenset(entry.path for entry in self.not_read.get(type_name, [])),
            create_only=frozenset(facts["create_only"]),
            unordered=frozenset(facts["unordered"]) | {entry.path for entry in self.unordered.get(type_name, [])},
            keyed=facts["keyed"] | {entry.path: entry.value for entry in self.keyed.get(type_name, [])},
            defaults=self._defaults(type_name, facts),
            folded_case=frozenset([*facts["folded_case"], *self._mined_facts(type_name, "folded_case")]),
            enums=frozenset(facts["enums"]),
            open_ended=frozenset(facts["open_ended"]),
            key_arns=frozenset(facts["key_arns"]),
            spellings=facts["spellings"],
            added={entry.path: entry.value for entry in self.added.get(type_name, [])},
            rounded={entry.path: entry.value for entry in self.rounded.get(type_name, [])},
            relevant={
                entry.path: Relevance(entry.by, frozenset(entry.value)) for entry in self.relevant.get(type_name, [])
            },
            generated=self._made_by_aws(type_name, "generated", self.generated),
            chosen=self._made_by_aws(type_name, "chosen", self.chosen),
            derived={
                entry.path: Derivation(tuple(entry.by), entry.source, entry.value)
                for entry in self.derived.get(type_name, [])
            },
            assigned={entry.path: entry.value for entry in self.assigned.get(type_name, [])},
        )
        return replace(schema, version=_version(schema))

    def _write_only(self, type_name: str, facts: Mapping[str, Json]) -> frozenset[str]:
        more = {entry.path for entry in self.write_only.get(type_name, [])}
        credentials = {path for path in facts["kinds"] if path.rpartition(".")[2] in self.never_returned}
        returned = {entry.path for entry in self.returned.get(type_name, [])}
        return frozenset(facts["write_only"]) - returned | more | credentials

    def _defaults(self, type_name: str, facts: Mapping[str, Json]) -> dict[str, Default]:
        """The documentation wins over the schema, and either over what goes without saying.

        What was looked up by hand wins over what was mined from the documentation's text.
        """
        switches = [path for path, kind in facts["kinds"].items() if kind == Kind.BOOLEAN]
        unsaid = {path: Default(value=False, source=SWITCH_SOURCE) for path in switches if type_name in self.switches}
        stated = {path: _stated(path, value) for path, value in facts["defaults"].items()}
        mined = (entry for entry in self.mined.get(type_name, ()) if not entry.fact)
        entries = (*mined, *self._by_hand(type_name))
        return unsaid | stated | {entry.path: _documented(entry) for entry in entries}

    def _made_by_aws(self, type_name: str, fact: str, by_hand: Mapping[str, list[Entry]]) -> dict[str, str]:
        """What is generated, or chosen → the page; what was looked up by hand wins, whatever it says."""
        looked_up = (self.assigned, self.derived)
        known = {entry.path for each in looked_up for entry in each.get(type_name, [])}
        known |= {entry.path for entry in self._by_hand(type_name)}
        mined = {path: page for path, page in self._mined_facts(type_name, fact).items() if path not in known}
        return mined | {entry.path: entry.source for entry in by_hand.get(type_name, [])}

    def _mined_facts(self, type_name: str, fact: str) -> dict[str, str]:
        """The properties of which the fact was mined → the page."""
        return {entry.path: entry.source for entry in self.mined.get(type_name, ()) if entry.fact == fact}

    def _kinds(self, kinds: Mapping[str, str]) -> Iterator[tuple[str, Kind]]:
        for path, name in kinds.items():
            kind = Kind(name)
            if not self._is_document(path, kind):
                yield path, kind
                continue
            yield path, Kind.DOCUMENT
            yield from ((join(path, below), kind_below) for below, kind_below in DOCUMENT_KINDS.items())

    def _is_document(self, path: str, kind: Kind) -> bool:
        name = path.rpartition(".")[2]
        if kind is Kind.STRING:
            return name in self.text_documents
        return kind is Kind.ANY and name in self.object_documents


def _stated(path: str, value: Json) -> Default:
    return Default(value, SCHEMA_SOURCE, nested=not path.isidentifier())


def _documented(entry: Entry) -> Default:
    return Default(
        entry.value,
        entry.source,
        by=entry.by or "",
        reserved=entry.reserved,
        also=tuple(entry.also),
        omitted=entry.omitted,
        for_empty=entry.for_empty,
        partial=entry.partial,
    )


def _version(schema: ResourceSchema) -> str:
    facts = {name: sorted(fact) if isinstance(fact, frozenset) else fact for name, fact in asdict(schema).items()}
    relevant = {path: [each.beside, *sorted(map(str, each.values))] for path, each in schema.relevant.items()}
    return digest({**facts, "relevant": relevant})


def _mined(path: Path) -> Mapping[str, list[Entry]]:
    """What `bench.mining` found in AWS's documentation, one a line."""
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for where, line in read_lines(path):
        entry = orjson.loads(line)
        entries[entry["type"]].append(Entry(**{"value": None, **entry}, where=where))
    return entries


def by_type(document: Document, section: str, *, source: str = "source") -> Mapping[str, list[Entry]]:
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for index, entry in enumerate(document.value[section]):
        where = document.where(f"{section}[{index}]")
        given = {name: entry[name] for name in _OPTIONAL if name in entry}
        entries[entry["type"]].append(
            Entry(entry["type"], entry["path"], entry.get("value"), entry[source], where, **given)
        )
    return entries
