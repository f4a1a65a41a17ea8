"""An error as the API tells it: *Problem Details for HTTP APIs* (RFC 9457), with what Setpoint's own errors say."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from pydantic import Field

from setpoint.errors import (
    ConflictError,
    CouldNotTellError,
    Error,
    InputError,
    LedgerError,
    NotFoundError,
    TemporaryError,
)
from setpoint.wire.document import Document, example

MEDIA_TYPE: Final = "application/problem+json"
"""RFC 9457, section 3."""

TYPE_PREFIX: Final = "urn:setpoint:problem:"

NO_SUCH_OPERATION: Final = f"{TYPE_PREFIX}no-such-operation"
"""The type where a server has no such operation, as an older one has not; not that what was named is not there."""

COULD_NOT_TELL: Final = 3

TITLES: Final[Mapping[int, str]] = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Statuses in the words of RFC 9110, section 15, where Python 3.11 has older ones and 3.13 has not."""

KINDS: Final[Mapping[int, type[Error]]] = {
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.SERVICE_UNAVAILABLE: LedgerError,
}
"""Status → the error that was told with it, where that ends in another exit code than *could not tell*."""


def title_of(status: int) -> str:
    """The status in words, the same from whichever process and Python it comes."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def type_of(status: int) -> str:
    """The type where the status says enough."""
    return TYPE_PREFIX + title_of(status).lower().replace(" ", "-").replace("'", "")


class ProblemDocument(Document):
    """Why a call was refused, or came to nothing."""

    model_config = example(
        type="urn:setpoint:problem:not-found",
        title="Not Found",
        status=404,
        detail="there is no waiver 'w12' in the ledger; list them with: setpoint waivers",
        what="there is no waiver 'w12' in the ledger",
        where="",
        remedy="list them with: setpoint waivers",
        exit_code=2,
        request="9f3c2a61d0b84e57",
        delay=None,
    )

    type: str = Field(description="`urn:setpoint:problem:` and a word that programs can go by.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="All of it in one sentence, for people.")
    what: str = Field(description="What was wrong.")
    where: str = Field(description="The field, the file and line, or the resource; empty where it has no place.")
    remedy: str = Field(description="What would do; empty where nothing is known to.")
    exit_code: int = Field(description="How a command ends on it: 2 wrong input, 3 could not tell.")
    request: str = Field(description="The call's id, as in the logs and in the header `X-Request-Id`.")
    delay: float | None = Field(
        default=None, description="After how many seconds trying again may help; null where it will not."
    )

    def model(self) -> Error:
        """The error that a command would have met without a server in between."""
        if self.delay is not None:
            return TemporaryError(self.what, where=self.where, remedy=self.remedy, delay=self.delay)
        kind = CouldNotTellError if self.exit_code == COULD_NOT_TELL else KINDS.get(self.status, InputError)
        return kind(self.what, where=self.where, remedy=self.remedy)
