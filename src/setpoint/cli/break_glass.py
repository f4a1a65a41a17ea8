"""`--break-glass TICKET --reason TEXT`: a release is let in whatever the gate says. Options of `setpoint gate`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click

from setpoint.errors import InputError
from setpoint.model.admitting import BreakGlassRequest

_OPTIONS: Final = (
    click.option(
        "--break-glass",
        "ticket",
        metavar="TICKET",
        help="Let the release in whatever is decided, for a while: recorded, told through every channel, and an open "
        "finding until a later release is admitted regularly.",
    ),
    click.option("--reason", metavar="TEXT", help="With --break-glass: why; it goes into the audit log."),
)


def break_glass_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `break_glass`, which is None where nobody asks for it."""

    @wraps(command)
    def given(ticket: str | None, reason: str | None, **options: Any) -> int:
        return command(break_glass=_request(ticket, reason), **options)

    for option in reversed(_OPTIONS):
        given = option(given)
    return given


def _request(ticket: str | None, reason: str | None) -> BreakGlassRequest | None:
    """Of what form a ticket is, and whether the reason says anything, whoever records it knows."""
    if ticket is None:
        if reason is not None:
            raise InputError("--reason is for an emergency", where="--reason", remedy="add --break-glass TICKET")
        return None
    if reason is None:
        raise InputError("an emergency needs a reason", where="--break-glass", remedy="add --reason TEXT")
    return BreakGlassRequest(ticket, reason)
