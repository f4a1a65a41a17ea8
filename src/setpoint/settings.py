"""What `setpoint.yaml` may say, as immutable values. Read once, by the command line; handed to `wiring`.

Paths in the file are relative to the folder that the file is in. Credentials are never in it: AWS's come from boto3's
own chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.aws import AwsSettings
from setpoint.decide.threshold import ThresholdSettings
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import load_yaml
from setpoint.loop.settings import LoopSettings
from setpoint.model.remediation import Mode
from setpoint.model.service import Exposure, Service, Tier

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
class Settings:
    file: Path
    ledger: Path
    aws: AwsSettings
    account: str | None
    """The AWS account that the files declare; asked of AWS where it is not given."""
    partition: str | None
    loop: LoopSettings
    risk: ThresholdSettings
    intent: tuple[IntentSource, ...]
    policies: tuple[Path, ...]
    """Folders of policies beside the shipped pack."""
    shipped_policies: bool
    services: Mapping[str, Service]
    alerts_file: Path | None

    def service(self, name: str) -> Service:
        """A service that the file does not describe is of the standard tier."""
        return self.services.get(name) or Service(name)


def load_settings(path: Path) -> Settings:
    """Raises `InputError` with file:line for whatever the file says wrongly."""
    if not path.exists():
        raise InputError("there is no such configuration", where=str(path), remedy="write one with: setpoint init")
    fields = Fields(load_yaml(path))
    base = path.parent
    aws, account, partition = _aws(fields.section("aws"))
    settings = Settings(
        file=path,
        ledger=base / fields.text("ledger", "setpoint.sqlite"),
        aws=aws,
        account=account,
        partition=partition,
        loop=_loop(fields),
        risk=_risk(fields.section("risk")),
        intent=_intent(fields, base, aws.regions[0]),
        policies=tuple(base / each for each in fields.texts("policies")),
        shipped_policies=fields.flag("shipped_policies", default=True),
        services=_services(fields.section("services")),
        alerts_file=_alerts(fields.section("alerts"), base),
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
    return settings


def _risk(fields: Fields) -> ThresholdSettings:
    usual = ThresholdSettings()
    tiers = fields.section("thresholds")
    base = {tier: tiers.number(str(tier), usual.base[tier], least=1.0) for tier in Tier}
    tiers.done()
    settings = ThresholdSettings(base=base, half_life=fields.seconds("half_life", usual.half_life, least=0.001))
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


def _alerts(fields: Fields, base: Path) -> Path | None:
    name = fields.optional_text("file")
    fields.done()
    return base / name if name else None
