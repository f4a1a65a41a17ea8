"""What the server needs besides its ledger."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from setpoint.compare.interface import Explainer
from setpoint.decide.policy.overrides import resolve
from setpoint.errors import CouldNotTellError
from setpoint.loop.admission import Admission
from setpoint.loop.intended import KeptState
from setpoint.model.canonical import Json
from setpoint.model.health import Status
from setpoint.model.policy import Policy
from setpoint.model.service import Service
from setpoint.settings import Settings
from setpoint.status import read_status
from setpoint.store.interface import Ledger
from setpoint.wiring.gate import admission
from setpoint.wiring.judging import explainer
from setpoint.wiring.parts import Wiring
from setpoint.wiring.permissions import permissions_needed


class ServerWiring:
    """What the server needs besides its ledger. Made when it is first asked for, and then kept.

    Where that cannot be done now (nobody says which account this is), the next call tries again.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._wiring = Wiring(settings)
        self._turn = threading.Lock()

    def gatekeeper(self, actor: str) -> Admission:
        """On behalf of somebody, on the ledger that is open already."""
        with self._turn:
            return replace(self._admission, actor=actor)

    @property
    def explainer(self) -> Explainer:
        return explainer(self._settings, self._wiring)

    def policies(self) -> Sequence[Policy]:
        with self._turn:
            return self._wiring.policies.policies

    def policies_for(self, service: Service) -> Sequence[Policy]:
        """As the overrides leave them for it."""
        with self._turn:
            return resolve(self._wiring.policies, self._settings.overrides, service).policies

    def permissions(self, *, enforce: bool) -> Json:
        return permissions_needed(self._settings, enforce=enforce)

    def status(self) -> Status:
        """How the processes are; `CouldNotTellError` where nobody says so, without where that would be on this disk."""
        try:
            return read_status(self._settings.ledger, datetime.now(UTC))
        except CouldNotTellError as error:
            raise CouldNotTellError(error.what, remedy=error.remedy) from error

    @cached_property
    def _admission(self) -> Admission:
        return replace(
            admission(self._settings, "", self._wiring),
            open_ledger=lambda: nullcontext(self._ledger),
            open_reader=lambda: nullcontext(self._ledger),
            read_intent=KeptState(),
        )
