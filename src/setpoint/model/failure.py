"""One of Setpoint's own errors on its way from one process to another, as JSON.

Between ingest and the lake's process, and between the server and its workers: a process can lie to the other, and no
more, since nothing of it is ever evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.errors import (
    ConflictError,
    CouldNotTellError,
    Error,
    InputError,
    LakeError,
    LedgerError,
    NotFoundError,
    TemporaryError,
)
from setpoint.model.canonical import Json

_KINDS: Final[Mapping[str, type[Error]]] = {
    each.__name__: each
    for each in (
        Error,
        InputError,
        NotFoundError,
        ConflictError,
        CouldNotTellError,
        TemporaryError,
        LedgerError,
        LakeError,
    )
}


def failure_document(error: Error) -> Json:
    """An error of another kind is told as the nearest that it is one of."""
    kind = next(each.__name__ for each in type(error).__mro__ if each.__name__ in _KINDS)
    said = {"kind": kind, "what": error.what, "where": error.where, "remedy": error.remedy}
    return said | ({"delay": error.delay} if isinstance(error, TemporaryError) else {})


def error_of(said: Json) -> Error:
    """What was given to `told`."""
    rest = {name: value for name, value in said.items() if name not in {"kind", "what"}}
    return _KINDS[said["kind"]](said["what"], **rest)
