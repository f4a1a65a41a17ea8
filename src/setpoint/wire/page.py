"""One page of a long answer."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from pydantic import Field

from setpoint.wire.document import Document

MOST_ITEMS: Final = 500
"""On a page: as many as anybody may ask for."""

Item = TypeVar("Item", bound=Document)


class Page(Document, Generic[Item]):
    """Some of the items, in order, and where the rest is."""

    items: tuple[Item, ...]
    next: str | None = Field(
        default=None, description="The address of the next page, relative to this one's; null on the last."
    )
