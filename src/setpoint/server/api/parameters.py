"""Parameters that several operations share, spelt once."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path, Query

from setpoint.wire.document import HIGHEST_NUMBER, LONGEST_NAME

ByService = Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, description="Only this service's.")]
ByUrn = Annotated[str | None, Query(min_length=1, max_length=2048, description="Only this entity's.")]
ServiceName = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME)]
Number = Annotated[int, Path(ge=1, le=HIGHEST_NUMBER)]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1024,
        description="The ETag of what the caller saw: nothing is done where it is another now.",
    ),
]
