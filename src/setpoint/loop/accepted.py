"""Waivers and the baseline between beats: which bear on an entity now, and which people must hear of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from setpoint.act.interface import Alert
from setpoint.loop.parts import Parts
from setpoint.model.canonical import digest
from setpoint.model.exceptions import NO_EXCEPTIONS, Baseline, Exceptions
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.model.waiver import ANNOUNCED_BEFORE, IDLE_AFTER, Waiver


class Accepted:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waivers: Sequence[Waiver] = ()
        self._baseline = Baseline()
        self._told: set[tuple[str, str]] = set()

    def refresh(self) -> None:
        """Read again what people entered, in the configuration and in the ledger."""
        declared, self._baseline = self._parts.accepted()
        matched = self._parts.ledger.waiver_matches()
        known = [replace(each, last_matched=matched.get(each.id)) for each in declared]
        self._waivers = [*known, *self._parts.ledger.waivers()]

    def version(self) -> str:
        """Changes when what bears on some entity may: with what people entered, and with every expiry."""
        if not self._waivers and not self._baseline.accepted:
            return ""
        now = self._parts.clock.now()
        active = [(each.id, each.scope, each.policy, each.path) for each in self._waivers if each.is_active(now)]
        accepted = {str(urn): values for urn, values in self._baseline.accepted.items()}
        return digest(active, accepted, f"{now:%Y-%m-%d}")

    def about(self, urn: Urn) -> Exceptions:
        """What bears on an entity at this moment: an expired waiver counts nowhere from its second on."""
        if not self._waivers and not self._baseline.accepted:
            return NO_EXCEPTIONS
        return Exceptions.at(self._parts.clock.now(), urn, self._waivers, self._baseline)

    def bearing(self, urn: Urn) -> str:
        """Changes when another conclusion might follow, and once a day, so that the ledger knows which still match."""
        bearing = self.about(urn).bearing(urn)
        return f"{bearing};{self._parts.clock.now():%Y-%m-%d}" if bearing else ""

    def tell(self) -> None:
        """Announce waivers that expire soon, and report those that match nothing; each once."""
        for waiver, news in self._news():
            if (waiver.id, news) in self._told:
                continue
            self._told.add((waiver.id, news))
            self._parts.notifier.notify(
                Alert(
                    at=self._parts.clock.now(),
                    severity=Severity.MEDIUM,
                    kind="waiver",
                    subject=None,
                    service="",
                    title=f"waiver {waiver.id} of {waiver.owner} ({waiver.reason}) {news}",
                    details={"waiver": waiver.id, "urn": waiver.scope, "policy": waiver.policy, "path": waiver.path},
                    helps="setpoint waivers",
                )
            )

    def _news(self) -> Iterator[tuple[Waiver, str]]:
        now = self._parts.clock.now()
        for waiver in self._waivers:
            if not waiver.is_active(now):
                continue
            if waiver.expires_at - now <= ANNOUNCED_BEFORE:
                yield waiver, f"expires at {waiver.expires_at:%Y-%m-%d %H:%M} UTC"
            if now - (waiver.last_matched or waiver.created_at) >= IDLE_AFTER:
                yield waiver, f"has matched nothing for {IDLE_AFTER.days} days"
