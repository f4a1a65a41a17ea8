"""What tests say of a release's code: the runs of scanners, their results, and the weaknesses that these make up.

Made by `scan` on the machine that builds the release, or of what runs; compared with what agents saw (`compare/code`),
judged by the gate, kept by the ledger. One result is what one tool told of one place; a weakness is what several of
them mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from setpoint.model.dast import WHOLE_SITE, Profile
from setpoint.model.policy import Severity


class ScanKind(StrEnum):
    """What a scanner looks at."""

    SAST = "sast"
    SECRETS = "secrets"
    PIPELINE = "pipeline"
    IAC = "iac"
    DEPENDENCIES = "dependencies"
    DAST = "dast"
    OTHER = "other"
    """Of a SARIF file that does not say."""


class ScanStatus(StrEnum):
    """How the run of a scanner ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """It told results, and that it could not look at everything."""
    MISSING = "not installed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    SKIPPED = "nothing to look at"
    """There is no file of the kind that it reads."""

    @property
    def is_certain(self) -> bool:
        """Whether what it did not tell is not there, as far as the scanner can see."""
        return self in {ScanStatus.COMPLETE, ScanStatus.SKIPPED}


@dataclass(frozen=True, slots=True, order=True)
class CodePlace:
    """A place in a file of the release's source."""

    file: str
    """Relative to the folder that was scanned, with `/`; what a URI of SARIF means, resolved. Empty for the whole
    folder; what lies outside of it keeps its absolute path, its URI, or begins with `../`."""
    line: int = 0
    """From 1; 0 for the whole file."""
    end_line: int = 0
    function: str = ""
    """The innermost function around it, qualified within its file: `Orders.find.<locals>.matches` as Python spells
    it; empty outside of every function, or where the language is not read."""

    @property
    def is_outside(self) -> bool:
        """Whether the file is none of the folder's: nothing of it is to be opened by this name."""
        return self.file.startswith(("/", "../")) or self.file == ".." or ":" in self.file.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Means:
    """What a scan of a running service was made with: with less, it finds less."""

    profile: Profile = Profile.SAFE
    callers: tuple[str, ...] = ()
    """Names of its accounts."""
    has_agents: bool = False
    """Whether agents told of its requests."""

    def reach(self, others: Means) -> bool:
        """Whether these find whatever others did."""
        profiles = list(Profile)
        return (
            profiles.index(self.profile) >= profiles.index(others.profile)
            and frozenset(self.callers) >= frozenset(others.callers)
            and self.has_agents >= others.has_agents
        )


@dataclass(frozen=True, slots=True)
class Outside:
    """What a weakness of a running service has beside those of the source: how it shows from outside."""

    operation: str
    """`GET /orders/{id}`, by the template; `*` for the whole site."""
    part: str
    """`<place>:<name>` of the part of the request or the answer; empty where it is none."""
    check: str
    """That told it."""
    is_of_surface: bool
    """Whether the operation is one that the service is known to have; else it was asked for and answered."""
    means: Means
    owasp: str = ""
    certainty: str = ""
    difference: str = ""
    """What in the answers shows it, without any secret."""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """How far the scan of a running service went: what it does not tell of that is not there."""

    means: Means = Means()
    checks: tuple[str, ...] = ()
    """Those that were made to their end; none where the scan ended early."""
    operations: tuple[str, ...] = ()
    """Those that requests went to."""
    is_whole_site: bool = True
    """Nothing of it was excluded."""

    def reached(self, outside: Outside) -> bool:
        """Whether it would have told this again."""
        if outside.check not in self.checks or not self.means.reach(outside.means):
            return False
        is_of_site = outside.operation == WHOLE_SITE or not outside.is_of_surface
        return self.is_whole_site if is_of_site else outside.operation in self.operations


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one tool told of one place."""

    tool: str
    """`bandit`, `ruff`, `semgrep`, …"""
    rule: str
    """As the tool calls it: `B608`."""
    severity: Severity
    place: CodePlace
    message: str
    cwes: tuple[int, ...] = ()
    kind: ScanKind = ScanKind.SAST
    confidence: float | None = None
    """From 0 to 1, as the tool says; None where it does not."""
    score: float | None = None
    """From 0 to 10, as CVSS counts, where the tool gives one (SARIF `security-severity`)."""
    snippet: str = field(default="", repr=False)
    """The lines themselves, as long as they are at hand; never of a secret, and never kept."""
    told_fingerprint: str = ""
    """The tool's own (SARIF `partialFingerprints`, `fingerprints`), where it gives one."""
    is_suppressed: bool = False
    """The tool or a comment in the source says that it does not count (SARIF `suppressions`)."""


