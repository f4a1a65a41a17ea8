"""Puts together what tells what a plan would grant: the account, the plan, the search, the policies. For the gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.compare.identity.escalation.search import find_escalations
from setpoint.decide.grants import PlannedGrants, decide_plan
from setpoint.decide.identity import AccountFacts, PrincipalRules, describe
from setpoint.decide.policy.compile import PolicySet
from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.intent.iam.existing import read_existing
from setpoint.intent.iam.planned import PlannedAccount, planned_account
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision
from setpoint.model.escalation import EscalationReport, Existing
from setpoint.model.iam_account import IamAccount
from setpoint.model.policy import Stage
from setpoint.settings import Settings
from setpoint.wiring.identity import MAX_EXPORT_BYTES, account_of_export, live_account
from setpoint.wiring.principals import rules_of

_ZIP: Final = b"PK\x03\x04"
"""How a saved plan begins: Terraform packs it as a ZIP archive."""


class PlanGate:
    """Decides plans by the policies, and by what the settings say of the organisation, where there are any."""

    def __init__(self, policies: PolicySet, settings: Settings | None) -> None:
        self._policies = policies
        self._settings = settings

    def decide(self, plan: Path, export: Path | None, resources: Path | None, stage: Stage) -> Decision:
        """Of the account in the export, else of the one whose credentials are in use."""
        account = self._account(export)
        planned = planned_account(_read_plan(plan), str(plan), account)
        now = datetime.now(UTC)
        before, after = self._searched(account, planned, resources, now)
        rules = rules_of(self._settings) if self._settings else PrincipalRules()
        grants = PlannedGrants(
            before=before,
            after=after,
            principals_before=list(describe(AccountFacts(account, before), rules, now)),
            principals_after=list(describe(AccountFacts(planned.account, after), rules, now)),
            unknown=planned.unknown,
        )
        waivers = self._settings.waivers if self._settings else ()
        return decide_plan(self._policies, grants, stage, plan.name, waivers, now)

    def _account(self, export: Path | None) -> IamAccount:
        if export is not None:
            return account_of_export(export)
        if self._settings is None:
            raise InputError("there is nothing to read an account from", remedy="give --authorization-details")
        return live_account(self._settings)

    def _searched(
        self, account: IamAccount, planned: PlannedAccount, resources: Path | None, now: datetime
    ) -> tuple[EscalationReport, EscalationReport]:
        paths = load_paths(self._settings.identity.escalation_paths if self._settings else ())
        existing: Sequence[Existing] | None = None
        if resources is not None:
            existing = read_existing(parse_json(read_bytes(resources), str(resources)), str(resources))
        before = find_escalations(account, paths, existing, IamDataCatalogue(), now)
        if not planned.changed:
            return before, before
        return before, find_escalations(planned.account, paths, existing, IamDataCatalogue(), now)


def _read_plan(path: Path) -> Json:
    data = read_bytes(path, limit=MAX_EXPORT_BYTES)
    if data.startswith(_ZIP):
        raise InputError(
            "this is a saved plan in Terraform's own format", where=str(path), remedy="give terraform show -json of it"
        )
    return parse_json(data, str(path))
