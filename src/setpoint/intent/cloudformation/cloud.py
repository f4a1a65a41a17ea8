"""What a template may ask of AWS while it is resolved: its stack, templates that are kept there, plain parameters.

`Cloud` is the promise, `AwsCloud` keeps it; `wiring` makes one for each source. Whatever a template names, only what
the settings permit is asked for: templates of the buckets, parameters of the names that they list.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from setpoint.aws import AwsClients, client_errors, error_code, reason
from setpoint.intent.cloudformation.sources import StoredObject
from setpoint.intent.cloudformation.stack import StackFacts, read_stack
from setpoint.model.canonical import Unknown

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of a template in S3, which may have 1 MiB ("CloudFormation quotas"), and of a file that it includes."""

GET_TEMPLATE: Final = "cloudformation:GetTemplate"
GET_OBJECT: Final = "s3:GetObject"
GET_PARAMETER: Final = "ssm:GetParameter"
LIST_ALIASES: Final = "kms:ListAliases"


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may be read for a template besides its stack."""

    buckets: tuple[str, ...] = ()
    """Names of buckets whose objects may be read as templates."""
    parameters: tuple[str, ...] = ()
    """Globs over names of Systems Manager parameters; never those of type SecureString."""


class Cloud(Protocol):
    """Shared by the readers of one region."""

    def stack(self, name: str, region: str) -> StackFacts:
        """Raises `NotFoundError` when there is no such stack, `CouldNotTellError` when AWS does not say."""
        ...

    def template(self, stack: str, *, processed: bool) -> bytes | Unknown:
        """The stack's template: as it was given, or with its macros run."""
        ...

    def stored(self, place: StoredObject) -> bytes | Unknown: ...

    def parameter(self, name: str) -> str | Unknown:
        """What a Systems Manager parameter holds, unless it is a secret; `name:version` for an older value."""
        ...

    def key_aliases(self) -> Mapping[str, str] | Unknown:
        """KMS alias → the id of the key that it leads to; AWS's own among them."""
        ...


class AwsCloud:
    def __init__(self, clients: AwsClients, region: str, permitted: Permitted) -> None:
        self._clients = clients
        self._region = region
        self._permitted = permitted

    def stack(self, name: str, region: str) -> StackFacts:
        return read_stack(self._clients, region, name, with_exports=False)

    def template(self, stack: str, *, processed: bool) -> bytes | Unknown:
        try:
            body = self._client("cloudformation").get_template(
                StackName=stack, TemplateStage="Processed" if processed else "Original"
            )["TemplateBody"]
        except client_errors() as error:
            return Unknown(reason(error, GET_TEMPLATE))
        # boto3 gives a template in JSON parsed.
        return body.encode() if isinstance(body, str) else orjson.dumps(body)

    def stored(self, place: StoredObject) -> bytes | Unknown:
        if place.bucket not in self._permitted.buckets:
            return Unknown(f"{place} is not read: template_buckets does not list {place.bucket}")
        version: Mapping[str, str] = {"VersionId": place.version} if place.version else {}
        try:
            answer = self._client("s3").get_object(Bucket=place.bucket, Key=place.key, **version)
            with answer["Body"] as body:
                data: bytes = body.read(MOST_BYTES + 1)
        except client_errors() as error:
            absent = error_code(error) in ("NoSuchKey", "NoSuchBucket", "NoSuchVersion")
            return Unknown(f"{place} does not exist" if absent else f"{place}: {reason(error, GET_OBJECT)}")
        if len(data) > MOST_BYTES:
            return Unknown(f"{place} has more than {MOST_BYTES:,} bytes")
        return data

    def parameter(self, name: str) -> str | Unknown:
        plain = name.partition(":")[0]
        if not any(fnmatch.fnmatchcase(plain, each) for each in self._permitted.parameters):
            return Unknown(f"the Systems Manager parameter {name} is not read: ssm_parameters does not list it")
        try:
            # Without decryption: what is secret comes back as a cipher text, and is not looked at.
            found = self._client("ssm").get_parameter(Name=name)["Parameter"]
        except client_errors() as error:
            absent = error_code(error) in ("ParameterNotFound", "ParameterVersionNotFound")
            why = "does not exist" if absent else f"could not be read: {reason(error, GET_PARAMETER)}"
            return Unknown(f"the Systems Manager parameter {name} {why}")
        if found["Type"] not in ("String", "StringList"):
            return Unknown(f"the Systems Manager parameter {name} is a secret, which is never read")
        return str(found["Value"])

    def key_aliases(self) -> Mapping[str, str] | Unknown:
        try:
            pages = self._client("kms").get_paginator("list_aliases").paginate()
            found = [each for page in pages for each in page["Aliases"]]
        except client_errors() as error:
            return Unknown(reason(error, LIST_ALIASES))
        # AWS names keys of its own that it has not made yet.
        return {each["AliasName"]: each["TargetKeyId"] for each in found if each.get("TargetKeyId")}

    def _client(self, service: str) -> Any:
        return self._clients.client(service, self._region)
