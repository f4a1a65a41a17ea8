"""The recorded past judged again by other policies, for `setpoint policy replay`: here, or in a server's worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC

from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.replay import Replayer
from setpoint.decide.replayed import ReplayQuestion, ReplayReport, Window
from setpoint.errors import CouldNotTellError, InputError
from setpoint.fields import did_you_mean
from setpoint.intent.guardrails import find_policy_files, parse_guardrails
from setpoint.model.globs import matches
from setpoint.model.history import Lost
from setpoint.settings import Settings
from setpoint.store.interface import HistoryReader
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.parts import Wiring
from setpoint.wiring.policies import shipped_policies


def replay_past(
    settings: Settings, question: ReplayQuestion, progress: Callable[[ReplayReport], None] = lambda _report: None
) -> ReplayReport:
    """Nothing is written. `InputError` for policies that cannot be used, and for names that stand for nothing."""
    judging = _replayer(settings, question)
    with _open_history(settings) as history:
        report = ReplayReport(_window(history, settings.loop.scope, question), question.policy)
        _judge(judging, history, settings.loop.scope, question.service, report, progress)
    _expect_something(report, judging, settings, question)
    return report


def _replayer(settings: Settings, question: ReplayQuestion) -> Replayer:
    """By the overrides of the settings, too.

    Where they were written for other policies than these, an override that speaks of none of them is left out.
    """
    policies, overrides = _policies(settings, question), settings.overrides
    ids = frozenset(each.id for each in policies.policies)
    if question.is_about_others:
        overrides = tuple(each for each in overrides if any(each.speaks_of(name) for name in ids))
    judge = PolicyJudge(policies, overrides, settings.service)
    components = ComponentGuardrails(policies, overrides, settings.service)
    return Replayer(judge, ReleaseGate(policies, overrides), components, ids)


def _policies(settings: Settings, question: ReplayQuestion) -> PolicySet:
    schemas = Wiring(settings).schemas
    shipped = [shipped_policies()] if settings.shipped_policies and question.shipped else []
    own = question.files or find_policy_files(settings.policies)
    return compile_policies(parse_guardrails([*find_policy_files(shipped), *own]), schemas.schema, schemas.nearest)


@contextmanager
def _open_history(settings: Settings) -> Iterator[HistoryReader]:
    ledger = open_ledger(settings.ledger_address(), create=False, read_only=True)
    try:
        yield ledger
    finally:
        ledger.close()


def _window(history: HistoryReader, scope: str, question: ReplayQuestion) -> Window:
    reach = history.reach(scope)
    if reach is None:
        raise CouldNotTellError("nothing of the past is recorded yet", remedy="run a heartbeat with: setpoint beat")
    begin, end = question.since or reach.since, question.until
    if end is not None and begin >= end:
        raise InputError("the past ends before it begins", where="until", remedy="give a later time than since")
    since = f"{reach.since.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    return Window(begin, end, (f"the past reaches back to {since} only",) if begin < reach.since else ())


def _judge(
    judging: Replayer,
    history: HistoryReader,
    scope: str,
    service: str | None,
    report: ReplayReport,
    progress: Callable[[ReplayReport], None],
) -> None:
    since, until = report.window.since, report.window.until
    for state in history.past_states(scope, since, until, service=service):
        report.states += 1
        report.add(state if isinstance(state, Lost) else judging.state(state))
        progress(report)
    for release in history.past_gates(since, until, service=service):
        report.releases += 1
        report.add(release if isinstance(release, Lost) else judging.release(release))
        progress(report)
    report.changes.sort(key=lambda each: each.at)


def _expect_something(report: ReplayReport, judging: Replayer, settings: Settings, question: ReplayQuestion) -> None:
    """Raises `InputError` for a name that stands for nothing: that nothing changes would say nothing then."""
    service, policy = question.service, question.policy
    if service is not None and service not in settings.services and not report.states and not report.releases:
        raise InputError(
            f"nothing is recorded of a service {service!r}",
            where="service",
            remedy=did_you_mean(service, settings.services) if settings.services else "",
        )
    known = judging.policies | report.spoke
    if not any(matches(policy, each) for each in known):
        raise InputError(f"there is no policy {policy}", where="policy", remedy=did_you_mean(policy, known))
