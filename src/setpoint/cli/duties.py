"""What `setpoint up` does in the process of one duty: the loop, the server, or ingest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from setpoint.cli.beats import Progress, explain_coverage, show_beat, summary
from setpoint.cli.output import Output
from setpoint.cli.stopping import stop_on_signals
from setpoint.errors import Error, LeaseHeldError
from setpoint.logs import LoggedBeats, logger
from setpoint.loop.hints import Hints
from setpoint.loop.pace import Pace
from setpoint.loop.report import BeatReport
from setpoint.loop.runner import Runner
from setpoint.model.health import Duty, Health, InForce
from setpoint.model.remediation import Mode
from setpoint.settings import Settings
from setpoint.supervisor.link import Supervision
from setpoint.telemetry import Telemetry, open_telemetry
from setpoint.wiring.loop import loop_parts


@dataclass(frozen=True, slots=True)
class Work:
    """What a process works with."""

    settings: Settings
    output: Output
    ingest_socket: Path
    supervisor: Supervision
    in_force: Callable[[], InForce]
    listener: int | None = None
    """The descriptor of the socket to answer on, where another process holds it open."""

    def tell_health(self, health: Callable[[], Health]) -> None:
        """With which settings and policies it goes by."""
        self.supervisor.tell_health(lambda: self._with_configuration(health()))

    def _with_configuration(self, health: Health) -> Health:
        return replace(health, measures={**health.measures, **self.in_force().measures()})


def perform(duty: Duty, work: Work) -> None:
    """Until SIGTERM or Ctrl-C."""
    settings, stop = work.settings, threading.Event()
    with stop_on_signals(stop), open_telemetry(settings.telemetry, duty, settings.loop.scope) as telemetry:
        match duty:
            case Duty.LOOP:
                _run_loop(work, stop, telemetry)
            case Duty.INGEST:
                _run_ingest(work, stop, telemetry)
            case Duty.SERVER:
                _run_server(work, stop, telemetry)
            case _:
                assert_never(duty)


def _run_loop(work: Work, stop: threading.Event, telemetry: Telemetry) -> None:
    # Only this process pays for what reads advisories, and logs.
    from setpoint.wiring.advisories import advisory_updates
    from setpoint.wiring.deployed import dast_updates
    from setpoint.wiring.trail import trail_updates

    settings, output, pace = work.settings, work.output, Pace(work.settings.loop.interval)
    updates, hints = advisory_updates(settings, stop.is_set), Hints()
    trail, leading = trail_updates(settings, hints), threading.Event()
    dast = dast_updates(settings, leading.is_set)
    work.tell_health(lambda: pace.health().beside(updates.health()).beside(trail.health()).beside(dast.health()))
    # Progress first: what is declared is read while the parts are made, and alerts find their way around its line.
    with (
        Progress() as progress,
        loop_parts(settings, stop.is_set, LoggedBeats(telemetry), hints) as parts,
        updates.going_on(stop),
        trail.going_on(stop),
        dast.going_on(stop),
    ):
        progress.stop()
        output.line(
            f"watching {settings.loop.scope} every {settings.loop.interval:g} s in mode {settings.loop.mode}; "
            "stop with Ctrl-C"
        )
        teller = _Teller(output, settings.loop.mode)

        def go_on(report: BeatReport) -> None:
            # The first sign that the lease was had: what this process is given to work with will do.
            work.supervisor.ready()
            leading.set()
            progress(report)

        def report(outcome: BeatReport | Error) -> None:
            work.supervisor.ready()
            pace.ended(outcome)
            progress.stop()
            teller.tell(outcome)
            if isinstance(outcome, BeatReport):
                logger(__name__).info(
                    "a beat ended",
                    seconds=round(outcome.seconds(), 3),
                    observed=outcome.observed,
                    examined=outcome.examined,
                    opened=outcome.opened,
                    closed=outcome.closed,
                    open_findings=outcome.open_findings,
                )

        def stand_by(held: LeaseHeldError) -> None:
            work.supervisor.ready()
            leading.clear()
            pace.stands_by(held.what)
            teller.tell_who_works(held)

        Runner(parts, stop).forever(report, go_on, stand_by)
    output.line("stopped")


class _Teller:
    """Tells of each beat; nothing of one that says nothing that the one before did not say."""

    def __init__(self, output: Output, mode: Mode) -> None:
        self._output = output
        self._mode = mode
        self._last: tuple[object, ...] | None = None
        self._works = ""
        """Who has the lease for which this process stands by, as was told."""

    def tell_who_works(self, held: LeaseHeldError) -> None:
        worker = held.what.partition(" and until ")[0]
        if worker != self._works:
            self._output.line(f"standing by: {worker}")
            if self._output.as_json:
                self._output.json({"standing_by": worker})
        self._works, self._last = worker, None

    def tell(self, outcome: BeatReport | Error) -> None:
        self._works = ""
        if isinstance(outcome, Error):
            self._last = None  # something else was said: the next beat is told, even if it is as the one before
            self._output.line(f"could not tell: {outcome.diagnostics()}", style="bold yellow")
            if self._output.as_json:
                self._output.json({"could_not_tell": outcome.diagnostics()})
        elif self._output.as_json:
            self._output.json(summary(outcome))
        elif not self._same(outcome):
            show_beat(self._output, outcome, mode=self._mode)
            explain_coverage(self._output, [*outcome.areas, *outcome.running_areas])

    def _same(self, report: BeatReport) -> bool:
        moved = tuple((each.id, each.state) for each in report.remediations)
        failing = (report.not_kept, report.not_matched, report.identities_unread)
        areas = frozenset((*report.areas, *report.running_areas))
        now = (report.declared, report.observed, report.open_findings, areas, moved, failing)
        unchanged = now == self._last and not report.opened and not report.closed
        self._last = now
        return unchanged


def _run_ingest(work: Work, stop: threading.Event, telemetry: Telemetry) -> None:
    # Only this process pays for DuckDB and Arrow.
    from setpoint.ingest.process import run_ingest

    run_ingest(
        work.settings,
        work.ingest_socket,
        stop,
        work.supervisor.ready,
        work.tell_health,
        telemetry,
        listener=work.listener,
    )


def _run_server(work: Work, stop: threading.Event, telemetry: Telemetry) -> None:
    # Only this process pays for FastAPI.
    from setpoint.server.process import run_server

    run_server(
        work.settings,
        ready=work.supervisor.ready,
        stop=stop,
        ingest_socket=work.ingest_socket,
        answering=lambda url: work.output.line(f"answering on {url}; what can be asked there: {url}/docs"),
        tell_health=work.tell_health,
        telemetry=telemetry,
        in_force=work.in_force,
        listener=work.listener,
    )
