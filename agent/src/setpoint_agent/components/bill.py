"""The bill of materials of this process: what is installed, what of it is loaded, and what nobody owns."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from setpoint_agent.components import imports
from setpoint_agent.components.component import FILE, PLATFORM, Component, purl
from setpoint_agent.components.digests import sha256_of
from setpoint_agent.components.distributions import Distribution, installed
from setpoint_agent.components.inspection import Verdict, all_files, has_record, inspect, without_owner
from setpoint_agent.components.mapped import libraries
from setpoint_agent.components.os_packages import System
from setpoint_agent.components.ownership import Ownership
from setpoint_agent.version import __version__

SPECIFICATION: Final = "1.6"
MOST_NAMED: Final = 16
"""Files of one component that are named; more are only counted."""


class Bill:
    """Of this process; filled in the background, and looked at again as more is loaded."""

    def __init__(self, folders: Iterable[str] | None = None, system: System | None = None) -> None:
        self.distributions = installed(sys.path if folders is None else folders)
        self._system = system or System()
        self._ownership = Ownership(self.distributions)
        self._components: dict[str, Component] = {}
        self._of: dict[str, Component] = {}
        """By a distribution's information folder."""
        self._modules: set[str] = set()
        self._mapped: set[str] = set()
        self._add_all()

    def components(self) -> Iterator[Component]:
        yield from self._components.values()

    def look_again(self) -> bool:
        """Note what was loaded since the last look; whether anything was."""
        known = len(self._modules), len(self._mapped)
        self._note_modules()
        self._note_libraries()
        return known != (len(self._modules), len(self._mapped))

    def verify_all(self) -> int:
        """Hold every file of every distribution against its RECORD; how many are changed, missing, or nobody's."""
        wrong = 0
        for each in self.distributions:
            verdict = inspect(each, all_files(each))
            self._note_verdict(each, verdict)
            wrong += len(verdict.modified) + len(verdict.missing)
        for root in sorted({each.root for each in self.distributions if has_record(each)}):
            for below in without_owner(root, self.distributions):
                self._note_unowned(f"{root}{os.sep}{below}")
                wrong += 1
        return wrong

    def _add_all(self) -> None:
        for each in self.distributions:
            self._of[each.information] = self._add(each.component)
        self._add(interpreter())
        itself = self._system.itself()
        for each_component in [*([itself] if itself else []), *self._system.packages()]:
            self._add(each_component)

    def _add(self, component: Component) -> Component:
        return self._components.setdefault(component.reference, component)

    def _note_modules(self) -> None:
        files: defaultdict[str, list[str]] = defaultdict(list)
        owners: dict[str, Distribution] = {}
        for name, file in _new_modules(self._modules):
            found = self._ownership.owner(file)
            if found is None:
                continue
            distribution, below = found
            if distribution is None:
                self._note_unowned(file, name)
                continue
            component = self._of[distribution.information]
            _note_loaded(component, name)
            _note_module(component, name)
            owners[distribution.information] = distribution
            files[distribution.information].append(below)
        for information, names in files.items():
            self._note_verdict(owners[information], inspect(owners[information], names))

    def _note_verdict(self, distribution: Distribution, verdict: Verdict) -> None:
        component = self._of[distribution.information]
        for fact, names in (("modified", verdict.modified), ("missing", verdict.missing)):
            if names:
                _name_files(component, fact, names)
        for each in verdict.unlisted:
            self._note_unowned(f"{distribution.root}{os.sep}{each}", within=component.purl)

    def _note_unowned(self, file: str, name: str = "", within: str = "") -> None:
        component = self._add(Component(FILE, file, sha256=sha256_of(file) or "", facts={"unowned": within or "true"}))
        if name:
            _note_loaded(component, name)

    def _note_libraries(self) -> None:
        new = [each for each in libraries() if each not in self._mapped]
        self._mapped.update(new)
        beyond = []
        for file in new:
            found = self._ownership.owner(file)
            if found is None:
                beyond.append(file)
            elif found[0] is None:
                self._note_unowned(file)
            else:
                _note_loaded(self._of[found[0].information], "")
        owners = self._system.owners(beyond)
        for file in beyond:
            owner = self._components.get(owners.get(file, ""))
            if owner is not None:
                _note_loaded(owner, "")
            elif not file.startswith((sys.prefix, sys.base_prefix)) or "site-packages" in file:
                self._add(Component(FILE, file, sha256=sha256_of(file) or "", facts={"mapped": "true"}))


def interpreter() -> Component:
    version = sys.version.partition(" ")[0]
    kind = sys.implementation.name
    return Component(PLATFORM, kind, version, purl("generic", kind, version), facts={"loaded": "true"})


def document(components: Iterable[Component], *, service: str = "", release: str = "") -> dict[str, Any]:
    """CycloneDX, JSON (https://cyclonedx.org/docs/1.6/json/)."""
    head = heading(service=service, release=release)
    return {**head, "components": [each.as_document() for each in components]}


def heading(*, service: str = "", release: str = "") -> dict[str, Any]:
    """All of a bill but its components."""
    metadata: dict[str, Any] = {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "tools": {"components": [{"type": "application", "name": "setpoint-agent", "version": __version__}]},
    }
    if service:
        subject = {"type": "application", "bom-ref": "service", "name": service}
        metadata["component"] = {**subject, "version": release} if release else subject
    return {"bomFormat": "CycloneDX", "specVersion": SPECIFICATION, "version": 1, "metadata": metadata}


def _new_modules(known: set[str]) -> Iterator[tuple[str, str]]:
    """(name, file) of modules that were imported since the last time."""
    for name, module in list(sys.modules.items()):
        if name in known:
            continue
        known.add(name)
        file = getattr(getattr(module, "__spec__", None), "origin", None) or getattr(module, "__file__", None)
        if isinstance(file, str) and os.sep in file:
            yield name, file


def _note_loaded(component: Component, name: str) -> None:
    if "loaded" in component.facts:
        return
    looked = imports.looked_for.get(name) or imports.looked_for.get(name.partition(".")[0])
    component.facts["loaded"] = (
        datetime.fromtimestamp(looked.at, UTC).isoformat(timespec="milliseconds") if looked else "true"
    )
    if looked is not None and looked.by:
        component.facts["loaded-by"] = looked.by


def _note_module(component: Component, name: str) -> None:
    """The modules that it is imported as, without those below them: `requests`, `google.cloud.storage`."""
    known = [each for each in component.facts.get("modules", "").split() if not each.startswith(f"{name}.")]
    if len(known) < MOST_NAMED and not any(f"{name}.".startswith(f"{each}.") for each in known):
        known.append(name)
    component.facts["modules"] = " ".join(sorted(known))


def _name_files(component: Component, fact: str, names: tuple[str, ...]) -> None:
    known = [each for each in component.facts.get(fact, "").split("; ") if each]
    together = list(dict.fromkeys([*known, *names]))
    component.facts[fact] = "; ".join(together[:MOST_NAMED])
    component.facts[f"{fact}-files"] = str(max(int(component.facts.get(f"{fact}-files", "0")), len(together)))
