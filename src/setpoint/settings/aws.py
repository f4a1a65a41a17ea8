"""`aws:`: which account, regions and types are read, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.aws import AwsSettings
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.roles import AssumedRole


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Which types are read even where none is declared, beside those that have a reader of their own."""

    types: tuple[str, ...] = ()
    shipped: bool | None = None
    """Whether the shipped list is watched, too; None where that follows from what the sources can declare."""
    where: str = ""
    """Where the types are named, as `file:line`."""


def read_watch(fields: Fields) -> WatchSettings:
    shipped = fields.flag("shipped", default=True) if fields.has("shipped") else None
    settings = WatchSettings(fields.texts("types"), shipped, fields.where("types"))
    fields.done()
    return settings


def read_aws(fields: Fields) -> tuple[AwsSettings, str | None, str | None]:
    settings = AwsSettings(
        regions=fields.texts("regions"),
        accounts=_accounts(fields),
        endpoint_url=fields.optional_text("endpoint_url"),
        profile=fields.optional_text("profile"),
        timeout=fields.seconds("timeout", 20.0, least=0.1),
        attempts=int(fields.number("attempts", 5, least=1, most=50)),
        pool=int(fields.number("pool", 16, least=1, most=64)),
        calls_per_second=fields.number("calls_per_second", 200.0, least=0.1, most=10_000),
    )
    fields.section("watch")  # known here, and read by `read_watch`
    account, partition = fields.optional_text("account"), fields.optional_text("partition")
    if account is not None and not (account.isdigit() and len(account) == 12):
        raise InputError(
            f"aws.account is {account!r}; twelve digits were expected",
            where=fields.where("account"),
            remedy="put it in quotes: an unquoted number loses leading zeros",
        )
    fields.done()
    return settings, account, partition


def _accounts(fields: Fields) -> tuple[AssumedRole, ...]:
    """Each names a role in another account, which is read and reverted by it."""
    roles: dict[str, AssumedRole] = {}
    for each in fields.sections("accounts"):
        try:
            role = AssumedRole(each.text("role_arn"), each.optional_text("external_id"))
        except InputError as error:
            raise InputError(error.what, where=each.where("role_arn"), remedy=error.remedy) from error
        each.done()
        if role.account in roles:
            raise InputError(
                f"aws.accounts names account {role.account} twice", where=each.where(), remedy="name one role in it"
            )
        roles[role.account] = role
    return tuple(roles.values())
