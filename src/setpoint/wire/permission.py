"""The IAM policy that Setpoint's own role needs, in IAM's spelling."""

from __future__ import annotations

from typing import Self

from setpoint.model.canonical import Json
from setpoint.wire.document import Document, example

_STATEMENT = {"Sid": "SetpointReads", "Effect": "Allow", "Action": ["s3:GetBucketAcl"], "Resource": "*"}


class StatementDocument(Document):
    """One statement of it."""

    model_config = example(**_STATEMENT)

    Sid: str
    Effect: str
    Action: tuple[str, ...]
    Resource: str | tuple[str, ...]


class PermissionsDocument(Document):
    """Least privilege for what is configured: what reading needs and, in mode enforce, what reverting does."""

    model_config = example(Version="2012-10-17", Statement=[_STATEMENT])

    Version: str
    Statement: tuple[StatementDocument, ...]

    @classmethod
    def of(cls, policy: Json) -> Self:
        return cls.model_validate(policy)

    def model(self) -> Json:
        return self.model_dump(mode="json")
