"""`setpoint tokens`: who may call the API."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, clean, moment
from setpoint.cli.source import Source, source_option
from setpoint.errors import Error, NotFoundError
from setpoint.fields import LONGEST, seconds_of
from setpoint.model.access import AccessScope, Token, TokenRequest, TokenState
from setpoint.model.canonical import Json
from setpoint.model.credential import PREFIX
from setpoint.store.interface import IssuedToken

NEVER = "never"


class Duration(click.ParamType[timedelta]):
    """`30s`, `5m`, `12h`, `90d` or `2w`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        seconds = seconds_of(str(value))
        if seconds is None or seconds > LONGEST:
            self.fail(f"{value!r} is no duration of at most ten years, such as 30s, 12h or 90d", param, ctx)
        return timedelta(seconds=seconds)


class NameOrId(click.ParamType[str]):
    """A token that is given whole, since it has leaked, is known by the id in it: the rest goes nowhere."""

    name = "name or id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 (click's)
        text = str(value)
        parts = text.split("_")
        return parts[1] if len(parts) == 3 and parts[0] == PREFIX else text


@click.group(name="tokens")
def command() -> None:
    """Who may call the API, and for what."""


@command.command(name="issue")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([str(each) for each in AccessScope]),
    help="What it opens; may be repeated.",
)
@click.option("--service", metavar="NAME", help="Bind it to one service.")
@click.option(
    "--expires",
    default="90d",
    show_default=True,
    metavar="DURATION",
    help=f"How long it is good for, or {NEVER!r}.",
)
@click.option("--agent", "is_agent", is_flag=True, help="For an agent: the scope ingest, and a key for signed policy.")
@source_option
@json_option
def issue(
    source: Source,
    name: str,
    scopes: tuple[str, ...],
    service: str | None,
    expires: str,
    *,
    is_agent: bool,
    as_json: bool,
) -> int:
    """Make the token NAME. It is shown once: the ledger keeps only what it can be recognised by."""
    granted = frozenset(AccessScope(each) for each in scopes)
    if is_agent and not granted:
        granted = frozenset({AccessScope.INGEST})
    lifetime = None if expires == NEVER else Duration().convert(expires, None, None)
    issued = source.tokens.issue(
        lambda now: TokenRequest(name, granted, service, None if lifetime is None else now + lifetime, is_agent)
    )
    _show_issued(Output.of(as_json=as_json), issued)
    if service is not None:
        _note_unheard_of(source, service)
    return 0


def _note_unheard_of(source: Source, service: str) -> None:
    """A token may come before what it is for, but a misspelt name must not go unnoticed. On the error stream."""
    try:
        source.findings(service, include_closed=False)
    except NotFoundError as error:
        click.echo(f"setpoint: note: {clean(error.diagnostics())}; the token opens what is of that name only", err=True)
    except Error:
        return  # there is no ledger yet, or whoever issues may not read it


@command.command(name="list")
@click.option("--all", "include_ended", is_flag=True, help="Expired and revoked ones too.")
@source_option
@json_option
def list_(source: Source, *, include_ended: bool, as_json: bool) -> int:
    """List tokens, without what opens anything."""
    output, now = Output.of(as_json=as_json), datetime.now(UTC)
    known = [each for each in source.tokens.listed() if include_ended or each.state(now) is TokenState.ACTIVE]
    if as_json:
        output.json([_document(each, now) for each in known])
    elif not known:
        output.line("no tokens")
    output.table(
        ("id", "name", "state", "scopes", "service", "created", "by", "expires", "last used", "replaces"),
        [
            (
                each.id,
                each.name,
                each.state(now),
                ", ".join(sorted(each.scopes)),
                each.service,
                each.created_at,
                each.created_by,
                each.expires_at,
                each.last_used_at,
                each.rotated_from,
            )
            for each in known
        ],
    )
    return 0


@command.command(name="revoke")
@click.argument("name_or_id", metavar="NAME|ID", type=NameOrId())
@source_option
@json_option
def revoke(source: Source, name_or_id: str, *, as_json: bool) -> int:
    """Revoke a token, at once and for good. A name means every token that has it, an id that one."""
    output, revoked = Output.of(as_json=as_json), source.tokens.revoke(name_or_id)
    if as_json:
        output.json([_document(each, datetime.now(UTC)) for each in revoked])
    elif not revoked:
        output.line(f"{name_or_id} was revoked before")
    for each in revoked:
        output.line(f"revoked {each.name} ({each.id})")
    return 0


@command.command(name="rotate")
@click.argument("name_or_id", metavar="NAME|ID", type=NameOrId())
@click.option(
    "--overlap",
    type=Duration(),
    default="1h",
    show_default=True,
    metavar="DURATION",
    help="How long the old one is good for yet, at most 30 days.",
)
@source_option
@json_option
def rotate(source: Source, name_or_id: str, overlap: timedelta, *, as_json: bool) -> int:
    """Make a new secret for a token, which is shown once. Where the old one has leaked, give --overlap 0s."""
    _show_issued(Output.of(as_json=as_json), source.tokens.rotate(name_or_id, overlap))
    return 0


def _show_issued(output: Output, issued: IssuedToken) -> None:
    token = issued.token
    key = None if issued.policy_key is None else urlsafe_b64encode(issued.policy_key).decode()
    if output.as_json:
        output.json({**_document(token, token.created_at), "token": issued.text, "policy_key": key})
    ends = f"until {moment(token.expires_at)}" if token.expires_at else "until it is revoked"
    output.line(f"{token.name} ({token.id}) may {', '.join(sorted(token.scopes))} {ends}. This is shown once:")
    output.line(issued.text)
    if key is not None:
        output.line(f"its key for signed policy: {key}")


def _document(token: Token, now: datetime) -> Json:
    return {
        "id": token.id,
        "name": token.name,
        "state": token.state(now),
        "scopes": sorted(token.scopes),
        "service": token.service,
        "agent": token.is_agent,
        "created_at": token.created_at.isoformat(),
        "created_by": token.created_by,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        "rotated_from": token.rotated_from,
    }
