"""Terraform sources for tests: the samples in `tests/assets`, and small states made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from setpoint.intent.terraform.reader import TerraformReader
from setpoint.model.snapshot import Snapshot

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
ASSETS = Path(__file__).parents[3] / "assets" / "terraform"


def read_file(path: Path) -> Snapshot:
    return TerraformReader(path, partition="aws", account="123456789012", region="eu-west-1").read()


@pytest.fixture
def read() -> Callable[[Path], Snapshot]:
    """Reads a file; the place of what does not say its own is aws, 123456789012, eu-west-1."""
    return read_file


@pytest.fixture
def sample() -> Callable[[str], Snapshot]:
    """Reads a file of `tests/assets/terraform`."""
    return lambda name: read_file(ASSETS / name)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a document (bytes as they are, anything else as JSON) as a state file."""

    def write_document(document: Any) -> Path:
        path = tmp_path / "terraform.tfstate"
        path.write_bytes(document if isinstance(document, bytes) else orjson.dumps(document))
        return path

    return write_document


@pytest.fixture
def resource() -> Callable[..., dict[str, Any]]:
    """A managed resource of a state, with one instance; `resource(type, attributes, **of_the_resource)`."""

    def make(type_name: str, attributes: Any, **others: Any) -> dict[str, Any]:
        instance = {"schema_version": 0, "attributes": attributes}
        head = {"mode": "managed", "type": type_name, "name": "it", "provider": AWS, "instances": [instance]}
        return head | others

    return make


@pytest.fixture
def declared(write: Callable[[Any], Path], resource: Callable[..., dict[str, Any]]) -> Callable[..., Snapshot]:
    """Reads a state of these `(type, attributes)`; names are `it0`, `it1`, …"""

    def declare(*pairs: tuple[str, Mapping[str, Any]]) -> Snapshot:
        resources = [resource(name, attributes, name=f"it{index}") for index, (name, attributes) in enumerate(pairs)]
        return read_file(write({"version": 4, "resources": resources}))

    return declare


@pytest.fixture
def properties(declared: Callable[..., Snapshot]) -> Callable[..., Mapping[str, Any]]:
    """The properties of the only resource that these `(type, attributes)` declare."""

    def only(*pairs: tuple[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        (found,) = declared(*pairs).resources.values()
        return found.properties

    return only
