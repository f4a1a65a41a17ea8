"""The least-privilege policy of AWS for what the settings ask for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from setpoint.act.revert.reverter import ACTIONS, ONLY_IF_DECLARED
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.canonical import Json
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.remediation import Mode
from setpoint.observe.aws.change_record import LOOK_UP
from setpoint.observe.aws.instances.observer import permissions as instance_permissions
from setpoint.observe.aws.observer import permissions
from setpoint.observe.aws.quarantine import PERMISSIONS as OF_QUARANTINES
from setpoint.observe.cloudtrail.permissions import statements as trail_statements
from setpoint.settings import Settings
from setpoint.wiring.identity_plane import PERMISSIONS as OF_IDENTITIES
from setpoint.wiring.identity_plane import has_identities
from setpoint.wiring.intent import intent_statements, stack_actions
from setpoint.wiring.parts import NO_ACCOUNT, Wiring


def permissions_needed(settings: Settings, *, enforce: bool) -> Json:
    """The least-privilege IAM policy for what is configured; with what reverting needs in mode enforce, or if asked."""
    wiring = Wiring(replace(settings, account=settings.account or NO_ACCOUNT))
    declared = wiring.selection.readable(_declared_types(wiring))
    read = dict(instance_permissions(settings.inventory.sources)) if settings.aws.regions else {}
    if settings.intent:
        read |= {**permissions(), **permissions(declared | wiring.selection.watched, wiring.selection)}
    reading = {action for actions in read.values() for action in actions}
    reading.update(stack_actions(settings))
    if settings.identity.guardrails:
        from setpoint.wiring.principals import PERMISSIONS as OF_PRINCIPALS

        reading.update(OF_PRINCIPALS)
    if has_identities(settings):
        reading.update(OF_IDENTITIES)
    reverts = bool(settings.intent) and (enforce or settings.loop.mode is Mode.ENFORCE)
    if reverts:
        reading.add(LOOK_UP)
    trail, partition = settings.cloudtrail, settings.partition or "aws"
    statements = [
        *([_statement("SetpointReads", reading)] if reading else ()),
        *intent_statements(settings),
        *trail_statements(
            bucket=trail.bucket, prefix=trail.prefix, queue=trail.queue, verifies=trail.verify, partition=partition
        ),
    ]
    if reverts:
        reverter = wiring.reverter_of(wiring.clients)
        types = declared | (ACTIONS.keys() - ONLY_IF_DECLARED)
        actions = (action for name in types for action in reverter.actions(name))
        writing = {name for action in actions for name in action.permissions} - reading
        statements.append(_statement("SetpointReverts", writing))
    if enforce or settings.loop.mode is Mode.ENFORCE:
        statements.append(_quarantine_statement(partition))
    return {"Version": "2012-10-17", "Statement": statements}


def _quarantine_statement(partition: str) -> Json:
    """What `setpoint quarantine` needs; take it out where nobody is to be quarantined."""
    needed = {*OF_QUARANTINES, *(name for action in ACTIONS[QUARANTINE] for name in action.permissions)}
    resources = [f"arn:{partition}:iam::*:{kind}/*" for kind in ("role", "user")]
    return {**_statement("SetpointQuarantines", needed), "Resource": resources}


def _declared_types(wiring: Wiring) -> frozenset[str]:
    """None where that cannot be told yet: which permissions are needed is asked before there are any."""
    with suppress(CouldNotTellError, InputError):
        return frozenset(urn.type for urn in wiring.intent.read().resources)
    return frozenset()


def _statement(name: str, actions: Iterable[str]) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