@dataclass(frozen=True, slots=True)
class ScannerRun:
    """One scanner's run."""

    scanner: str
    kind: ScanKind
    status: ScanStatus
    reason: str = ""
    """Where it is not certain: what happened, and what would do."""
    version: str = ""
    seconds: float = 0.0
    files: int | None = None
    """That it looked at; None where it does not say."""
    results: tuple[ScanResult, ...] = ()
    must_run: bool = False
    """Somebody asked for it, so that its absence is not *clean*."""
    tested: Tested | None = None
    """Of a running service; None for one that looks at files."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """One problem at one place of the source, however many tools told it."""

    fingerprint: str
    """The same when lines move and when the file is renamed; 32 hexadecimal digits."""
    kind: ScanKind
    rule: str
    """What it is called wherever people name it: `cwe-89`, or `<tool>/<rule>` where no CWE is known."""
    severity: Severity
    """The worst that a tool told."""
    place: CodePlace
    message: str
    cwes: tuple[int, ...] = ()
    told_by: tuple[str, ...] = ()
    """`<tool>/<rule>`, sorted."""
    confidence: float | None = None
    score: float | None = None
    """From 0 to 10, as CVSS counts: the highest that a tool gave; None where none did."""
    is_new: bool | None = None
    """Whether the base has none with this fingerprint; None where nothing was compared."""
    spans: tuple[tuple[int, int], ...] = ()
    """First and last lines of the statement that it is in, and of those in the same function that use what this one
    makes: where agents would see a value arrive. Of Python; elsewhere the place itself. Empty for what only runs where
    its file is the program."""
    against: str = ""
    """What the source around it says against its being one, in one clause; empty where it says nothing of the kind."""
    outside: Outside | None = None
    """Of a running service; its place is an address then."""


@dataclass(frozen=True, slots=True)
class Scan:
    """All that scanners told of one state of the source."""

    runs: tuple[ScannerRun, ...]
    weaknesses: tuple[Weakness, ...]
    at: datetime
    commit: str = ""
    """Of the version control system; empty where there is none."""
    base: str = ""
    """What new ones were told apart by: a commit; empty for nothing."""
    is_dirty: bool = False
    """The folder holds what is not in the commit."""

    @property
    def doubts(self) -> tuple[ScannerRun, ...]:
        """Runs of which what was not told may still be there."""
        return tuple(each for each in self.runs if each.must_run and not each.status.is_certain)


class Standing(StrEnum):
    """What production says of a weakness in the source."""

    CONFIRMED = "confirmed in production"
    """Agents met the same kind of weakness at this place: what a client sent gets there."""
    REACHED = "reached"
    """Its function ran."""
    NOT_SEEN = "not seen"
    """Agents watch the service, and did not see its function run: with sampling that says nothing."""
    NEVER_EXECUTED = "never executed"
    """Coverage is exact, and its function did not run in all the time that the release was watched."""
    UNKNOWN = "not known"
    """No agent watches the service, or nothing tells which function it is in."""


@dataclass(frozen=True, slots=True)
class StandingOf:
    """The standing of one weakness, and why."""

    standing: Standing
    because: str
    """One clause: which function, by how many agents, since when; of what is confirmed, the way from the route."""
    places: tuple[str, ...] = ()
    """Keys of the places that agents met, where it is confirmed."""
    watched: int = 0
    """Calls of sinks of this kind in this function that agents looked at without finding anything; 0 where they do
    not say."""
