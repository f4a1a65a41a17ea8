"""The URN: the one name of an entity, in every table, message and page."""

from __future__ import annotations

from urllib.parse import quote, unquote

from setpoint.errors import InputError

GLOBAL = "global"
"""Stands where a region would for what has none (IAM)."""

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")


class Urn(str):
    """`<partition>:<account>:<region or global>:<type>:<id>`, the id percent-encoded; otherwise a plain string."""

    __slots__ = ()

    @classmethod
    def aws(cls, partition: str, account: str, region: str, type_name: str, identifier: str) -> Urn:
        """`identifier` is the primary identifier as AWS spells it; its logical address until it exists."""
        return cls(f"{partition}:{account}:{region}:{type_name}:{quote(identifier, safe='/')}")

    @classmethod
    def service(cls, name: str) -> Urn:
        return cls(f"service:{quote(name, safe='')}")

    @classmethod
    def release(cls, service: str, version: str) -> Urn:
        return cls(f"release:{quote(service, safe='')}@{quote(version, safe='')}")

    @classmethod
    def parse(cls, text: str) -> Urn:
        """Raises `InputError` unless `text` is a URN that Setpoint makes."""
        head = text.split(":", 1)[0]
        parts = text.split(":")
        of_aws = head in PARTITIONS and len(parts) >= 5 and parts[-1] != ""
        of_ours = head in ("service", "release") and len(parts) == 2 and parts[1] != ""
        if not of_aws and not of_ours:
            raise InputError(
                f"{text!r} is not a URN",
                remedy="write <partition>:<account>:<region or global>:<type>:<id>, for example "
                "aws:123456789012:eu-west-1:AWS::S3::Bucket:my-bucket",
            )
        return cls(text)

    @property
    def account(self) -> str:
        return self.split(":", 3)[1]

    @property
    def region(self) -> str:
        return self.split(":", 3)[2]

    @property
    def type(self) -> str:
        return self.split(":", 3)[3].rsplit(":", 1)[0]

    @property
    def identifier(self) -> str:
        """The last part, decoded: the primary identifier as AWS spells it."""
        return unquote(self.rsplit(":", 1)[1])
