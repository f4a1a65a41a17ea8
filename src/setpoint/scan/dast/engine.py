"""One scan from its first request to its report: surface, accounts, ids, checks. Called by `wiring.dast`.

What is found is handed on at once (`Watcher.found`), so that a scan that is killed has lost nothing.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.errors import CouldNotTellError, Error
from setpoint.model.dast import Answer, DastPlan, DastReport, Fault, Profile, Sent, Surface
from setpoint.model.wording import counted
from setpoint.scan.dast.doubts import ALL_REFUSED, REFUSED, doubts_of_callers, shut_out
from setpoint.scan.dast.folding import folded
from setpoint.scan.dast.interface import Check, EndedEarlyError, Workbench
from setpoint.scan.dast.means import Means, Seeding, Watcher
from setpoint.scan.dast.new_accounts import MOST_ACCOUNTS
from setpoint.scan.dast.plan import left_out, planned
from setpoint.scan.dast.safety import Safety

MOST_ANEW: Final = 3
"""Times that own objects are made again which something took away."""

GREETINGS: Final = 3
"""Requests that a target may leave unanswered before it counts as dead."""
DRIPPING: Final = 9.0
"""Seconds: whoever takes longer for an answer that is not whole even so, sends it byte by byte."""

LEFT_BEHIND: Final = "left behind: "
"""Begins a remark that names what the scan made and could not take away."""


class Engine:
    """`run` sends; `plan` does not."""

    def __init__(self, base: str, profile: Profile, safety: Safety, means: Means, watcher: Watcher) -> None:
        self._base = base
        self._profile = profile
        self._safety = safety
        self._means = means
        self._watcher = watcher
        self._faults: dict[str, Fault] = {each.key: each for each in means.notes.faults()}
        self._checks: dict[str, str] = {}
        self._left_out: Mapping[str, str] = {}
        self._shut_out: set[str] = set()
        self._operations: Sequence[str] = ()
        self._remarks: list[str] = []
        self._left_behind: list[Callable[[], Sequence[str]]] = []
        """Of checks that make objects by themselves."""
        self._doubts = list(means.doubts)
        self._made_anew = 0
        self._started = time.monotonic()

    def run(self) -> DastReport:
        """Ends by itself, whatever the target does; what was found until then is in the report.

        Raises `CouldNotTellError` where the target does not answer at all, `InputError` where its document cannot be
        used: then nothing was tested.
        """
        ended_early = ""
        try:
            self._greet()
            bench, seeding = self._prepared()
            try:
                self._make_checks(bench, seeding)
                seeding.clean_up()
            finally:
                self._note_who_was_refused(bench.surface, seeding)
                left_behind = (seeding.left_behind, *self._left_behind)
                self._remarks += [f"{LEFT_BEHIND}{each}" for told in left_behind for each in told()]
        except EndedEarlyError as error:
            ended_early = str(error)
        report = self._report(ended_early)
        self._watcher.found(report)
        return report

    def plan(self) -> DastPlan:
        self._safety.own_by(lambda _operation: True)  # whether there will be such objects, only sending can tell
        surface = self._means.discover(self._safety)
        bench = self._bench(surface, self._means.seeding(surface, self._safety))
        return replace(planned(bench, self._means.checks), rate=self._means.rate)

    def _greet(self) -> None:
        """What does not answer a plain request is not tested: silence would pass for being free of faults."""
        for _ in range(GREETINGS):
            exchange = self._means.sender.send(Sent("GET", f"{self._base}/"))
            answer = exchange.answer
            if answer is not None and (answer.is_whole or answer.seconds < DRIPPING):
                self._note_where_it_leads(answer)
                return
        why = exchange.failure or "its answer does not end"
        raise CouldNotTellError(
            f"{self._base} does not answer ({self._means.redactor.text(why)})",
            remedy="check the address, and that it is running",
        )

    def _note_where_it_leads(self, answer: Answer) -> None:
        """A scan goes nowhere else: whoever is sent on with everything has to be told where to."""
        at, leads = urlsplit(self._base), urlsplit(answer.header("location"))
        if 300 <= answer.status < 400 and leads.netloc and (leads.scheme, leads.netloc) != (at.scheme, at.netloc):
            elsewhere = f"{leads.scheme or at.scheme}://{leads.netloc}"
            self._remarks.append(f"the front page leads to {elsewhere}, which was not tested: give that address")

    def _prepared(self) -> tuple[Workbench, Seeding]:
        """All that checks need to know, before the first of them."""
        self._watcher.step("surface", 0, len(self._means.checks))
        surface = self._means.discover(self._safety)
        self._remarks += surface.remarks
        self._watcher.told(f"{counted(len(surface.operations), 'operation')} below {surface.base}")
        seeding = self._means.seeding(surface, self._safety)
        self._safety.own_by(seeding.owns)
        self._watcher.step("ids and objects of its own", 0, len(self._means.checks))
        seeding.learn()
        self._note_who_is_shut_out()
        bench = self._bench(seeding.surface, seeding)
        self._left_out = left_out(bench)
        self._operations = [each.key for each in bench.surface.operations]
        return bench, seeding

    def _note_who_is_shut_out(self) -> None:
        """What an account that cannot log in would be shown was not tested: that is no good answer."""
        bare = Sent("GET", f"{self._base}/")
        for caller in self._means.accounts.callers:
            dressed = self._means.accounts.authorised(bare, caller)
            if (dressed.url, dressed.headers) == (bare.url, bare.headers):
                self._shut_out.add(caller.name)
                self._checks[f"login of {caller.name}"] = "it gave no session; see what auth.yaml says of it"

    def _note_who_was_refused(self, surface: Surface, seeding: Seeding) -> None:
        """An expired token, a wrong address: nothing was wrong with the answers, and nothing was tested."""
        callers, heard = self._means.accounts.callers, seeding.heard()
        for name in shut_out(callers, heard):
            if name not in self._shut_out:
                self._shut_out.add(name)
                self._doubts.append(f"session of {name}: {REFUSED}")
        self._doubts += [each for each in doubts_of_callers(surface, callers, heard) if each not in self._doubts]
        unwell = [f"{key} ({status})" for key, status in seeding.unwell().items()]
        if unwell and ALL_REFUSED not in self._doubts:
            self._doubts.append(f"never answered well: {', '.join(unwell)}: nothing could be tested there")
        if seeding.is_done_with_accounts:
            self._doubts.append(f"checks of registrations wanted more than {MOST_ACCOUNTS} new accounts")

    def _bench(self, surface: Surface, seeding: Seeding) -> Workbench:
        return Workbench(
            surface=surface,
            profile=self._profile,
            sender=seeding.sender,
            accounts=self._means.accounts,
            evidence=self._means.evidence,
            may_send=self._safety,
            excludes=self._safety.excludes,
            build=seeding.build,
            owned=seeding.owned,
            baseline=seeding.baseline,
            told=self._watcher.told,
            turn=self._means.sender.turn,
            leaves_behind=self._left_behind.append,
            lends=self._safety.lends,
        )

    def _make_checks(self, bench: Workbench, seeding: Seeding) -> None:
        finished = self._means.notes.finished()
        for done, check in enumerate(self._means.checks):
            if check.name in finished:
                self._checks[check.name] = ""
                continue
            self._watcher.step(check.name, done, len(self._means.checks))
            self._checks[check.name] = "it was not finished"
            self._checks[check.name] = self._made(check, bench)
            if self._made_anew <= MOST_ANEW and not seeding.holds():
                self._make_objects_anew(check, bench, seeding)
            if not self._checks[check.name]:
                self._means.notes.note_finished(check.name)

    def _make_objects_anew(self, check: Check, bench: Workbench, seeding: Seeding) -> None:
        """Without own objects checks find nothing, and nobody would know: what was lost is made again, ..."""
        self._made_anew += 1
        told = f"objects of the scan's own were gone after {check.name}"
        if self._made_anew <= MOST_ANEW:
            self._watcher.told(f"{told}: they are made anew")
            bench.kept.clear()
            seeding.learn()
            self._remarks.append(f"{told}, and were made anew")
            self._checks[check.name] = self._made(check, bench)  # it may have lost them before it had tried all
        else:
            self._doubts.append(
                f"{told}, for the {self._made_anew}th time: what needs them was not tested from then on"
            )

    def _made(self, check: Check, bench: Workbench) -> str:
        """Why it could not be made; empty where it was."""
        try:
            for fault in check.run(bench):
                self._take(replace(fault, check=check.name))
        except EndedEarlyError:
            raise
        except Error as error:
            return error.diagnostics()
        except Exception as error:  # noqa: BLE001 - answers are hostile: what trips one check must not cost all others
            return f"{type(error).__name__} at {_place(error)}"
        return ""

    def _take(self, fault: Fault) -> None:
        shown = self._means.redactor.fault(fault)
        if shown.key in self._faults:
            return
        self._faults[shown.key] = shown
        self._means.notes.note_fault(shown)
        self._watcher.found(self._report("it was still going on", is_final=False))

    def _report(self, ended_early: str, *, is_final: bool = True) -> DastReport:
        return DastReport(
            base=self._base,
            profile=self._profile,
            faults=folded(self._faults.values()),
            requests=self._means.sender.requests,
            seconds=time.monotonic() - self._started,
            left_out=self._left_out,
            ended_early=ended_early,
            is_final=is_final,
            checks=dict(self._checks),
            remarks=tuple(map(self._means.redactor.text, self._remarks)),
            operations=tuple(self._operations),
            callers=tuple(each.name for each in self._means.accounts.callers if each.name not in self._shut_out),
            has_agents=self._means.evidence is not None,
            doubts=tuple(map(self._means.redactor.text, self._doubts)),
        )


def _place(error: Exception) -> str:
    """Where in our own code it came up: its words may hold what the target sent."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((each for each in reversed(frames) if "setpoint" in each.filename), frames[-1])
    return f"{own.filename.rpartition('/')[2]}:{own.lineno}"
