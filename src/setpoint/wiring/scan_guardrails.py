"""Puts together what judges declared infrastructure for the scanner of it: readers of intent, and the guardrails.

Called by `wiring.scan`. What reads and judges is loaded by the first file that needs it: most folders have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from setpoint.errors import Error
from setpoint.model.decision import Outcome
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Service
from setpoint.model.snapshot import Snapshot
from setpoint.scan.iac.interface import Breach, Form, Judged
from setpoint.settings import CloudFormationSource, Settings

if TYPE_CHECKING:
    from setpoint.decide.policy.evaluate import Evaluation
    from setpoint.decide.policy.overrides import OverriddenPolicies
    from setpoint.intent.cloudformation.assembly import AssemblyStack
    from setpoint.intent.cloudformation.reader import CloudFormationReader
    from setpoint.intent.interface import IntentReader
    from setpoint.intent.schemas.catalogue import SchemaCatalogue

STAGES: Final = (Stage.BUILD, Stage.DEPLOY)
"""Whose guardrails a declaration is held against: nothing is admitted or running yet."""

_SOURCE: Final = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+))?: (?P<address>.+)", re.DOTALL)
"""How a declared resource says where it was read: `template.yaml:12: Bucket`."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """What is known of the stack that a template makes, as far as files say."""

    account: str | None = None
    region: str | None = None
    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class GuardrailJudge:
    """Implements `scan.iac.interface.DeclarationJudge`. Nobody is asked what runs: only what files say is known.

    Without settings the shipped guardrails hold as they are.
    """

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings

    def unavailable(self) -> str:
        from setpoint.intent.schemas.catalogue import shipped_schemas

        try:
            shipped_schemas()
        except Error as error:
            return error.diagnostics()
        return ""

    def judge(self, form: Form, path: Path) -> Judged:
        from setpoint.intent.estate import Estate

        declared = Estate([self._reader(form, path)], self._schemas.schema).read()
        breaches: list[Breach] = []
        untold = list(_unread(declared))
        for resource in declared.resources.values():
            for each in self._evaluated(resource):
                if each.is_against:
                    breaches.append(_breach(each, resource))
                elif each.outcome is Outcome.UNKNOWN:
                    untold.append(f"{resource.source}: {each.policy.id}: {each.message}")
        return Judged(tuple(breaches), tuple(untold))

    def _evaluated(self, resource: Resource) -> Iterable[Evaluation]:
        """Each guardrail once, unless the configuration silences it."""
        from setpoint.decide.policy.evaluate import evaluate_guardrails

        policies = self._policies.of(self._owner(resource))
        told: dict[str, Evaluation] = {}
        for stage in STAGES:
            for each in evaluate_guardrails(policies, resource, stage):
                if not each.policy.is_silenced(stage):
                    told.setdefault(each.policy.id, each)
        return told.values()

    def _owner(self, resource: Resource) -> Service:
        """By its tag: overrides of the configuration may be for some services."""
        if self._settings is None:
            return Service("")
        return self._settings.service(resource.tags().get(self._settings.loop.owner_tag, ""))

    @cached_property
    def _policies(self) -> OverriddenPolicies:
        from setpoint.decide.policy.overrides import OverriddenPolicies
        from setpoint.wiring.policies import compile_folders, policy_folders, shipped_policies

        folders = policy_folders(self._settings) if self._settings else [shipped_policies()]
        overrides = self._settings.overrides if self._settings else ()
        return OverriddenPolicies(compile_folders(folders, self._schemas), overrides)

    @cached_property
    def _schemas(self) -> SchemaCatalogue:
        from setpoint.intent.schemas.catalogue import SchemaCatalogue

        return SchemaCatalogue(self._place[2])

    @cached_property
    def _place(self) -> tuple[str, str, str]:
        """Partition, account and region: as configured, else those that stand for any."""
        from setpoint.intent.schemas.catalogue import FALLBACK_REGION
        from setpoint.wiring.parts import NO_ACCOUNT

        settings = self._settings
        if settings is None:
            return "aws", NO_ACCOUNT, FALLBACK_REGION
        region = next(iter(settings.aws.regions), FALLBACK_REGION)
        return settings.partition or "aws", settings.account or NO_ACCOUNT, region

    def _reader(self, form: Form, path: Path) -> IntentReader:
        from setpoint.intent.cloudformation.assembly import CloudAssemblyReader
        from setpoint.intent.terraform.reader import TerraformReader

        match form:
            case Form.TERRAFORM:
                partition, account, region = self._place
                return TerraformReader(path, partition=partition, account=account, region=region)
            case Form.TEMPLATE:
                return self._template_reader(path, self._configured(path))
            case Form.ASSEMBLY:
                return CloudAssemblyReader(path.parent, self._assembled, self._schemas.schema)
            case _:
                assert_never(form)

    def _assembled(self, stack: AssemblyStack) -> CloudFormationReader:
        known = _Stack(stack.account, stack.region, stack.name, stack.parameters, tags=stack.tags)
        return self._template_reader(stack.template, known)

    def _template_reader(self, template: Path, stack: _Stack) -> CloudFormationReader:
        from setpoint.intent.cloudformation.reader import CloudFormationReader
        from setpoint.wiring.intent import NO_ENTITIES

        partition, account, region = self._place
        return CloudFormationReader(
            template,
            partition=partition,
            account=stack.account or account,
            region=stack.region or region,
            parameters=stack.parameters,
            exports=stack.exports,
            stack=None,
            existing=None,
            schemas=self._schemas.schema,
            covered=self._schemas.types() - NO_ENTITIES,
            zones=stack.zones,
            stack_name=stack.name,
            stack_tags=stack.tags,
            all_parameters=False,
        )

    def _configured(self, path: Path) -> _Stack:
        """What the configuration says of this template, such as the values of its parameters."""
        from setpoint.intent.cloudformation.sources import LocalFile

        sources = self._settings.intent if self._settings else ()
        for source in (each for each in sources if isinstance(each, CloudFormationSource)):
            template = source.template
            if isinstance(template, LocalFile) and template.path.resolve() == path.resolve():
                return _Stack(source.account, source.region, "", source.parameters, source.exports, source.zones)
        return _Stack()


def _unread(declared: Snapshot) -> Iterator[str]:
    for doubt in declared.coverage.doubts():
        yield f"{doubt.area.type} was read {doubt.extent}: {', '.join(doubt.reasons)}"


def _breach(evaluation: Evaluation, resource: Resource) -> Breach:
    told = _SOURCE.fullmatch(resource.source)
    return Breach(
        policy=evaluation.policy.id,
        severity=evaluation.severity,
        address=told["address"] if told else resource.urn.identifier,
        message=f"{evaluation.message}. {evaluation.policy.remedy}",
        file=Path(told["file"] if told else resource.source),
        line=int(told["line"] or 0) if told else 0,
    )
