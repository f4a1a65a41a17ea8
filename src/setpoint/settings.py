"""What `setpoint.yaml` may say, as immutable values. Read once, by the command line; handed to `wiring`.

Paths in the file are relative to the folder that the file is in. Credentials are never in it: AWS's come from boto3's
own chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from setpoint.act.delivery.settings import AlertSettings, read_alerts
from setpoint.aws import AwsSettings
from setpoint.decide.threshold import LEAST, LONGEST_HALF_LIFE, ThresholdSettings
from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.files import load_yaml
from setpoint.loop.restraint import DAYS, Freeze
from setpoint.loop.settings import DeliverySettings, LoopSettings
from setpoint.model.policy import Severity
from setpoint.model.remediation import Mode
from setpoint.model.service import Exposure, Service, Tier
from setpoint.model.waiver import Waiver
from setpoint.model.waiver import check as check_waiver

DEFAULT_FILE: Final = Path("setpoint.yaml")


@dataclass(frozen=True, slots=True)
class TerraformSource:
    """A Terraform state file, or the output of `terraform show -json`."""

    path: Path
    region: str
    """For resources whose attributes do not say."""


@dataclass(frozen=True, slots=True)
class CloudFormationSource:
    path: Path
    region: str
    stack: str | None = None
    """The live stack whose physical ids and parameters resolve the template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    """For `Fn::ImportValue`, where the stacks that export are not readable."""


