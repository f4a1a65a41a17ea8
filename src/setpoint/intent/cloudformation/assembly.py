"""A cloud assembly, what `cdk synth` leaves in `cdk.out`: every stack in it, with where it is deployed.

`CloudAssemblyReader` is made by `wiring`, which says how the reader of one stack is made. The manifest is described
by the CDK's module `cloud_assembly_schema`; a stage of an application is an assembly of its own in a folder of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document, load_yaml
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.surroundings import Schemas
from setpoint.intent.estate import Estate
from setpoint.model.canonical import Json, digest
from setpoint.model.snapshot import Snapshot

MANIFEST: Final = "manifest.json"

MOST_LEVELS: Final = 20
"""Of assemblies in assemblies: stages, which the CDK nests as deep as constructs; two are usual."""

_ENVIRONMENT: Final = re.compile(r"aws://([^/]+)/([^/]+)")
_UNKNOWN: Final = ("unknown-account", "unknown-region")
"""Where the application leaves it to the credentials in use ("Environments")."""


@dataclass(frozen=True, slots=True)
class AssemblyStack:
    template: Path
    name: str
    account: str | None
    region: str | None
    """None where the environment is not known until it is deployed."""
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


def read_assembly(folder: Path) -> Iterator[AssemblyStack]:
    """Every stack of the assembly and of those in it; `InputError` with file:line where it is none."""
    for document in _manifests(folder, 0):
        for artifact_id, artifact in _artifacts(document):
            if artifact.get("type") == "aws:cloudformation:stack":
                yield _Artifact(document, artifact_id, artifact).stack()


class CloudAssemblyReader:
    """Implements `intent.interface.IntentReader` for all stacks of an assembly."""

    def __init__(
        self, folder: Path, reader_of: Callable[[AssemblyStack], CloudFormationReader], schemas: Schemas
    ) -> None:
        self._folder = folder
        self._reader_of = reader_of
        self._schemas = schemas
        self._manifest = ""
        self._readers: list[CloudFormationReader] = []

    def fingerprint(self) -> str:
        stacks = Estate(self._current(), self._schemas)
        return digest(self._manifest, stacks.fingerprint())

    def busy(self) -> str:
        return Estate(self._current(), self._schemas).busy()

    def read(self) -> Snapshot:
        return Estate(self._current(), self._schemas).read()

    def declared_export(self, place: Place, name: str) -> Json:
        """As `CloudFormationReader.declared_export`, of any stack in it."""
        answers = (each.declared_export(place, name) for each in self._current())
        return next((answer for answer in answers if answer is not None), None)

    def _current(self) -> list[CloudFormationReader]:
        """The readers, made anew whenever a manifest says something else."""
        manifest = digest(*(document.value for document in _manifests(self._folder, 0)))
        if manifest != self._manifest:
            self._readers = [self._reader_of(stack) for stack in read_assembly(self._folder)]
            self._manifest = manifest
        return self._readers


@dataclass(frozen=True, slots=True)
class _Artifact:
    document: Document
    id: str
    value: Mapping[str, Json]

    def stack(self) -> AssemblyStack:
        properties = self.value.get("properties")
        template = properties.get("templateFile") if isinstance(properties, Mapping) else None
        if not isinstance(properties, Mapping) or not isinstance(template, str):
            raise self._wrong("properties", "it names no templateFile")
        account, region = self._environment()
        name = properties.get("stackName", self.id)
        return AssemblyStack(
            _inside(self.document, template),
            str(name),
            account,
            region,
            self._texts(properties, "parameters"),
            self._texts(properties, "tags"),
        )

    def _environment(self) -> tuple[str | None, str | None]:
        environment = self.value.get("environment")
        match = _ENVIRONMENT.fullmatch(environment) if isinstance(environment, str) else None
        if match is None:
            raise self._wrong("environment", "its environment is not aws://<account>/<region>")
        account, region = match.groups()
        return (None if account == _UNKNOWN[0] else account), (None if region == _UNKNOWN[1] else region)

    def _texts(self, properties: Mapping[str, Json], name: str) -> Mapping[str, str]:
        found = properties.get(name) or {}
        if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
            raise self._wrong(f"properties.{name}", f"its {name} are no object of texts")
        return found

    def _wrong(self, path: str, what: str) -> InputError:
        return InputError(
            f"the stack {self.id} cannot be used: {what}",
            where=self.document.where(f"artifacts.{self.id}.{path}"),
            remedy="make the assembly again with: cdk synth",
        )


def _manifests(folder: Path, level: int) -> Iterator[Document]:
    path = folder / MANIFEST
    if level > MOST_LEVELS:
        raise InputError(f"assemblies are nested more than {MOST_LEVELS} levels deep", where=str(path))
    if not path.is_file():
        raise InputError(
            f"there is no {MANIFEST}, so this is no cloud assembly",
            where=str(folder),
            remedy="make one with: cdk synth",
        )
    document = load_yaml(path)
    yield document
    for _, artifact in _artifacts(document):
        properties = artifact.get("properties")
        nested = properties.get("directoryName") if isinstance(properties, Mapping) else None
        if artifact.get("type") == "cdk:cloud-assembly" and isinstance(nested, str):
            yield from _manifests(_inside(document, nested), level + 1)


def _artifacts(document: Document) -> Iterator[tuple[str, Mapping[str, Json]]]:
    manifest = document.value
    artifacts = manifest.get("artifacts", {}) if isinstance(manifest, Mapping) else None
    if not isinstance(artifacts, Mapping) or "version" not in manifest:
        raise InputError("this is no manifest of a cloud assembly", where=document.where())
    yield from ((name, each) for name, each in artifacts.items() if isinstance(each, Mapping))


def _inside(document: Document, name: str) -> Path:
    """A file or folder of the assembly."""
    folder = Path(document.name).parent
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise InputError(f"{name} is not in the cloud assembly", where=document.where())
    return folder / name
