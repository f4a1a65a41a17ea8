"""`setpoint drift replay`: recorded resources compared as a heartbeat would, without any account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from setpoint.cli.drift_view import show_causes, show_folded, show_tiers
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.compare.config.tiers import DRIFT, Difference, Tier, differences, tier_of_gap
from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.intent.recordings import Recording, read_recordings
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Json, digest
from setpoint.model.drift import Comparison, Explanation, Folded

NO_SCHEMA: Final = "no schema of its type is known: only what holds for every type is folded away"


class Replay:
    """Compares recordings by what the catalogue and each line itself say of the type."""

    def __init__(self, catalogue: SchemaCatalogue) -> None:
        self._catalogue = catalogue
        self._comparators: dict[str, ConfigComparator] = {}

    def compare(self, recording: Recording) -> Comparison:
        """What was declared against what was live."""
        return self._comparator(recording).compare(recording.intended, recording.actual)

    def explain(self, recording: Recording, path: str) -> Sequence[Explanation]:
        """Why a property is what comparing says of it."""
        return self._comparator(recording).explain(self.compare(recording), recording.actual, path)

    def _comparator(self, recording: Recording) -> ConfigComparator:
        key = digest(recording.intended.type, recording.schema)
        comparator = self._comparators.get(key)
        if comparator is None:
            schema = self._catalogue.recorded(recording.intended.type, recording.schema)
            comparator = self._comparators[key] = ConfigComparator(lambda _: schema)
        return comparator

    def certainty(self, recording: Recording) -> str:
        """Why less can be told than usual; empty where that is not so."""
        known = recording.schema or self._catalogue.knows(recording.intended.type)
        return "" if known else NO_SCHEMA


@click.command(name="replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Show what was folded away too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a line: {case, differences}.")
@only_here("reads recordings on this machine")
def command(file: Path, *, everything: bool, as_json: bool) -> int:
    """Compare the recordings in FILE: one JSON object a line, gzip or not.

    Exits 1 when a declared value differs or something undeclared is unexplained, 3 when neither but something could
    not be told.
    """
    output = Output.of(as_json=as_json)
    replay = Replay(SchemaCatalogue())
    tiers: Counter[Tier] = Counter()
    folded, unsure = Folded(0, {}), False
    for recording in read_recordings(file):
        comparison = replay.compare(recording)
        found, certainty = differences(comparison), replay.certainty(recording)
        tiers.update(each.tier for each in found)
        folded, unsure = folded.with_one(comparison), unsure or certainty != ""
        if as_json:
            output.json(_document(recording, found, certainty))
        else:
            _show(output, recording, comparison, certainty, everything=everything)
    _summarise(output, tiers)
    show_folded(output, folded, everything=everything, subject="FILE PATH --case NAME")
    if not DRIFT.isdisjoint(tiers):
        return 1
    return 3 if unsure or Tier.UNRESOLVED in tiers else 0


def explain_recorded(file: Path, case: str, path: str) -> Sequence[Explanation]:
    """Why a property of one recording in the file is what it is; `InputError` where there is none of this name."""
    cases = []
    for recording in read_recordings(file):
        if recording.case == case:
            return Replay(SchemaCatalogue()).explain(recording, path)
        cases.append(recording.case)
    raise InputError(f"there is no case {case!r}", where=str(file), remedy=did_you_mean(case, cases[:1000]))


def _show(output: Output, recording: Recording, comparison: Comparison, certainty: str, *, everything: bool) -> None:
    unresolved = [each for each in comparison.gaps if tier_of_gap(each.kind) is Tier.UNRESOLVED]
    if not (comparison.drifts or unresolved or certainty or everything):
        return
    output.line(f"{recording.case} ({recording.intended.type})" + (f": {certainty}" if certainty else ""), style="bold")
    if everything:
        show_tiers(output, comparison)
        return
    show_causes(output, comparison)
    output.table(("path", "kind", "because"), [(each.path, each.kind, each.reason) for each in unresolved])


def _summarise(output: Output, tiers: Mapping[Tier, int]) -> None:
    output.line(", ".join(f"{tiers.get(tier, 0):,} {tier}" for tier in Tier))


def _document(recording: Recording, found: list[Difference], certainty: str) -> Json:
    told = [{"path": each.path, "tier": each.tier, "intended": each.intended, "actual": each.actual} for each in found]
    document: dict[str, Json] = {"case": recording.case, "differences": told}
    return {**document, "certainty": certainty} if certainty else document
