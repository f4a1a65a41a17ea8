"""What AWS's documentation says of resource types where their schemas are silent, laid over the extracted facts.

`defaults.yaml` and `facts.yaml` beside this module name the page behind every entry. Nothing in them was learnt by
watching AWS: a value that is merely usual must stay visible as undeclared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from setpoint.files import Document, load_yaml
from setpoint.model.canonical import Json, digest
from setpoint.model.documents import DOCUMENT_KINDS
from setpoint.model.paths import join
from setpoint.model.schema import Default, Kind, ResourceSchema

SCHEMA_SOURCE: Final = "schema"
"""The source of a default that the resource schema itself states."""


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
    by: str = ""
    reserved: bool = False
    """`by` and `reserved` as in `Default`."""


class Overlay:
    """Documented facts by type."""

    def __init__(self, defaults: Document, facts: Document) -> None:
        documents = facts.value["documents"]
        self.object_documents = frozenset(entry["name"] for entry in documents)
        self.text_documents = frozenset(entry["name"] for entry in documents if entry.get("text"))
        self.defaults = _by_type(defaults, "defaults")
        self.keyed = _by_type(facts, "keyed")
        self.unordered = _by_type(facts, "unordered")
        self.write_only = _by_type(facts, "write_only")
        self.returned = _by_type(facts, "returned")
        self.not_read = _by_type(facts, "not_read", source="why")
        self.generated = _by_type(facts, "generated")

    @classmethod
    def shipped(cls) -> Overlay:
        folder = Path(__file__).parent
        return cls(load_yaml(folder / "defaults.yaml"), load_yaml(folder / "facts.yaml"))

    def schema(self, type_name: str, facts: Mapping[str, Json]) -> ResourceSchema:
        """The schema of `type_name`: `facts` as `extract` returns them, and what the documentation adds."""
        kinds = dict(self._kinds(facts["kinds"]))
        returned = {entry.path for entry in self.returned.get(type_name, [])}
        write_only = [path for path in facts["write_only"] if path not in returned]
        write_only += [entry.path for entry in self.write_only.get(type_name, [])]
        not_read = [entry.path for entry in self.not_read.get(type_name, [])]
        unordered = facts["unordered"] + [entry.path for entry in self.unordered.get(type_name, [])]
        keyed = facts["keyed"] | {entry.path: entry.value for entry in self.keyed.get(type_name, [])}
        documented = {
            entry.path: Default(entry.value, entry.source, by=entry.by, reserved=entry.reserved)
            for entry in self.defaults.get(type_name, [])
        }
        stated = {path: astuple(default) for path, default in documented.items()}
        generated = {entry.path: entry.source for entry in self.generated.get(type_name, [])}
        return ResourceSchema(
            type=type_name,
            version=digest(facts, kinds, write_only, not_read, unordered, keyed, stated, generated),
            primary_identifier=tuple(facts["primary_identifier"]),
            kinds=kinds,
            read_only=frozenset(facts["read_only"]),
            write_only=frozenset(write_only),
            not_read=frozenset(not_read),
            create_only=frozenset(facts["create_only"]),
            unordered=frozenset(unordered),
            keyed=keyed,
            defaults={path: _stated(path, value) for path, value in facts["defaults"].items()} | documented,
            folded_case=frozenset(facts["folded_case"]),
            open_ended=frozenset(facts["open_ended"]),
            key_arns=frozenset(facts["key_arns"]),
            generated=generated,
        )

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


def _by_type(document: Document, section: str, *, source: str = "source") -> Mapping[str, list[Entry]]:
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for index, entry in enumerate(document.value[section]):
        where = document.where(f"{section}[{index}]")
        entries[entry["type"]].append(
            Entry(
                entry["type"],
                entry["path"],
                entry.get("value"),
                entry[source],
                where,
                by=entry.get("by", ""),
                reserved=entry.get("reserved", False),
            )
        )
    return entries
