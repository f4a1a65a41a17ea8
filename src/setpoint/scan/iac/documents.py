"""Which files of a folder declare infrastructure, by their names and their first bytes. Called by `guardrails`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from setpoint.scan.iac.interface import Form

HEAD: Final = 64 * 2**10
"""Bytes in which a file shows what it is: a template begins with its version, its parameters or its resources."""

MANIFEST: Final = "manifest.json"
_PLANS: Final = (".tfplan.json", ".tfstate", ".tfstate.json")
_CANDIDATES: Final = (".json", ".yaml", ".yml", ".template", *_PLANS)

_SHOWN: Final = re.compile(rb'\A\s*\{\s*"format_version"\s*:\s*"')
"""How `terraform show -json` begins what it writes."""
_STATE: Final = re.compile(rb'"terraform_version"\s*:[^{}]*"serial"\s*:')
_ASSEMBLY: Final = re.compile(rb'"type"\s*:\s*"aws:cloudformation:stack"')
_TEMPLATE: Final = re.compile(rb"AWSTemplateFormatVersion|AWS::Serverless-2016-10-31")
_RESOURCES: Final = re.compile(rb"^[ \t{]{0,4}[\"']?Resources[\"']?\s*:", re.MULTILINE)
_TYPE: Final = re.compile(rb"[\"']?Type[\"']?\s*:\s*[\"']?AWS::\w+::\w+")
"""A template need not tell its version; CDK's do not."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One file that declares infrastructure."""

    form: Form
    file: str
    """Relative to the folder."""


def find_declarations(root: Path, files: Iterable[str]) -> list[Declaration]:
    """In order. What a manifest of CDK's names is not told again by itself."""
    found = [Declaration(form, each) for each in files if (form := _form_of(root, each)) is not None]
    assemblies = [PurePosixPath(each.file).parent for each in found if each.form is Form.ASSEMBLY]
    return [each for each in found if not _is_within(each, assemblies)]


def _is_within(declaration: Declaration, assemblies: Sequence[PurePosixPath]) -> bool:
    folders = PurePosixPath(declaration.file).parents
    if declaration.form is Form.ASSEMBLY:
        return any(each in folders[1:] for each in assemblies)
    return declaration.form is Form.TEMPLATE and any(each in folders for each in assemblies)


def _form_of(root: Path, file: str) -> Form | None:
    if not file.endswith(_CANDIDATES):
        return None
    if file.endswith(_PLANS):
        return Form.TERRAFORM
    try:
        with (root / file).open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return None
    return next((form for form, is_it in _signs(file, head) if is_it), None)


def _signs(file: str, head: bytes) -> Iterator[tuple[Form, bool]]:
    is_json = file.endswith(".json")
    yield Form.TERRAFORM, is_json and bool(_SHOWN.search(head) or _STATE.search(head))
    yield Form.ASSEMBLY, file.rpartition("/")[2] == MANIFEST and bool(_ASSEMBLY.search(head))
    yield Form.TEMPLATE, bool(_TEMPLATE.search(head) or (_RESOURCES.search(head) and _TYPE.search(head)))
