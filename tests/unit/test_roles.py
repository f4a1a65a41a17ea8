"""Assumed roles: whose account they are in, what they are asked with, and what a refusal is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from setpoint.aws import reason, remedy
from setpoint.errors import InputError
from setpoint.roles import AssumedRole, assumed_session

ARN = "arn:aws-cn:iam::222233334444:role/teams/setpoint"


def test_a_role_says_which_account_it_is_in() -> None:
    role = AssumedRole(ARN)
    assert (role.partition, role.account) == ("aws-cn", "222233334444")


@pytest.mark.parametrize("arn", ["", "setpoint", "arn:aws:iam::222233334444:user/a", "arn:aws:iam::12:role/a"])
def test_what_is_no_role_is_refused(arn: str) -> None:
    with pytest.raises(InputError, match="is not the ARN of a role"):
        AssumedRole(arn)


class TokenService:
    """Gives credentials that last for the minutes that it is told."""

    def __init__(self, minutes: int = 60) -> None:
        self.minutes = minutes
        self.given = 0

    def assume_role(self, **asked: str) -> dict[str, Any]:
        self.given += 1
        return {
            "Credentials": {
                "AccessKeyId": asked.get("ExternalId", "none"),
                "SecretAccessKey": asked["RoleArn"],
                "SessionToken": f"{asked['RoleSessionName']} {self.given}",
                "Expiration": datetime.now(UTC) + timedelta(minutes=self.minutes),
            }
        }


def test_the_role_is_assumed_when_it_is_first_needed_and_again_before_it_expires() -> None:
    service = TokenService()
    credentials = assumed_session(AssumedRole(ARN, "agreed"), lambda: service).get_credentials()
    assert service.given == 0
    first = credentials.get_frozen_credentials()
    assert (first.access_key, first.secret_key, first.token) == ("agreed", ARN, "setpoint 1")
    assert credentials.get_frozen_credentials().token == "setpoint 1"

    short = TokenService(minutes=1)
    expiring = assumed_session(AssumedRole(ARN), lambda: short).get_credentials()
    assert expiring.get_frozen_credentials().access_key == "none"
    assert expiring.get_frozen_credentials().token == "setpoint 2"


def test_a_refusal_to_assume_the_role_is_called_that() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "AssumeRole")
    assert reason(refused, "s3:ListAllMyBuckets") == "sts:AssumeRole denied"
    assert remedy(refused, "s3:ListAllMyBuckets") == "allow sts:AssumeRole to the role in use"
