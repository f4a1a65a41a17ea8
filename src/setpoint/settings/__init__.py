"""What `setpoint.yaml` may say, as immutable values. Read once, by the command line; handed to `wiring`.

Each section has its module here. Paths in the file are relative to the folder that the file is in. Credentials are
never in it: AWS's come from boto3's own chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from setpoint.act.delivery.settings import AlertSettings
from setpoint.aws import AwsSettings
from setpoint.decide.inside import InsideSettings
from setpoint.decide.threshold import ThresholdSettings
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import load_yaml
from setpoint.loop.settings import LoopSettings
from setpoint.model.override import Override
from setpoint.model.service import Service
from setpoint.model.waiver import Waiver
from setpoint.settings.advisories import AdvisorySettings, AdvisorySources, read_advisories
from setpoint.settings.agents import read_agents
from setpoint.settings.alerts import read_alerts
from setpoint.settings.aws import WatchSettings, read_aws, read_watch
from setpoint.settings.cloudtrail import CloudTrailSettings, read_cloudtrail
from setpoint.settings.dast import DastSettings, read_dast
from setpoint.settings.gate import GateSettings, read_gate, read_risk
from setpoint.settings.history import read_history
from setpoint.settings.identity import IdentitySettings, read_identity
from setpoint.settings.ingest import IngestSettings, read_ingest
from setpoint.settings.intent import CdkSource, CloudFormationSource, IntentSource, TerraformSource, read_intent
from setpoint.settings.inventory import InventorySettings, read_inventory
from setpoint.settings.lake import LakeSettings, read_lake
from setpoint.settings.ledger import DatabaseSettings, read_ledger
from setpoint.settings.loop import read_loop
from setpoint.settings.overrides import read_overrides
from setpoint.settings.privacy import PrivacySettings, read_privacy
from setpoint.settings.scan import ScanSettings, read_scan
from setpoint.settings.server import ServerSettings, read_server
from setpoint.settings.services import read_services
from setpoint.settings.telemetry import read_telemetry
from setpoint.settings.waivers import read_waivers
from setpoint.telemetry import TelemetrySettings

__all__ = [
    "DEFAULT_FILE",
    "AdvisorySettings",
    "AdvisorySources",
    "CdkSource",
    "CloudFormationSource",
    "CloudTrailSettings",
    "DastSettings",
    "DatabaseSettings",
    "GateSettings",
    "IdentitySettings",
    "IngestSettings",
    "IntentSource",
    "InventorySettings",
    "LakeSettings",
    "PrivacySettings",
    "ScanSettings",
    "ServerSettings",
    "Settings",
    "TerraformSource",
    "WatchSettings",
    "load_settings",
]

DEFAULT_FILE: Final = Path("setpoint.yaml")


@dataclass(frozen=True, slots=True)
class Settings:
    file: Path
    ledger: Path
    """Its file; where it is in a database, what the files that belong to it on this machine are named after."""
    aws: AwsSettings
    account: str | None
    """The AWS account that the files declare; asked of AWS where it is not given."""
    partition: str | None
    loop: LoopSettings
    risk: ThresholdSettings
    gate: GateSettings
    intent: tuple[IntentSource, ...]
    policies: tuple[Path, ...]
    """Folders of policies beside the shipped pack."""
    shipped_policies: bool
    services: Mapping[str, Service]
    alerts_file: Path | None
    baseline: Path | None = None
    """The file of accepted undeclared values."""
    waivers: tuple[Waiver, ...] = ()
    """Differences that are expected, and problems that somebody answers for, kept with the configuration."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    lake: LakeSettings = field(default_factory=LakeSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
    environment: str = ""
    """Of every service that names no other; empty where the file says nothing."""
    watch: WatchSettings = field(default_factory=WatchSettings)
    agents: InsideSettings = field(default_factory=InsideSettings)
    overrides: tuple[Override, ...] = ()
    """Where the policies are too strict, or not strict enough, for some services."""
    advisories: AdvisorySettings = field(default_factory=AdvisorySettings)
    cloudtrail: CloudTrailSettings = field(default_factory=CloudTrailSettings)
    inventory: InventorySettings = field(default_factory=InventorySettings)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    scan: ScanSettings = field(default_factory=ScanSettings)
    dast: DastSettings = field(default_factory=DastSettings)
    database: DatabaseSettings | None = None
    """Where the ledger is, if that is no file."""

    def ledger_address(self) -> str:
        """Of the ledger, to open it: a secret. Raises `InputError` where it cannot be had."""
        return self.database.address() if self.database else str(self.ledger)

    def service(self, name: str) -> Service:
        """A service that the file does not describe is of the standard tier."""
        return self.services.get(name) or Service(name, environment=self.environment)


def load_settings(path: Path) -> Settings:
    """Raises `InputError` with file:line for whatever the file says wrongly."""
    if not path.exists():
        raise InputError("there is no such configuration", where=str(path), remedy="write one with: setpoint init")
    fields = Fields(load_yaml(path))
    base = path.parent
    ledger, database = read_ledger(fields, base)
    aws, account, partition = read_aws(fields.section("aws"))
    environment = fields.optional_text("environment") or ""
    services = read_services(fields.section("services"), environment)
    inventory = read_inventory(fields.section("inventory"))
    alerts_file, alerts, delivery = read_alerts(fields.section("alerts"), base, services)
    settings = Settings(
        file=path,
        ledger=ledger,
        database=database,
        aws=aws,
        account=account,
        partition=partition,
        watch=read_watch(fields.section("aws").section("watch")),
        loop=replace(
            read_loop(fields),
            delivery=delivery,
            history=read_history(fields.section("history")),
            forget_instances_after=inventory.forget_instances_after,
            keep_bills_for=inventory.keep_bills_for,
        ),
        risk=read_risk(fields.section("risk")),
        gate=read_gate(fields.section("gate"), base, ledger),
        intent=read_intent(fields, base, aws.regions),
        policies=tuple(base / each for each in fields.texts("policies")),
        shipped_policies=fields.flag("shipped_policies", default=True),
        services=services,
        environment=environment,
        overrides=read_overrides(fields),
        baseline=base / fields.text("baseline") if fields.has("baseline") else None,
        waivers=read_waivers(fields),
        alerts_file=alerts_file,
        alerts=alerts,
        server=read_server(fields.section("server"), base, ledger),
        ingest=read_ingest(fields.section("ingest"), base, ledger),
        lake=read_lake(fields.section("lake"), base, ledger),
        privacy=read_privacy(fields.section("privacy"), base, ledger),
        telemetry=read_telemetry(fields.section("telemetry")),
        agents=read_agents(fields.section("agents")),
        advisories=read_advisories(fields),
        identity=read_identity(fields.section("identity"), base),
        scan=read_scan(fields.section("scan"), base),
        dast=read_dast(fields.section("dast"), base, ledger),
        cloudtrail=read_cloudtrail(fields.section("cloudtrail"), base),
        inventory=inventory,
    )
    fields.done()
    return settings
