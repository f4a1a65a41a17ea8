"""Where a template is: a file, an object in S3, or the live stack that was made of it.

`reader` is given one; `nested` and `includes` find the next by what a template says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_VIRTUAL_HOST: Final = re.compile(r"(?P<bucket>.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.(?:com(?:\.cn)?|eu)")
_PATH_HOST: Final = re.compile(r"s3[.-](?:[a-z0-9-]+\.)*amazonaws\.(?:com(?:\.cn)?|eu)")
"""The forms of an S3 URL (Amazon S3 User Guide, "Methods for accessing a bucket")."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """In S3."""

    bucket: str
    key: str
    version: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class LiveTemplate:
    """As CloudFormation has it, its macros run."""

    stack: str
    """Name or ARN."""

    def __str__(self) -> str:
        return f"stack {stack_name(self.stack)}"


Source = LocalFile | StoredObject | LiveTemplate


def stack_name(stack: str) -> str:
    """The name in a stack's ARN (`arn:…:stack/name/uuid`); a name is its own."""
    return stack.split("/")[1] if stack.startswith("arn:") and stack.count("/") >= 2 else stack


def stored_object(text: str) -> StoredObject | None:
    """The object that an `s3://` or an S3 `https://` URL names; None for any other text."""
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    if url.scheme == "s3":
        bucket, key = url.netloc, url.path
    elif url.scheme == "https" and (match := _VIRTUAL_HOST.fullmatch(url.netloc)):
        bucket, key = match["bucket"], unquote(url.path)
    elif url.scheme == "https" and _PATH_HOST.fullmatch(url.netloc):
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
    else:
        return None
    key = key.removeprefix("/")
    return StoredObject(bucket, key, _version(url)) if bucket and key else None


def source_near(text: str, base: Source) -> Source | None:
    """What a template at `base` means by a location; None where it is neither in S3 nor a path beside a file."""
    stored = stored_object(text)
    if stored is not None:
        return stored
    # What was not read from a file has no folder, and must not name one.
    if not isinstance(base, LocalFile) or "://" in text or not text or "\0" in text:
        return None
    return LocalFile(base.path.parent / text)


def _version(url: SplitResult) -> str:
    return next(iter(parse_qs(url.query).get("versionId", [])), "")
