"""`setpoint drift --plane identity`: every identity that differs from what was intended, or leaves something unused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.cli.attribution_view import attribution_json, lines_by_path
from setpoint.cli.drift_view import OfFindings, show_made_by
from setpoint.cli.identity_show import is_certain
from setpoint.cli.identity_view import HEADINGS, account_json, principal_json, table_rows
from setpoint.cli.output import Output, moment
from setpoint.cli.source import Source
from setpoint.cli.standing import show_standing, standing_json
from setpoint.loop.standing import Standing
from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.identity import AccountReading, Place, PrincipalUse, UsedRow
from setpoint.model.urn import Urn
from setpoint.model.wording import counted

NOTHING_READ: Final = (
    "could not tell: no identities are compared; declare them under intent: or identity.policies in setpoint.yaml"
)

MOST_REASONS: Final = 5
"""Why it is not known whether permissions are used, told one by one."""

Difference = tuple[Urn, str, str]
"""Its entity, rule and path."""


@dataclass(frozen=True, slots=True)
class _Answer:
    now: Standing
    readings: list[AccountReading]
    principals: Sequence[PrincipalUse]
    accepted: Mapping[Difference, str]
    """By what."""
    made_by: Mapping[Difference, Attribution | Untold]
    """Who made it differ, or why that is not known; none where there is no trail."""

    def counting(self, principal: PrincipalUse) -> list[Place]:
        """What differs of it and nobody accepts."""
        urn = principal.comparison.urn
        return [each for each in principal.places if (urn, *each) not in self.accepted]

    @property
    def count(self) -> int:
        return sum(len(self.counting(each)) for each in self.principals)

    @property
    def is_certain(self) -> bool:
        return is_certain(self.now, self.readings) and not any(each.is_unsure for each in self.principals)


def show_identity_drift(source: Source, service: str | None, *, everything: bool, as_json: bool) -> int:
    """Exits 1 when something differs that nobody accepts, 3 when that could not be told of all."""
    records = source.findings(service, include_closed=False, include_accepted=True)
    found = [each for each in records if each.finding.source is FindingSource.IDENTITY]
    answer = _Answer(
        source.standing(),
        list(source.identities.accounts()),
        list(source.identities.all(service)),
        {_difference(each): each.finding.accepted_by for each in found if each.finding.accepted_by},
        {_difference(each): each.attribution for each in found if each.attribution is not None},
    )
    output = Output.of(as_json=as_json)
    if as_json:
        output.json(_document(answer, everything=everything))
    else:
        _show(output, answer, everything=everything)
    if answer.count:
        return 1
    return 0 if answer.is_certain else 3


def _difference(record: FindingRecord) -> Difference:
    finding = record.finding
    return finding.urn, finding.rule, finding.path


def _document(answer: _Answer, *, everything: bool) -> Json:
    shown = [each for each in answer.principals if everything or each.places or each.is_unsure]
    return {
        "plane": "identity",
        "as_of": answer.now.beat.ended_at.isoformat(),
        **standing_json(answer.now),
        "differences": answer.count,
        "identities": [_principal(answer, each, everything=everything) for each in shown],
        "accounts": [account_json(each) for each in answer.readings],
    }


def _principal(answer: _Answer, principal: PrincipalUse, *, everything: bool) -> Json:
    urn = principal.comparison.urn
    accepted = {path: by for (of, _, path), by in answer.accepted.items() if of == urn}
    rows = principal.rows if everything or principal.comparison.is_undeclared else _telling(principal)
    differs = [
        {
            "rule": rule,
            "path": path,
            "accepted_by": answer.accepted.get((urn, rule, path), ""),
            "attribution": attribution_json(answer.made_by.get((urn, rule, path))),
        }
        for rule, path in principal.places
    ]
    return {**principal_json(principal, rows, accepted), "differences": differs}


def _telling(principal: PrincipalUse) -> list[UsedRow]:
    """What differs, and what could not be told."""
    return [each for each in principal.rows if each.differs or each.row.because]


def _show(output: Output, answer: _Answer, *, everything: bool) -> None:
    differing = [each for each in answer.principals if answer.counting(each)]
    told = f"{counted(answer.count, 'difference')} in {counted(len(differing), 'identity', 'identities')}"
    more = f", and {len(answer.accepted):,} more that somebody accepts" if answer.accepted else ""
    output.line(f"as of {moment(answer.now.beat.ended_at)}: {told} of {len(answer.principals):,}{more}")
    for each in answer.principals if everything else differing:
        output.line("")
        _show_principal(output, answer, each, everything=everything)
    if not answer.readings:
        output.line(NOTHING_READ, style="bold yellow")
    elif not differing:
        output.line("no identity differs from what was intended, as far as it could be told")
    for line in _doubts(answer):
        output.line(f"could not tell: {line}", style="bold yellow")
    for reason in _unknown_use(answer.principals):
        output.line(reason)
    show_standing(output, answer.now)


def _show_principal(output: Output, answer: _Answer, principal: PrincipalUse, *, everything: bool) -> None:
    comparison = principal.comparison
    of_service = f" ({comparison.service})" if comparison.service else ""
    output.line(f"{comparison.principal}{of_service}", style="bold")
    if comparison.is_undeclared:
        output.line(f"  nobody declared it; see: setpoint identity {comparison.principal}")
    elif not comparison.exists:
        output.line(f"  it is declared by {comparison.declared_at}, and does not exist")
    rows, counting = principal.rows, answer.counting(principal)
    if not everything:
        rows = tuple(each for each in principal.differing if each.place in counting)
    output.table(HEADINGS, table_rows(rows, everything=everything))
    made_by = {path: told for rule, path in counting if (told := answer.made_by.get((comparison.urn, rule, path)))}
    if everything:
        show_made_by(output, OfFindings(made_by=made_by))
    else:
        for line in lines_by_path(made_by):
            output.line(f"  {line}")


def _doubts(answer: _Answer) -> Iterator[str]:
    for each in answer.readings:
        yield from (f"account {each.account}: {doubt}" for doubt in each.doubts)
    told = {doubt for each in answer.readings for doubt in each.doubts}
    for principal in answer.principals:
        own = [each for each in principal.comparison.doubts if each not in told]
        own += [row.row.because for row in principal.rows if row.row.because and not principal.comparison.doubts]
        yield from (f"{principal.comparison.principal}: {each}" for each in dict.fromkeys(own))


def _unknown_use(principals: Iterable[PrincipalUse]) -> Iterator[str]:
    """Of how many permissions it is not known whether they are used, by why."""
    reasons: dict[str, int] = {}
    for principal in principals:
        for each in principal.rows:
            if each.because and not each.used:
                reasons[each.because] = reasons.get(each.because, 0) + 1
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    for reason, count in ordered[:MOST_REASONS]:
        yield f"of {counted(count, 'permission')} it is not known whether they are used: {reason}"
    if len(ordered) > MOST_REASONS:
        yield f"and of others, for {len(ordered) - MOST_REASONS:,} more reasons; --json tells each"
