"""`setpoint policy replay`: the recorded past under other policies, and every decision that would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from setpoint.cli.options import config_option, json_option, service_option
from setpoint.cli.output import Output, moment
from setpoint.cli.replayed import Progress, Result, Window, document, show
from setpoint.cli.server_options import only_here
from setpoint.decide.replay import Replayer
from setpoint.errors import CouldNotTellError, InputError
from setpoint.fields import LONGEST, did_you_mean, seconds_of
from setpoint.model.globs import matches
from setpoint.model.history import Lost
from setpoint.settings import Settings, load_settings
from setpoint.store.interface import HistoryReader
from setpoint.wiring import open_history, replayer


@click.command(name="replay")
@config_option
@click.option(
    "--policies",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Judge by this folder in the place of those that the configuration names. May be given several times.",
)
@click.option("--no-shipped", is_flag=True, help="Leave out the shipped pack.")
@click.option(
    "--since", metavar="WHEN", help="From 30d ago, or from a day (2026-05-31, UTC) on; else all that is kept."
)
@click.option("--until", metavar="WHEN", help="Up to then, in the same words; else up to now.")
@service_option
@click.option("--policy", default="*", show_default=True, metavar="GLOB", help="Tell of these policies only: s3/*.")
@json_option
@only_here
def command(
    config: Path,
    folders: tuple[Path, ...],
    since: str | None,
    until: str | None,
    service: str | None,
    policy: str,
    *,
    no_shipped: bool,
    as_json: bool,
) -> int:
    """Judge the recorded past again, and show every decision that would change.

    The policies are those of the configuration as they are on disk now, so that a changed working copy is compared with
    what was decided. Exits 0 when nothing would change, 1 when something would, 3 when nothing would but the past does
    not reach back that far, a state could not be read, or an evaluation failed.
    """
    output, settings = Output.of(as_json=as_json), load_settings(config)
    by = replace(
        settings,
        policies=folders or settings.policies,
        shipped_policies=settings.shipped_policies and not no_shipped,
    )
    judging = replayer(by, other_policies=by != settings)
    with open_history(settings) as history:
        window = _window(history, settings.loop.scope, since, until)
        result = _replay(judging, history, settings.loop.scope, window, service, policy)
    _expect_something(result, judging, settings, service, policy)
    if as_json:
        output.json(document(result))
    else:
        show(output, result)
    return result.exit_code()


def _window(history: HistoryReader, scope: str, since: str | None, until: str | None) -> Window:
    reach = history.reach(scope)
    if reach is None:
        raise CouldNotTellError("nothing of the past is recorded yet", remedy="run a heartbeat with: setpoint beat")
    now = datetime.now(UTC)
    begin = _time("--since", since, now) if since is not None else reach.since
    end = _time("--until", until, now) if until is not None else None
    if end is not None and begin >= end:
        raise InputError("the past ends before it begins", where="--until", remedy="give a later time than --since")
    too_early = begin < reach.since
    return Window(begin, end, (f"the past reaches back to {moment(reach.since)} only",) if too_early else ())


def _time(option: str, text: str, now: datetime) -> datetime:
    seconds = seconds_of(text)
    if seconds is not None and seconds <= LONGEST:
        return now - timedelta(seconds=seconds)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text!r} is no time", where=option, remedy="write a span such as 30d, or a day such as 2026-05-31"
        ) from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now and option == "--since":
        raise InputError(f"{text!r} is in the future", where=option)
    return at


def _replay(
    judging: Replayer, history: HistoryReader, scope: str, window: Window, service: str | None, policy: str
) -> Result:
    result = Result(window, policy)
    with Progress() as progress:
        for state in history.past_states(scope, window.since, window.until, service=service):
            result.states += 1
            result.add(state if isinstance(state, Lost) else judging.state(state))
            progress(result)
        for release in history.past_gates(window.since, window.until, service=service):
            result.releases += 1
            result.add(release if isinstance(release, Lost) else judging.release(release))
            progress(result)
    result.changes.sort(key=lambda each: each.at)
    return result


def _expect_something(result: Result, judging: Replayer, settings: Settings, service: str | None, policy: str) -> None:
    """Raises `InputError` for a name that stands for nothing: that nothing changes would say nothing then."""
    if service is not None and service not in settings.services and not result.states and not result.releases:
        raise InputError(
            f"nothing is recorded of a service {service!r}",
            remedy=did_you_mean(service, settings.services) if settings.services else "",
        )
    known = judging.policies | result.spoke
    if not any(matches(policy, each) for each in known):
        raise InputError(f"there is no policy {policy}", where="--policy", remedy=did_you_mean(policy, known))
