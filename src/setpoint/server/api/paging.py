"""Cursors: where a page ended, as opaque text; and the page with the address of the next."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote, urlencode

import orjson
from fastapi import Query, Request

from setpoint.errors import NotFoundError
from setpoint.model.canonical import Json
from setpoint.wire.document import HIGHEST_NUMBER, Document
from setpoint.wire.page import MOST_ITEMS, Page

USUAL: Final = 100
"""Items on a page."""

LONGEST: Final = 4_096
"""Characters of a cursor: a URN, a rule and a path fit, however long they are spelt."""

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items on a page, at most.")]
Cursor = Annotated[
    str | None,
    Query(min_length=1, max_length=LONGEST, pattern=r"^[A-Za-z0-9_-]+$", description="Where the page before ended."),
]

Item = TypeVar("Item")
Shown = TypeVar("Shown", bound=Document)


def after_text(cursor: str | None) -> str:
    """The place in an order by one text; empty for the first page."""
    return "" if cursor is None else _texts(cursor, 1)[0]


def after_two(cursor: str | None) -> tuple[str, str]:
    """A place of two texts."""
    first, second = _texts(cursor, 2) if cursor is not None else ("", "")
    return first, second


def after_texts(cursor: str | None) -> tuple[str, str, str]:
    """The place in an order by three texts."""
    if cursor is None:
        return "", "", ""
    first, second, third = _texts(cursor, 3)
    return first, second, third


def after_number(cursor: str | None) -> int:
    """The place in an order by a number that grows."""
    return 0 if cursor is None else _number(cursor)


def before_number(cursor: str | None) -> int:
    """The place in an order by a number that falls."""
    return HIGHEST_NUMBER if cursor is None else _number(cursor)


def page(
    request: Request,
    items: Sequence[Item],
    limit: int,
    *,
    shown: Callable[[Item], Shown],
    place: Callable[[Item], Json],
) -> Page[Shown]:
    """`items` were asked for with one more than `limit`: whether that one came says whether there is a next page."""
    some = items[:limit]
    link = None
    if len(items) > limit:
        parameters = {**request.query_params, "cursor": encode(place(some[-1]))}
        # From the path as it was decoded: a name in it may hold what would end a path.
        link = f"{quote(request.scope['path'])}?{urlencode(parameters)}"
    return Page[Any](items=tuple(shown(each) for each in some), next=link)


def encode(place: Json) -> str:
    return urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def decode(cursor: str) -> list[Json]:
    """The parts of a place; `NotFoundError` for what no page ended at."""
    try:
        place = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise no_such_page() from error
    if not isinstance(place, list):
        raise no_such_page()
    return place


def no_such_page() -> NotFoundError:
    return NotFoundError("there is no such page", where="query.cursor", remedy="begin anew, without a cursor")


def _texts(cursor: str, count: int) -> list[str]:
    place = decode(cursor)
    if len(place) != count or not all(isinstance(each, str) for each in place):
        raise no_such_page()
    return place


def _number(cursor: str) -> int:
    place = decode(cursor)
    number = place[0] if len(place) == 1 else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= HIGHEST_NUMBER:
        raise no_such_page()
    return number
