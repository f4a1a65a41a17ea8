"""`setpoint agents`: which agents there are and how they are; `agents off` and `agents on` switch them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from setpoint.cli.options import goes_to_subcommand, json_option, service_option
from setpoint.cli.orders import reason_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.loop.agents import LATE_AFTER, STALE_AFTER
from setpoint.model.canonical import Json
from setpoint.model.inside import Agent, AgentSwitch, Derivation, Wanted
from setpoint.model.wording import counted, span


@click.group(name="agents", invoke_without_command=True)
@source_option
@service_option
@click.option("--all", "include_gone", is_flag=True, help="Also those that were not heard of for an hour.")
@click.option("--verbose", is_flag=True, help="What went wrong inside each, by kind.")
@json_option
def command(source: Source, service: str | None, *, include_gone: bool, verbose: bool, as_json: bool) -> int:
    """List agents: version, coverage, lag, drops, errors and overhead; switch them off and on.

    Exits 3 when all agents of a service have fallen silent, or reports wait longer than usual to be worked in.
    """
    if goes_to_subcommand(click.get_current_context()):
        return 0
    output, now = Output.of(as_json=as_json), datetime.now(UTC)
    agents, derivation = source.inside.agents(service, include_gone=include_gone), source.inside.derivation()
    if as_json:
        output.json(
            {
                "agents": [_document(each, now) for each in agents],
                "derivation": {
                    "offset": derivation.offset,
                    "behind": derivation.behind,
                    "waiting_s": derivation.waiting,
                    "reason": derivation.reason or None,
                },
            }
        )
    else:
        _show(output, agents, derivation, now, verbose=verbose)
    return 0 if _is_known(agents, derivation, now) else 3


@command.command(name="off")
@click.argument("service")
@click.option("--instance", metavar="NAME", default="", help="Only this one, as `setpoint agents` names it.")
@source_option
@reason_option
@json_option
def off(source: Source, service: str, instance: str, reason: str, *, as_json: bool) -> int:
    """Let the agents of SERVICE watch nothing more: each is told when it reports next, and asks again every minute."""
    return _switch(source, service, instance, Wanted.OFF, reason, Output.of(as_json=as_json))


@command.command(name="on")
@click.argument("service")
@click.option("--instance", metavar="NAME", default="", help="Only this one, as `setpoint agents` names it.")
@source_option
@reason_option
@json_option
def on(source: Source, service: str, instance: str, reason: str, *, as_json: bool) -> int:
    """Let the agents of SERVICE watch again."""
    return _switch(source, service, instance, Wanted.ON, reason, Output.of(as_json=as_json))


def _switch(source: Source, service: str, instance: str, wanted: Wanted, reason: str, output: Output) -> int:
    switch = source.inside.switch(service, instance, wanted, reason)
    if output.as_json:
        output.json(_switch_document(switch))
    whom = f"{switch.service}, {switch.instance}" if switch.instance else f"every agent of {switch.service}"
    output.line(f"{whom}: {switch.wanted} from its next report on, if it has the key that came with its token")
    return 0


def _show(output: Output, agents: Sequence[Agent], derivation: Derivation, now: datetime, *, verbose: bool) -> None:
    if not agents:
        output.line("no agents")
    output.table(
        (
            "service",
            "instance",
            "state",
            "release",
            "agent",
            "python",
            "coverage",
            "seen",
            "lag",
            "drops",
            "errors",
            "overhead",
        ),
        [_row(each, now) for each in agents],
    )
    if verbose:
        output.table(
            ("service", "instance", "what went wrong inside", "times"),
            [(each.service, each.instance, kind, count) for each in agents for kind, count in each.mishaps.items()],
        )
    if derivation.behind is None:
        output.line(f"could not tell whether all reports are worked in: {derivation.reason}", style="bold yellow")
    elif _is_late(derivation):
        entries = counted(derivation.behind, "entry", "entries")
        output.line(f"{entries} of the journal not worked in for {span(derivation.waiting)}", style="bold yellow")


def _row(agent: Agent, now: datetime) -> tuple[object, ...]:
    overhead = agent.overhead
    return (
        agent.service,
        agent.instance,
        _state(agent, now),
        agent.release,
        agent.version,
        f"{agent.implementation} {agent.python}".strip(),
        agent.coverage,
        agent.received_at,
        span(_lag(agent, now)),
        agent.dropped,
        agent.errors,
        "" if overhead is None else f"{overhead:.2%}",
    )


def _state(agent: Agent, now: datetime) -> str:
    """How it is, and what is wanted of it where that is something else."""
    state = "stale" if _is_stale(agent, now) else "watching" if agent.is_watching else "off"
    wanted = "watching" if agent.wanted is Wanted.ON else "off"
    return state if state in {"stale", wanted} else f"{state} ({agent.wanted} wanted)"


def _is_stale(agent: Agent, now: datetime) -> bool:
    return now - agent.received_at > STALE_AFTER


def _lag(agent: Agent, now: datetime) -> float:
    """Seconds since its last report was made; by its own clock, which may be ahead."""
    return max(0.0, (now - min(agent.reported_at, agent.received_at)).total_seconds())


def _is_known(agents: Sequence[Agent], derivation: Derivation, now: datetime) -> bool:
    live = {each.service for each in agents if not _is_stale(each, now)}
    return derivation.behind is not None and not _is_late(derivation) and all(each.service in live for each in agents)


def _is_late(derivation: Derivation) -> bool:
    """A few that came in just now are on their way, and say nothing."""
    return bool(derivation.behind) and derivation.waiting > LATE_AFTER


def _document(agent: Agent, now: datetime) -> Json:
    return {
        "service": agent.service,
        "instance": agent.instance,
        "boot": agent.boot,
        "state": "stale" if _is_stale(agent, now) else "watching" if agent.is_watching else "off",
        "wanted": agent.wanted,
        "release": agent.release,
        "version": agent.version,
        "python": agent.python,
        "implementation": agent.implementation,
        "coverage": agent.coverage,
        "started": agent.started.isoformat() if agent.started else None,
        "last_seen": agent.received_at.isoformat(),
        "lag_s": round(_lag(agent, now), 3),
        "sequence": agent.sequence,
        "requests": agent.counters.get("requests", 0),
        "dropped": agent.dropped,
        "errors": agent.errors,
        "mishaps": agent.mishaps,
        "cpu_s": agent.cpu_seconds,
        "overhead": agent.overhead,
    }


def _switch_document(switch: AgentSwitch) -> Json:
    return {
        "service": switch.service,
        "instance": switch.instance or None,
        "agent": switch.wanted,
        "actor": switch.actor,
        "reason": switch.reason,
        "issued_at": switch.issued_at.isoformat(),
    }
