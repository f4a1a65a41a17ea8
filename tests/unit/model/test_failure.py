from __future__ import annotations

import orjson
import pytest

from setpoint.errors import (
    ConflictError,
    CouldNotTellError,
    Error,
    FencedError,
    InputError,
    JournalError,
    LakeError,
    LedgerError,
    NotFoundError,
    TemporaryError,
)
from setpoint.model.failure import error_of, failure_document


@pytest.mark.parametrize(
    "kind", [Error, InputError, NotFoundError, ConflictError, CouldNotTellError, LedgerError, LakeError]
)
def test_an_error_comes_back_as_it_was(kind: type[Error]) -> None:
    came = error_of(orjson.loads(orjson.dumps(failure_document(kind("no", where="f:1", remedy="do")))))
    assert type(came) is kind
    assert (came.diagnostics(), came.exit_code) == ("f:1: no; do", kind.exit_code)


def test_when_to_try_again_comes_too() -> None:
    came = error_of(failure_document(TemporaryError("not now", delay=2.5)))
    assert isinstance(came, TemporaryError)
    assert came.delay == 2.5


class MisspeltError(NotFoundError):
    pass


@pytest.mark.parametrize(
    ("kind", "nearest"), [(MisspeltError, NotFoundError), (JournalError, Error), (FencedError, Error)]
)
def test_one_of_another_kind_is_the_nearest(kind: type[Error], nearest: type[Error]) -> None:
    assert type(error_of(failure_document(kind("no")))) is nearest
