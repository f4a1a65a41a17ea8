"""Operations that answered nothing but errors, whoever asked: nothing could be tested there. Used by `seeding`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Exchange, KnownFrom, Operation, Surface
from setpoint.scan.dast.action_words import LOGINS
from setpoint.scan.dast.creations import said_by
from setpoint.scan.dast.new_accounts import is_password, is_registration
from setpoint.scan.dast.path_templates import located

_NO_ERRORS: Final = frozenset({401, 403, 405, 407, 429})
"""It said who may ask, how, or how often: that is an answer."""

Asked = Mapping[Operation, Iterable[Exchange | None]]
"""Operation → how it answered whoever asked for it with usual values."""


def never_answered_well(surface: Surface, asked: Asked, answered: Collection[tuple[str, str]]) -> dict[str, int]:
    """Key → last error; `answered`: method and path of whatever was answered well in the whole scan."""
    found = {each: _error(each, asked.get(each, ())) for each in surface.operations}
    return {each.key: error for each, error in found.items() if error and not _was_answered(surface, each, answered)}


def _error(operation: Operation, exchanges: Iterable[Exchange | None]) -> int:
    """The last that it gave; 0 where it gave other answers, or is about who somebody is."""
    statuses = [each.answer.status for each in exchanges if each is not None and each.answer is not None]
    is_about_logins = is_registration(operation) or any(map(is_password, operation.parts))
    if is_about_logins or not LOGINS.isdisjoint(said_by(operation)) or operation.known_from <= {KnownFrom.GUESS}:
        return 0
    errors = [each for each in statuses if each >= 400 and each not in _NO_ERRORS]
    return errors[-1] if errors and min(statuses) >= 400 else 0


def _was_answered(surface: Surface, operation: Operation, answered: Collection[tuple[str, str]]) -> bool:
    root = urlsplit(surface.base).path
    return any(
        method == operation.method and located(path.removeprefix(root), operation) is not None
        for method, path in answered
    )
