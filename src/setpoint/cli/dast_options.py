"""The options of `setpoint dast run` and `setpoint dast plan`, and the question that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from setpoint.cli.options import config_option
from setpoint.cli.source import InsideSource, Source, open_source
from setpoint.errors import InputError
from setpoint.model.code import TakenScan
from setpoint.model.dast import DastReport, Profile

if TYPE_CHECKING:
    from setpoint.scan.dast.interface import Evidence
    from setpoint.scan.dast.markers import Told
    from setpoint.wiring.dast import DastQuestion

FILE: Final = click.Path(path_type=Path)
LARGEST_KEY: Final = 4096
"""Bytes of the file that holds the fleet's key, which has 64."""


@dataclass(frozen=True, slots=True)
class DastOptions:
    """As they stand on the command line."""

    url: str
    openapi: str
    auth: Path | None
    profile: str
    rate: float | None
    budget: int | None
    run_folder: Path | None
    resume: bool
    checks: tuple[str, ...]
    exclude: tuple[str, ...]
    insecure_certificate: bool
    browser: bool
    browser_path: Path | None
    service: str
    release: str
    evidence: Path | None
    fleet_key_file: Path | None
    config: Path

    @contextmanager
    def question(self) -> Iterator[DastQuestion]:
        """What is asked; agents are asked of their service as long as it lasts. Raises `InputError`."""
        try:
            from setpoint.wiring.dast import DastQuestion
        except ImportError as error:
            raise InputError(
                f"testing a running service needs {error.name}",
                remedy="install what it takes with: pip install 'setpoint[dast]'",
            ) from error
        with ExitStack() as held:
            source = self._source(held)
            inside = source.inside if source else None
            yield DastQuestion(
                url=self.url,
                openapi=self.openapi,
                auth=self.auth,
                profile=Profile(self.profile),
                rate=self.rate,
                budget=self.budget,
                run_folder=self.run_folder,
                resumes=self.resume,
                checks=self.checks,
                exclude=self.exclude,
                service=self.service,
                release=source.release(self.service, self.release).version if source else self.release,
                routes=inside.routes(self.service) if inside else (),
                trusts_any_certificate=self.insecure_certificate,
                opens_browser=self.browser or self.browser_path is not None,
                browser=self.browser_path,
                evidence=self._evidence(inside),
            )

    def _source(self, held: ExitStack) -> Source | None:
        """Only who names a service opens a ledger, which takes longer than all the rest."""
        if not self.service:
            return None
        return held.enter_context(open_source(click.get_current_context(), self.config))

    def record(self, question: DastQuestion, report: DastReport) -> TakenScan | None:
        """In the ledger, of the release that runs there; None where no service is named."""
        if not question.service:
            return None
        from setpoint.wiring.dast import recorded_scan

        with open_source(click.get_current_context(), self.config) as source:
            return source.take_scan(question.service, question.release, recorded_scan(question, report))

    def _evidence(self, inside: InsideSource | None) -> Evidence | None:
        """Agents tell of single requests only where those carry the fleet's signature."""
        from setpoint.scan.dast.markers import AgentEvidence, ReportFile, fleet_key

        file = self.fleet_key_file
        text = _read(file) if file else os.environ.get("SETPOINT_FLEET_KEY", "")
        if not text:
            if self.evidence:
                remedy = "name its file with --fleet-key-file, or set SETPOINT_FLEET_KEY"
                raise InputError("evidence is joined by the fleet's key", where="--evidence", remedy=remedy)
            return None
        key = fleet_key(text, str(file or "SETPOINT_FLEET_KEY"))
        if self.evidence:
            return AgentEvidence(ReportFile(self.evidence), key)
        return AgentEvidence(lambda: _flows(inside, self.service), key) if inside else None


def dast_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `options`."""

    @click.argument("url")
    @click.option("--openapi", default="", metavar="FILE|URL", help="Its OpenAPI document; a URL on its own host.")
    @click.option("--auth", type=FILE, metavar="FILE", help="Accounts of the scan's own, and how they log in.")
    @click.option(
        "--profile",
        type=click.Choice([str(each) for each in Profile]),
        default=str(Profile.SAFE),
        show_default=True,
        help="How much may be done to it: active is for targets that nobody else uses.",
    )
    @click.option("--rate", type=float, metavar="N", help="Requests a second at most; 10 in the safe profile.")
    @click.option("--budget", type=int, metavar="N", help="Requests in all at most.")
    @click.option("--run-folder", type=FILE, metavar="DIR", help="Write down each exchange here, without secrets.")
    @click.option("--resume", is_flag=True, help="Go on with the scan that --run-folder holds.")
    @click.option("--check", "checks", multiple=True, metavar="NAME", help="Only this check, or theme. Repeatable.")
    @click.option("--exclude", multiple=True, metavar="GLOB", help="Send nothing to these: '/admin/*', 'POST /orders'.")
    @click.option(
        "--service",
        default="",
        metavar="NAME",
        help="Its name: faults are kept as its findings, and what agents inside of it saw is added.",
    )
    @click.option(
        "--release", default="", metavar="V", help="The release that runs there; the newest known one otherwise."
    )
    @click.option("--evidence", type=FILE, metavar="FILE", help="An agent's report file, to add what it sees.")
    @click.option("--fleet-key-file", type=FILE, metavar="FILE", help="The key that agents know our requests by.")
    @click.option(
        "--insecure-certificate",
        is_flag=True,
        help="Use the accounts though the target's certificate is not valid: anybody between could take them.",
    )
    @click.option("--browser", is_flag=True, help="Open its pages in Chromium, too: for sites that scripts make.")
    @click.option("--browser-path", type=FILE, metavar="FILE", help="Open them with this Chromium.")
    @config_option
    @wraps(command)
    def given(**options: Any) -> int:
        own = {name: options.pop(name) for name in DastOptions.__slots__}
        return command(options=DastOptions(**own), **options)

    return given


def _read(file: Path) -> str:
    from setpoint.files import read_bytes

    return read_bytes(file, limit=LARGEST_KEY).decode(errors="replace").strip()


def _flows(inside: InsideSource, service: str) -> Sequence[Told]:
    """Weak places that agents told of, by the requests that reached them."""
    return [
        (
            probe,
            {
                "type": place.sighting.kind,
                "cwe": place.sighting.cwe,
                "sink": place.sighting.sink,
                "context": place.sighting.context,
                "method": place.sighting.method,
                "route": place.sighting.route,
                "origins": [{"part": each.part, "name": each.name} for each in place.sighting.origins],
                "frames": [
                    {"file": each.file, "line": each.line, "function": each.function} for each in place.sighting.frames
                ],
                "confidence": place.sighting.confidence,
            },
        )
        for place in inside.flows(service)
        for probe in place.probes
    ]
