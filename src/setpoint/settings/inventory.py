"""`inventory:`: where what runs is read from, whose it is, and for how long it counts as there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.loop.settings import LoopSettings
from setpoint.model.inventory import InstanceSource
from setpoint.observe.aws.instances.naming import ServiceRule

MOST_RULES: Final = 1_000
"""Each is held against every container and function, in every beat."""


@dataclass(frozen=True, slots=True)
class InventorySettings:
    sources: tuple[InstanceSource, ...] = tuple(InstanceSource)
    """Which of AWS's services are asked what they run."""
    are_wanted: bool = False
    """Whether the file names them: where it does not, what may not be read is left out."""
    release_tag: str = "release"
    """The tag that names the release of a task or function."""
    rules: tuple[ServiceRule, ...] = ()
    forget_instances_after: float = LoopSettings().forget_instances_after
    keep_bills_for: float = LoopSettings().keep_bills_for


def read_inventory(fields: Fields) -> InventorySettings:
    usual = InventorySettings()
    is_named = fields.has("aws")
    settings = InventorySettings(
        sources=_sources(fields) if is_named else usual.sources,
        are_wanted=is_named,
        release_tag=fields.text("release_tag", usual.release_tag),
        rules=_rules(fields),
        forget_instances_after=fields.seconds("forget_instances_after", usual.forget_instances_after, least=60.0),
        keep_bills_for=fields.seconds("keep_bills_for", usual.keep_bills_for),
    )
    fields.done()
    return settings


def _sources(fields: Fields) -> tuple[InstanceSource, ...]:
    known = [each.value for each in InstanceSource]
    named = dict.fromkeys(fields.texts("aws"))
    unknown = next((each for each in named if each not in known), None)
    if unknown is not None:
        raise InputError(
            f"nothing reads what {unknown!r} runs", where=fields.where("aws"), remedy=did_you_mean(unknown, known)
        )
    return tuple(InstanceSource(each) for each in named)


def _rules(fields: Fields) -> tuple[ServiceRule, ...]:
    sections = fields.sections("services")
    if len(sections) > MOST_RULES:
        raise fields.wrong("services", f"a list of at most {MOST_RULES:,} rules")
    rules = []
    for each in sections:
        rules.append(ServiceRule(each.text("match"), each.text("service")))
        each.done()
    return tuple(rules)
