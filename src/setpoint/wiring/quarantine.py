"""Puts together what quarantines a user or a role, and refuses whom nobody should: for `setpoint quarantine`."""

from __future__ import annotations

import re
import sys
from typing import Final

from setpoint.act.alert import JsonLinesNotifier, Notifiers, TerminalNotifier
from setpoint.act.revert.reverter import ACTIONS
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.decide.identity import TRUE
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.errors import ConflictError, CouldNotTellError, InputError, NotFoundError
from setpoint.intent.estate import Estate
from setpoint.loop import instructions
from setpoint.loop.clock import Clock
from setpoint.loop.looking import LookingObserver
from setpoint.loop.parts import Parts
from setpoint.loop.quarantine_alone import QuarantineAlone
from setpoint.model.iam_account import SERVICE_LINKED
from setpoint.model.order import OrderKind
from setpoint.model.quarantine import LIFTABLE, QUARANTINE, arn_of, made_in_part, quarantine_plan, quarantine_urn
from setpoint.model.remediation import Remediation
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.observe.nothing import NothingObserved
from setpoint.settings import Settings
from setpoint.store.interface import Ledger
from setpoint.wiring.alerting import courier
from setpoint.wiring.judging import assessor, confinement_check
from setpoint.wiring.parts import Wiring
from setpoint.wiring.stores import open_existing_ledger, open_first_ledger

_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:user|role)/[\w+=,.@/-]{1,576}")
"""IAM User Guide, "IAM identifiers"."""

_OF_AWS: Final = (SERVICE_LINKED, "/aws-reserved/")
"""Paths of roles that only AWS may change ("Referencing permission sets in resource policies")."""


class Quarantines:
    """Of the accounts that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wiring = Wiring(settings)

    def impose(self, arn: str, reason: str, actor: str, *, force: bool) -> Remediation:
        """As far as it came; raises `InputError` for whom it is refused, and `ConflictError` where one is in force."""
        urn = quarantine_urn(_checked(arn))
        self._refuse_itself(arn)
        with open_first_ledger(self._settings) as ledger:
            parts = self._parts(ledger)
            _refuse_while_paused(parts)
            seen = _looked_at(parts, urn, arn)
            self._refuse_break_glass(seen, force=force)
            known = ledger.remediations(scope=self._settings.loop.scope, urn=urn)
            needed = tuple(name for action in ACTIONS[QUARANTINE] for name in action.permissions)
            now = parts.clock.now()
            plan = quarantine_plan(seen, now, needed, made_in_part(known))
            service = seen.tags().get(self._settings.loop.owner_tag, "")
            try:
                requested = ledger.visitor().request(
                    self._settings.loop.scope, urn, service, plan, f"quarantined by {actor}: {reason}", actor, now
                )
            except ConflictError as error:
                remedy = f"lift it with: setpoint quarantine {arn} --lift --reason WHY"
                raise ConflictError(f"it is quarantined already: {error.what}", where=arn, remedy=remedy) from error
            return QuarantineAlone(parts).see_through(requested)

    def lift(self, arn: str, reason: str, actor: str) -> Remediation:
        """As far as it came; raises `NotFoundError` where there is none to lift."""
        urn = quarantine_urn(_checked(arn))
        with open_existing_ledger(self._settings) as ledger:
            parts = self._parts(ledger)
            _refuse_while_paused(parts)
            known = [each for each in ledger.remediations(scope=self._settings.loop.scope, urn=urn) if each.attempts]
            if not known or known[-1].state not in LIFTABLE:
                state = f": the last is {known[-1].state}" if known else ""
                raise NotFoundError(f"there is no quarantine to lift{state}", where=arn)
            order = instructions.order_about(known[-1], OrderKind.UNDO, actor, reason, ledger, ledger.visitor())
            return QuarantineAlone(parts).lift(known[-1], order)

    def _parts(self, ledger: Ledger) -> Parts:
        settings, wiring = self._settings, self._wiring
        alerts = [JsonLinesNotifier(settings.alerts_file)] if settings.alerts_file else []
        return Parts(
            intent=Estate((), wiring.schemas.schema),
            observer=LookingObserver(NothingObserved(), QUARANTINE, wiring.look_at_quarantine),
            comparator=ConfigComparator(wiring.schemas.schema),
            judge=PolicyJudge(PolicySet.of((), (), {})),
            assessor=assessor(settings),
            reverter=wiring.reverter,
            notifier=Notifiers([TerminalNotifier(sys.stderr), *alerts]),
            ledger=ledger,
            clock=Clock(ledger.latest_time()),
            settings=settings.loop,
            courier=courier(settings),
            confinement=confinement_check(),
        )

    def _refuse_itself(self, arn: str) -> None:
        """Whoever takes its own permissions away cannot give them back."""
        account = arn.split(":")[4]
        caller = self._wiring.accounts.get(account, self._wiring.clients).caller()
        if _acts_as(caller, arn):
            raise InputError(
                "Setpoint acts as this one itself, and could not lift the quarantine again",
                where=arn,
                remedy="quarantine it with the credentials of somebody else",
            )

    def _refuse_break_glass(self, seen: Resource, *, force: bool) -> None:
        tag = self._settings.identity.break_glass_tag
        if not force and seen.tags().get(tag, "").lower() in TRUE:
            raise InputError(
                f"it is kept for emergencies: its tag {tag} says so",
                where=arn_of(seen.urn),
                remedy="quarantine it all the same with --force",
            )


def _checked(arn: str) -> str:
    if not _ARN.fullmatch(arn):
        raise InputError(
            f"{arn!r} is not the ARN of a user or a role",
            remedy="write arn:aws:iam::<account>:role/<name>, with its path; of a session, name its role",
        )
    if any(path in arn for path in _OF_AWS):
        raise InputError(
            "only AWS may change this role",
            where=arn,
            remedy="quarantine whoever assumes it; for IAM Identity Center, take the assignment away there",
        )
    return arn


def _acts_as(caller: str, arn: str) -> bool:
    """Whether these credentials are of that user or role; a session's ARN has its role's name, without the path."""
    name, account = arn.rpartition("/")[2], arn.split(":")[4]
    if caller == arn:
        return True
    return ":role/" in arn and caller.split(":")[4] == account and f":assumed-role/{name}/" in caller


def _refuse_while_paused(parts: Parts) -> None:
    pause = parts.ledger.pause_in_force()
    if pause is not None:
        raise ConflictError(
            f"nothing is changed now: paused by {pause.actor}: {pause.reason}", remedy="setpoint resume --reason WHY"
        )


def _looked_at(parts: Parts, urn: Urn, arn: str) -> Resource:
    seen = parts.observer.look(urn)
    if isinstance(seen, Unread):
        raise CouldNotTellError(f"it could not be read: {seen.reason}", where=arn)
    if isinstance(seen, Absent) or seen.properties["Arn"] != arn:
        there = "" if isinstance(seen, Absent) else f"it is {seen.properties['Arn']}"
        raise NotFoundError("there is no such user or role", where=arn, remedy=there)
    for path, reason in seen.unread.items():
        raise CouldNotTellError(f"{path} could not be read: {reason}", where=arn)
    return seen
