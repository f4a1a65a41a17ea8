"""What CloudFormation's own reference says of each property, out of the wheel of `aws-cdk-lib`.

Its constructs of the first level (`CfnQueue`) are made from CloudFormation's resource types, one for one, and carry the
reference's text. The wheel holds them as an assembly of jsii: every interface, its members, and what is said of them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.mining.prose import Text, folded
from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes

VERSION: Final = "2.275.0"
WHEEL: Final = f"aws_cdk_lib-{VERSION}-py3-none-any.whl"
DIGEST: Final = "223e5b8c67bee9802d714493b380251a2e8ce55c8c477e5d44ca2c85f3b322ee"
"""SHA-256 of the wheel (Apache-2.0) that `documented.jsonl` is made from: another one says other things."""

Definition = Mapping[str, Any]
"""A type or a member of the assembly."""


class Reference:
    """The reference's text by type and path."""

    def __init__(self, assembly: Definition) -> None:
        self._types: Mapping[str, Definition] = assembly["types"]
        self._properties = dict(_properties_of_resources(self._types))

    @classmethod
    def of_wheel(cls, path: Path) -> Reference:
        wheel = read_bytes(path)
        if hashlib.sha256(wheel).hexdigest() != DIGEST:
            raise InputError(
                "this is not the wheel that the defaults were read from",
                where=str(path),
                remedy=f"download {WHEEL}, or state the digest of the new one in bench/mining/reference.py",
            )
        return cls(_assembly(wheel))

    def texts(self, type_name: str, path: str) -> Iterator[Text]:
        """What the reference says of the property: nothing where it has no such property."""
        member = self._member(type_name, path)
        docs = member["docs"] if member is not None else {}
        prose = "\n".join(docs[part] for part in ("summary", "remarks") if docs.get(part))
        if prose:
            yield Text(f"CloudFormation Template Reference, {type_name} (aws-cdk-lib {VERSION})", prose)

    def _member(self, type_name: str, path: str) -> Definition | None:
        """The member at the end of the path: lists and maps are stepped through, as nothing is said of an element."""
        holder, member = self._properties.get(type_name), None
        for step in path.replace("[*]", "").split("."):
            member = _members(holder).get(folded(step)) if holder else None
            if member is None:
                return None
            holder = next(self._held(member["type"]), None)
        return member

    def _held(self, reference: Definition) -> Iterator[Definition]:
        """The types of objects that a member holds, also in a list or map of them."""
        if "union" in reference:
            for each in reference["union"]["types"]:
                yield from self._held(each)
        elif "collection" in reference:
            yield from self._held(reference["collection"]["elementtype"])
        elif (held := self._types.get(reference.get("fqn", ""))) is not None and held.get("datatype"):
            yield held


def _properties_of_resources(types: Mapping[str, Definition]) -> Iterator[tuple[str, Definition]]:
    for name, definition in types.items():
        type_name = definition.get("docs", {}).get("custom", {}).get("cloudformationResource")
        if type_name and f"{name}Props" in types:
            yield type_name, types[f"{name}Props"]


def _members(holder: Definition) -> Mapping[str, Definition]:
    return {folded(member["name"]): member for member in holder.get("properties", ())}


def _assembly(wheel: bytes) -> Definition:
    with zipfile.ZipFile(io.BytesIO(wheel)) as files:
        name = next(each for each in files.namelist() if each.endswith(".jsii.tgz"))
        packed = files.read(name)
    with tarfile.open(fileobj=io.BytesIO(packed)) as package:
        stream = package.extractfile("package/.jsii.gz")
        assert stream is not None, "the assembly is always compressed"
        assembly: Definition = parse_json(gzip.decompress(stream.read()), name)
    return assembly
