"""`cloudtrail:`: where the logs of CloudTrail are, from which it is counted which permissions are used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields

SOURCES: Final = ("bucket", "folder", "queue")

LOOK_BACK: Final = 90 * 86400.0
"""Seconds: as long as AWS itself keeps the history of events (AWS CloudTrail User Guide, *Working with CloudTrail Event
history*)."""

EVERY: Final = 60.0
EVERY_OF_QUEUES: Final = 5.0
"""Seconds: messages come as soon as something is delivered, and to ask for them costs little."""


TICKET: Final = r"\b[A-Z][A-Z0-9]+-\d+\b"
"""As Jira and its like name them."""


@dataclass(frozen=True, slots=True)
class CloudTrailSettings:
    """Without any source, no logs are read."""

    bucket: str | None = None
    """With a queue, the only one that its messages may name."""
    folder: Path | None = None
    queue: str | None = None
    """The address of a queue of SQS."""
    prefix: str = ""
    """In front of `AWSLogs/` in the bucket."""
    regions: tuple[str, ...] = ()
    """None means all."""
    accounts: tuple[str, ...] = ()
    """None means all."""
    verify: bool = True
    """Whether logs in the bucket are held against the trail's digests."""
    look_back: float = LOOK_BACK
    """Seconds: how far back the first reading of the bucket goes."""
    every: float = EVERY
    """Seconds from the end of one reading to the next."""
    infrastructure_roles: tuple[str, ...] = ()
    """Patterns (`ci-*`) of ARNs or names of roles whose changes are infrastructure as code."""
    ticket: str = TICKET
    """A regular expression of what names a ticket in a session's name or tags."""

    @property
    def is_on(self) -> bool:
        return any((self.bucket, self.folder, self.queue))


def read_cloudtrail(fields: Fields, base: Path) -> CloudTrailSettings:
    given = [name for name in SOURCES if fields.has(name)]
    queue, folder = fields.optional_text("queue"), fields.optional_text("folder")
    if folder is not None and len(given) > 1:
        raise InputError(
            f"cloudtrail names {' and '.join(given)}; logs are read from one place",
            where=fields.where("folder"),
            remedy="name a bucket, a folder or a queue",
        )
    accounts = fields.texts("accounts")
    wrong = next((each for each in accounts if not (each.isdigit() and len(each) == 12)), None)
    if wrong is not None:
        raise InputError(f"{wrong!r} is no account; twelve digits were expected", where=fields.where("accounts"))
    settings = CloudTrailSettings(
        bucket=fields.optional_text("bucket"),
        folder=base / folder if folder is not None else None,
        queue=queue,
        prefix=(fields.optional_text("prefix") or "").strip("/"),
        regions=fields.texts("regions"),
        accounts=accounts,
        verify=fields.flag("verify", default=True),
        look_back=fields.seconds("look_back", LOOK_BACK, least=3600.0),
        every=fields.seconds("every", EVERY_OF_QUEUES if queue else EVERY, least=1.0),
        infrastructure_roles=fields.texts("infrastructure_roles"),
        ticket=_pattern(fields, "ticket", TICKET),
    )
    fields.done()
    return settings


def _pattern(fields: Fields, key: str, default: str) -> str:
    pattern = fields.text(key, default)
    try:
        re.compile(pattern)
    except re.error as error:
        raise fields.wrong(key, f"a regular expression ({error})") from error
    return pattern
