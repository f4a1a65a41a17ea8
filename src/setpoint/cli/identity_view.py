"""How a principal's permissions are shown: intended, granted and used, for `identity` and `drift --plane identity`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from setpoint.cli.output import moment
from setpoint.model.canonical import Json
from setpoint.model.identity import AccountReading, Aspect, PrincipalUse, UsedRow

HEADINGS: Final = ("permission", "intended", "granted by", "changed", "used", "last used", "verdict")

MOST_USED: Final = 3
"""Actions that are named below a wildcard; --all and --json tell every one."""

MOST_ACTIONS: Final = 3
"""Of one statement that are named in one row; --all shows each in a row of its own."""


def principal_json(principal: PrincipalUse, rows: Iterable[UsedRow], accepted: Mapping[str, str]) -> Json:
    """`accepted`: name of a permission → what accepts that it differs."""
    comparison = principal.comparison
    return {
        "urn": comparison.urn,
        "principal": comparison.principal,
        "service": comparison.service,
        "declared_at": comparison.declared_at,
        "exists": comparison.exists,
        "undeclared": comparison.is_undeclared,
        "provided_by": comparison.provided_by,
        "doubts": list(comparison.doubts),
        "permissions": [
            {**_row_json(each), "accepted_by": accepted.get(each.row.permission.name, "")} for each in rows
        ],
    }


def _row_json(each: UsedRow) -> Mapping[str, Json]:
    row, permission = each.row, each.row.permission
    return {
        "permission": permission.name,
        "aspect": permission.aspect,
        "actions": list(permission.actions),
        "but_actions": permission.but_actions,
        "resources": list(permission.resources),
        "but_resources": permission.but_resources,
        "condition": permission.condition,
        "verdict": each.verdict,
        "differs": each.differs,
        "because": row.because,
        "intended_by": list(row.intended_by),
        "granted_by": [
            {"policy": one.policy, "statement": one.index, "sid": one.sid, "through": one.through}
            for one in row.granted_by
        ],
        "limited_by": row.limited_by,
        "changed": {"at": each.changed.at.isoformat(), "by": each.changed.by} if each.changed else None,
        "used": _used_json(each),
    }


def _used_json(each: UsedRow) -> Json:
    """The count is null where nobody knows whether it was used, and of what is not to be used."""
    is_known = bool(each.used) or (_is_usable(each) and not each.because)
    return {
        "count": each.count if is_known else None,
        "last": each.last.isoformat() if each.last else None,
        "unknown": each.because,
        "actions": [
            {"action": one.action, "resource": one.resource, "count": one.count, "last": one.last.isoformat()}
            for one in each.used
        ],
    }


def account_json(reading: AccountReading) -> Json:
    return {
        "account": reading.account,
        "read_at": reading.read_at.isoformat() if reading.read_at else None,
        "doubts": list(reading.doubts),
    }


def table_rows(rows: Sequence[UsedRow], *, everything: bool) -> list[tuple[object, ...]]:
    """Under HEADINGS; unless it is to be everything, what one statement says alike is one row."""
    shown = rows if everything else [_together(list(group)) for _, group in groupby(rows, key=_likeness)]
    return [_table_row(each, most=None if everything else MOST_USED) for each in shown]


def _likeness(each: UsedRow) -> tuple[object, ...]:
    """What rows that are shown as one have in common."""
    row, permission = each.row, each.row.permission
    where = (permission.aspect, permission.resources, permission.condition, permission.but_actions)
    return (*where, permission.but_resources, each.verdict, row.granted_by, row.intended_by, row.limited_by)


def _together(rows: Sequence[UsedRow]) -> UsedRow:
    first, *others = rows
    if not others:
        return first
    named = [action for each in rows for action in each.row.permission.actions]
    more = (f"and {len(named) - MOST_ACTIONS} more",) if len(named) > MOST_ACTIONS + 1 else ()
    shown: Sequence[str] = (*named[:MOST_ACTIONS], *more) if more else named
    permission = replace(first.row.permission, actions=tuple(shown))
    used = tuple(one for each in rows for one in each.used)
    because = next((each.because for each in rows if each.because and not each.used), "") if not used else ""
    return replace(first, row=replace(first.row, permission=permission), used=used, because=because)


def _table_row(each: UsedRow, *, most: int | None) -> tuple[object, ...]:
    row = each.row
    verdict = f"{each.verdict}: {row.because or row.limited_by}".removesuffix(": ")
    return (
        row.permission.name,
        "\n".join(row.intended_by),
        "\n".join(one.name for one in row.granted_by),
        f"{moment(each.changed.at)} by {each.changed.by}" if each.changed else "",
        _used(each, most),
        each.last,
        verdict,
    )


def _used(each: UsedRow, most: int | None) -> str:
    if not each.used:
        return f"unknown: {each.because}" if each.because else "0" if _is_usable(each) else ""
    named = [f"{one.count:,} {one.action}" for one in each.used[:most]]
    left_out = len(each.used) - len(named)
    return f"{', '.join(named)}{f' and {left_out} more actions' if left_out else ''}"


def _is_usable(each: UsedRow) -> bool:
    """Denials, limits and trust allow nothing to the principal itself; no more does what it is not granted."""
    return each.row.permission.aspect is Aspect.MAY and bool(each.row.granted_by)
