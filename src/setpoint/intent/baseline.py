"""The baseline: undeclared values accepted as they are. Read by the loop, written by `setpoint baseline`.

accepted:
  - urn: aws:123456789012:eu-west-1:AWS::RDS::DBInstance:orders
    path: PreferredBackupWindow
    value: 03:00-04:00
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import load_yaml
from setpoint.model.canonical import Json
from setpoint.model.exceptions import Baseline
from setpoint.model.urn import Urn


def read_baseline(path: Path | None) -> Baseline:
    """An empty one where the file does not exist (yet); `InputError` with file:line for what it says wrongly."""
    if path is None or not path.exists():
        return Baseline()
    document = load_yaml(path)
    accepted: dict[str, dict[str, Json]] = {}
    fields = Fields(document, "", document.value or {})
    for entry in fields.sections("accepted"):
        urn, where = Urn.parse(entry.text("urn")), entry.where()
        of_entity = accepted.setdefault(urn, {})
        property_path = entry.text("path")
        if property_path in of_entity:
            raise InputError(f"{property_path} of {urn} is accepted twice", where=where, remedy="keep one of the two")
        of_entity[property_path] = entry.raw("value")
        entry.done()
    fields.done()
    return Baseline(accepted)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """In order of URN and path, so that a diff in git shows what was accepted; written whole or not at all."""
    entries = [
        {"urn": str(urn), "path": property_path, "value": _plain(value)}
        for urn, values in sorted(baseline.accepted.items())
        for property_path, value in sorted(values.items())
    ]
    text = yaml.safe_dump({"accepted": entries}, sort_keys=False, allow_unicode=True, width=110)
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as stream:
            stream.write("# Values that nobody declared, accepted as they are: setpoint baseline --help\n")
            stream.write(text)
        Path(stream.name).chmod(0o644)
        os.replace(stream.name, path)  # noqa: PTH105 (one call that both platforms make atomic)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(path)) from error


def _plain(value: Json) -> Any:
    """What YAML can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