IntentSource = TerraformSource | CloudFormationSource


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Where the loop leaves the signed last thresholds for a gate that cannot reach the ledger."""

    threshold_file: Path
    key_file: Path
    threshold_valid_for: float
    """Seconds, from the end of the heartbeat."""


@dataclass(frozen=True, slots=True)
class Settings:
    file: Path
    ledger: Path
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

    def service(self, name: str) -> Service:
        """A service that the file does not describe is of the standard tier."""
        return self.services.get(name) or Service(name)


def load_settings(path: Path) -> Settings:
    """Raises `InputError` with file:line for whatever the file says wrongly."""
    if not path.exists():
        raise InputError("there is no such configuration", where=str(path), remedy="write one with: setpoint init")
    fields = Fields(load_yaml(path))
    base = path.parent
    ledger = base / fields.text("ledger", "setpoint.sqlite")
    aws, account, partition = _aws(fields.section("aws"))
    services = _services(fields.section("services"))
    alerts_file, alerts, delivery = _alerts(fields.section("alerts"), base, services)
    settings = Settings(
        file=path,
        ledger=ledger,
        aws=aws,
        account=account,
        partition=partition,
        loop=replace(_loop(fields), delivery=delivery),
        risk=_risk(fields.section("risk")),
        gate=_gate(fields.section("gate"), base, ledger),
        intent=_intent(fields, base, aws.regions[0]),
        policies=tuple(base / each for each in fields.texts("policies")),
        shipped_policies=fields.flag("shipped_policies", default=True),
        services=services,
        baseline=base / fields.text("baseline") if fields.has("baseline") else None,
        waivers=tuple(_waiver(each) for each in fields.sections("waivers")),
        alerts_file=alerts_file,
        alerts=alerts,
    )
    fields.done()
    return settings


def _aws(fields: Fields) -> tuple[AwsSettings, str | None, str | None]:
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


def _loop(fields: Fields) -> LoopSettings:
    loop = fields.section("loop")
    settings = LoopSettings(
        scope=fields.text("scope", "default"),
        mode=fields.choice("mode", Mode, Mode.AUDIT),
        interval=loop.seconds("interval", 60.0, least=0.1),
        verify_for=loop.seconds("verify_for", 120.0, least=0.1),
        retry_after=loop.seconds("retry_after", 1.0, least=0.01),
        stale_after=loop.seconds("stale_after", 86400.0, least=1.0),
        owner_tag=fields.text("owner_tag", "service"),
    )
    loop.done()
    return _remediation(fields.section("remediation"), settings)


def _remediation(fields: Fields, loop: LoopSettings) -> LoopSettings:
    limits, guard = fields.section("limits"), fields.section("guard")
    settings = replace(
        loop,
        limit_per_beat=int(limits.number("per_beat", loop.limit_per_beat, least=1)),
        limit_per_service=int(limits.number("per_service", loop.limit_per_service, least=1)),
        limit_percent=limits.number("percent", loop.limit_percent, most=100),
        guard_times=int(guard.number("times", loop.guard_times, least=2)),
        guard_window=guard.seconds("within", loop.guard_window, least=1.0),
        approve_within=fields.seconds("approve_within", loop.approve_within, least=1.0),
        freezes=tuple(_freeze(each) for each in fields.sections("freeze")),
    )
    for each in (limits, guard, fields):
        each.done()
    return settings


def _freeze(fields: Fields) -> Freeze:
    days = fields.texts("days")
    unknown = next((day for day in days if day not in DAYS), None)
    if unknown is not None:
        raise InputError(f"{unknown!r} is no day", where=fields.where("days"), remedy=did_you_mean(unknown, DAYS))
    freeze = Freeze(fields.text("name"), frozenset(days), _time(fields, "from"), _time(fields, "to"))
    fields.done()
    return freeze


def _time(fields: Fields, key: str) -> time:
    """`HH:MM` in UTC; `24:00` is the end of the day."""
    text = fields.text(key)
    if text == "24:00":
        return time.max
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise fields.wrong(key, "a time such as 22:30, in UTC and in quotes,") from error


def _risk(fields: Fields) -> ThresholdSettings:
    usual = ThresholdSettings()
    tiers, weights = fields.section("thresholds"), fields.section("weights")
    settings = ThresholdSettings(
        base={tier: tiers.number(str(tier), usual.base[tier], least=LEAST) for tier in Tier},
        half_life=fields.seconds("half_life", usual.half_life, least=0.001, most=LONGEST_HALF_LIFE),
        weights={each: weights.number(str(each), usual.weights[each]) for each in Severity},
        recurring=fields.number("recurring", usual.recurring, least=1.0),
        failed_remediation=fields.number("failed_remediation", usual.failed_remediation),
    )
    for each in (tiers, weights, fields):
        each.done()
    return settings


def _gate(fields: Fields, base: Path, ledger: Path) -> GateSettings:
    file, key = fields.optional_text("threshold_file"), fields.optional_text("key_file")
    settings = GateSettings(
        threshold_file=base / file if file else ledger.with_name(f"{ledger.name}.thresholds.json"),
        key_file=base / key if key else ledger.with_name(f"{ledger.name}.thresholds.key"),
        threshold_valid_for=fields.seconds("threshold_valid_for", 86400.0, least=1.0),
    )
    fields.done()
    return settings


def _intent(fields: Fields, base: Path, region: str) -> tuple[IntentSource, ...]:
    sources = tuple(_intent_source(each, base, region) for each in fields.sections("intent"))
    if not sources:
        raise InputError(
            "no intended state is declared",
            where=fields.where("intent"),
            remedy="list a terraform state or a cloudformation template under intent:",
        )
    return sources


def _intent_source(fields: Fields, base: Path, region: str) -> IntentSource:
    named = [kind for kind in ("terraform", "cloudformation") if fields.has(kind)]
    if len(named) != 1:
        raise InputError(
            f"{fields.path} names {len(named)} sources; exactly one was expected",
            where=fields.where(),
            remedy="give each entry either terraform: or cloudformation:",
        )
    path = base / fields.text(named[0])
    source: IntentSource
    if named[0] == "terraform":
        source = TerraformSource(path, fields.text("region", region))
    else:
        source = CloudFormationSource(
            path,
            fields.text("region", region),
            fields.optional_text("stack"),
            _texts(fields.section("parameters")),
            _texts(fields.section("exports")),
        )
    fields.done()
    return source


def _waiver(fields: Fields) -> Waiver:
    waiver = Waiver(
        id=fields.where(),
        scope=fields.text("urn"),
        policy=fields.text("policy", "*"),
        path=fields.text("path", "*"),
        reason=fields.text("reason"),
        owner=fields.text("owner"),
        ticket=fields.text("ticket") if fields.has("ticket") else "",
        created_at=_day(fields, "since"),
        expires_at=_day(fields, "until"),
    )
    check_waiver(waiver, where=fields.where())
    fields.done()
    return waiver


def _day(fields: Fields, key: str) -> datetime:
    """The start of a day, in UTC."""
    try:
        return datetime.combine(date.fromisoformat(fields.text(key)), time(), UTC)
    except ValueError as error:
        raise fields.wrong(key, "a day such as 2026-05-31") from error


def _texts(fields: Fields) -> dict[str, str]:
    return {key: fields.text(key) for key in fields.names()}


def _services(fields: Fields) -> dict[str, Service]:
    return {name: _service(name, fields.section(name)) for name in fields.names()}


def _service(name: str, fields: Fields) -> Service:
    service = Service(
        name,
        fields.choice("tier", Tier, Tier.STANDARD),
        fields.choice("exposure", Exposure, Exposure.INTERNAL),
        fields.text("owner", "") if fields.has("owner") else "",
    )
    fields.done()
    return service


def _alerts(
    fields: Fields, base: Path, services: Mapping[str, Service]
) -> tuple[Path | None, AlertSettings, DeliverySettings]:
    name = fields.optional_text("file")
    alerts = read_alerts(fields, base, {service.owner for service in services.values() if service.owner})
    usual = DeliverySettings()
    delivery = DeliverySettings(
        group_for=fields.seconds("group_for", usual.group_for),
        timeout=fields.seconds("timeout", usual.timeout, least=0.1),
        give_up_after=fields.seconds("give_up_after", usual.give_up_after, least=1.0),
    )
    fields.done()
    return base / name if name else None, alerts, delivery
