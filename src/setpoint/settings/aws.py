"""`aws:`: which account and regions are read, and how patiently."""

from __future__ import annotations

from setpoint.aws import AwsSettings
from setpoint.errors import InputError
from setpoint.fields import Fields


def read_aws(fields: Fields) -> tuple[AwsSettings, str | None, str | None]:
    settings = AwsSettings(
        regions=fields.texts("regions", required=True),
        endpoint_url=fields.optional_text("endpoint_url"),
        profile=fields.optional_text("profile"),
        timeout=fields.seconds("timeout", 20.0, least=0.1),
        attempts=int(fields.number("attempts", 5, least=1, most=50)),
        pool=int(fields.number("pool", 8, least=1, most=64)),
    )
    account, partition = fields.optional_text("account"), fields.optional_text("partition")
    if account is not None and not (account.isdigit() and len(account) == 12):
        raise InputError(
            f"aws.account is {account!r}; twelve digits were expected",
            where=fields.where("account"),
            remedy="put it in quotes: an unquoted number loses leading zeros",
        )
    fields.done()
    return settings, account, partition
