"""botocore's exceptions in our own words, and clients that cannot be made."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from setpoint.aws import AwsClients, AwsSettings, may_pass, reason, translate
from setpoint.errors import CouldNotTellError, InputError, TemporaryError


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "No."}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Any"
    )


URL = "http://me:secret@127.0.0.1:4566/bucket?list"


@pytest.mark.parametrize(
    ("error", "clause"),
    [
        (refusal("AccessDenied", 403), "s3:GetBucketPolicy denied"),
        (refusal("AccessDeniedException"), "s3:GetBucketPolicy denied"),
        (refusal("UnauthorizedOperation", 403), "s3:GetBucketPolicy denied"),
        (refusal("ThrottlingException"), "s3:GetBucketPolicy throttled"),
        (refusal("SlowDown", 503), "s3:GetBucketPolicy throttled"),
        (refusal("RequestTimeout"), "s3:GetBucketPolicy timed out"),
        (ReadTimeoutError(endpoint_url="http://x"), "s3:GetBucketPolicy timed out"),
        (EndpointConnectionError(endpoint_url="http://x"), "s3:GetBucketPolicy failed (EndpointConnectionError)"),
        (refusal("InternalError", 500), "s3:GetBucketPolicy failed (InternalError)"),
        (refusal("", 500), "s3:GetBucketPolicy failed (ClientError)"),
    ],
)
def test_reason_names_the_action(error: Exception, clause: str) -> None:
    assert reason(error, "s3:GetBucketPolicy") == clause


@pytest.mark.parametrize(
    "error",
    [
        refusal("Throttling"),
        refusal("RequestLimitExceeded", 503),
        refusal("OperationAborted", 409),
        refusal("InvalidDBInstanceState"),
        refusal("ServiceUnavailable", 503),
        ReadTimeoutError(endpoint_url="http://x"),
        EndpointConnectionError(endpoint_url="http://x"),
    ],
)
def test_what_may_pass_is_temporary(error: Exception) -> None:
    assert may_pass(error)
    assert isinstance(translate(error, "a:B"), TemporaryError)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (refusal("AccessDenied", 403), "allow a:B to the role in use"),
        (refusal("ExpiredToken", 403), "renew the credentials"),
        (NoCredentialsError(), "give credentials in one of the ways that boto3 knows: environment, profile or role"),
        (refusal("InvalidNextToken"), ""),
        (ParamValidationError(report="x"), ""),
    ],
)
def test_what_will_not_pass_says_what_would_do(error: ClientError | BotoCoreError, remedy: str) -> None:
    ours = translate(error, "a:B")
    assert type(ours) is CouldNotTellError
    assert ours.remedy == remedy


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url=URL), ReadTimeoutError(endpoint_url=URL)],
    ids=lambda each: type(each).__name__,
)
def test_who_was_not_reached_is_named_without_credentials(error: BotoCoreError) -> None:
    remedy = translate(error, "a:B").remedy
    assert remedy == "see whether http://127.0.0.1:4566 can be reached; it may work later"


def test_settings_without_a_region() -> None:
    with pytest.raises(InputError, match=r"aws\.regions: no region is named"):
        AwsClients(AwsSettings(regions=())).identity()


@pytest.mark.parametrize(
    "settings",
    [
        AwsSettings(regions=("eu-west-1",), profile="nobody-has-this-profile"),
        AwsSettings(regions=("eu-west-1",), endpoint_url="not a url"),
        AwsSettings(regions=("no such region!",)),
    ],
)
def test_a_client_that_cannot_be_made_is_an_input_error(settings: AwsSettings) -> None:
    with pytest.raises(InputError, match=r"check aws\.regions, aws\.profile and aws\.endpoint_url"):
        AwsClients(settings).client("s3", settings.regions[0])
