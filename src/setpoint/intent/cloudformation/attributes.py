"""`DeletionPolicy` and `UpdateReplacePolicy` of a resource: one of a few words. Called by `resolution`.

What they say is about deletion, not about the running state, so nothing is kept of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import (
    DELETION_POLICIES,
    LANGUAGE_EXTENSIONS,
    REPLACE_POLICIES,
    nearest,
)
from setpoint.intent.cloudformation.declarations import Declaration
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.template import Template
from setpoint.model.canonical import Unknown

_POLICIES: Final[Mapping[str, frozenset[str]]] = {
    "DeletionPolicy": DELETION_POLICIES,
    "UpdateReplacePolicy": REPLACE_POLICIES,
}


def check_attributes(declaration: Declaration, template: Template, evaluator: Evaluator) -> None:
    """Raises `InputError` with file:line for what CloudFormation refuses there."""
    for name, written in declaration.policies.items():
        path = f"{declaration.path}.{name}"
        where = template.where(path)
        if template.call(written, path) is not None and not template.extended:
            raise InputError(
                f"a function stands in {name} without the transform that lets it",
                where=where,
                remedy=f"add `Transform: {LANGUAGE_EXTENSIONS}`",
            )
        value = evaluator.value(written, path)
        known = isinstance(value, str) and value in _POLICIES[name]
        if not known and not isinstance(value, Unknown):
            raise InputError(
                f"{name} of {declaration.logical_id} is {value!r}",
                where=where,
                remedy=nearest(str(value), _POLICIES[name]),
            )
