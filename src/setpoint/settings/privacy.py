"""`privacy:`: what is taken out of every event before it is written anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.model.paths import split
from setpoint.store.lake.privacy import KEPT_ATTRIBUTES, Action, Rule

MOST_RULES: Final = 100
"""Each is looked for in every event that it concerns."""

_PATH: Final = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^\[\]]+\])*")


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    rules: tuple[Rule, ...] = ()
    key_file: Path = Path("setpoint.sqlite.pseudonyms.key")
    """The key of the pseudonyms, 64 hexadecimal digits; made when it is first needed."""

    @property
    def needs_key(self) -> bool:
        return any(rule.action is Action.HASH for rule in self.rules)


def read_privacy(fields: Fields, base: Path, ledger: Path) -> PrivacySettings:
    key = fields.optional_text("key_file")
    rules = fields.sections("rules")
    if len(rules) > MOST_RULES:
        raise InputError(f"there are {len(rules)} rules; at most {MOST_RULES} are taken", where=fields.where("rules"))
    settings = PrivacySettings(
        rules=tuple(_rule(each) for each in rules),
        key_file=base / key if key else ledger.with_name(f"{ledger.name}.pseudonyms.key"),
    )
    fields.done()
    return settings


def _rule(fields: Fields) -> Rule:
    path = fields.text("path")
    if not _PATH.fullmatch(path):
        raise fields.wrong("path", "a path such as data.user.email or data.addresses[*]")
    root = split(path)[0]
    if root in KEPT_ATTRIBUTES or root == "*":
        raise InputError(
            f"{fields.path}.path begins with {root!r}, by which events are told apart",
            where=fields.where("path"),
            remedy="begin it with data, subject or an extension's name",
        )
    action = fields.choice("action", Action)
    if fields.has("keep") and action is not Action.TRUNCATE:
        raise InputError(f"keep means nothing for {action}", where=fields.where("keep"), remedy="leave it out")
    rule = Rule(path, action, fields.texts("types"), int(fields.number("keep", 0.0, most=10_000)))
    fields.done()
    return rule
