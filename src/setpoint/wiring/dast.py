"""Puts sender, accounts, surface, seeds and checks together to a scan of a running service: for `setpoint dast`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.dast import DastPlan, DastReport, KnownFrom, Operation, Profile, Surface
from setpoint.model.inside import RouteUse
from setpoint.model.scan import Scan
from setpoint.scan.dast.accounts.reading import read_auth
from setpoint.scan.dast.accounts.renewing import RenewingSender
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import AuthSettings
from setpoint.scan.dast.checks.every import chosen
from setpoint.scan.dast.engine import Engine
from setpoint.scan.dast.interface import Accounts, Check, Evidence, Sender
from setpoint.scan.dast.means import MaySend, Means, Watcher
from setpoint.scan.dast.plan import SilentSender
from setpoint.scan.dast.recorded import scan_of
from setpoint.scan.dast.run_folder import NoFolder, RunFolder
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.sending.limits import Limits, limits_of
from setpoint.scan.dast.sending.redaction import Redactor
from setpoint.scan.dast.sending.sender import PacedSender, distrust_of
from setpoint.scan.dast.sending.target import Target, reached, target_of
from setpoint.scan.dast.surface.browser import Chromium, browsed, find_browser
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.discovery import discovered, with_pages
from setpoint.scan.dast.surface.document import fetch_document, read_document
from setpoint.scan.dast.surface.lookup import with_others
from setpoint.scan.dast.surface.routes import with_agents

REMOTE: Final = ("http://", "https://")
"""How a document's address begins that is no file."""


@dataclass(frozen=True, slots=True)
class DastQuestion:
    """What is to be tested, and how."""

    url: str
    openapi: str = ""
    """A file, or an address on the target; empty: what the target itself shows is looked at."""
    auth: Path | None = None
    profile: Profile = Profile.SAFE
    rate: float | None = None
    budget: int | None = None
    run_folder: Path | None = None
    resumes: bool = False
    checks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    service: str = ""
    release: str = ""
    """What runs there."""
    routes: Sequence[RouteUse] = ()
    """What agents saw called."""
    trusts_any_certificate: bool = False
    opens_browser: bool = False
    """Whether pages are opened in one, so that their scripts run."""
    browser: Path | None = None
    """Its program; None: Playwright's own, or the system's."""
    evidence: Evidence | None = field(default=None, compare=False)


def scan_service(question: DastQuestion, watcher: Watcher, stop: threading.Event) -> DastReport:
    """Raises `InputError` for what cannot be used, before anything is sent; `CouldNotTellError` for a dead target."""
    scan = _scan_of(question)
    browser = find_browser(question.browser) if question.opens_browser else None
    target = reached(scan.target)
    auth, redactor = scan.auth, Redactor()
    distrust = "" if question.trusts_any_certificate else distrust_of(target)
    doubts: tuple[str, ...] = ()
    if distrust and auth.accounts:
        doubts = (f"no account was used: the target's certificate is not valid ({distrust})",)
        watcher.told(doubts[0])
        auth = AuthSettings()
    with ExitStack() as held:
        notes = _notes(question, redactor)
        held.callback(notes.close)
        sender = PacedSender(target, scan.limits, stop=stop, record=notes, redactor=redactor)
        held.callback(sender.close)
        accounts = Sessions(auth, target.base, sender, elsewhere=sender.beside, told=watcher.told)
        redactor.also = lambda: accounts.secrets
        renewing = RenewingSender(sender, accounts)
        means = Means(
            sender=sender,
            accounts=accounts,
            evidence=question.evidence,
            discover=lambda may_send: scan.surface(renewing, accounts, may_send, watcher.told, browser),
            seeding=lambda surface, may_send: Seeds(surface, renewing, accounts, may_send, watcher.told),
            checks=scan.checks,
            notes=notes,
            redactor=redactor,
            rate=scan.limits.rate,
            doubts=doubts,
        )
        return Engine(target.base, question.profile, scan.safety, means, watcher).run()


def recorded_scan(question: DastQuestion, report: DastReport) -> Scan:
    """As the ledger keeps it."""
    return scan_of(report, datetime.now(UTC), is_every_check=not question.checks, is_whole_site=not question.exclude)


def plan_service(question: DastQuestion, watcher: Watcher, stop: threading.Event, *, fetches: bool) -> DastPlan:
    """Without a request to the target, unless its document is to be fetched. Raises `InputError`."""
    scan = _scan_of(question)
    with ExitStack() as held:
        sender: Sender = SilentSender()
        if fetches:
            sender = PacedSender(reached(scan.target), scan.limits, stop=stop, record=NoFolder(), redactor=Redactor())
            held.callback(sender.close)
        surface = scan.surface_of_plan(sender, fetches=fetches)
    silent = SilentSender()
    accounts = Sessions(scan.auth, scan.target.base, silent)
    means = Means(
        sender=silent,
        accounts=accounts,
        evidence=None,
        discover=lambda _may_send: surface,
        seeding=lambda found, may_send: Seeds(found, silent, accounts, may_send, lambda _line: None),
        checks=scan.checks,
        notes=NoFolder(),
        redactor=Redactor(),
        rate=scan.limits.rate,
    )
    return Engine(scan.target.base, question.profile, scan.safety, means, watcher).plan()


@dataclass(frozen=True, slots=True)
class _Scan:
    """A question whose every part could be read."""

    question: DastQuestion
    target: Target
    limits: Limits
    auth: AuthSettings
    checks: Sequence[Check]
    safety: Safety
    document: Surface | None
    """None where it is not in a file."""

    def surface(
        self,
        sender: Sender,
        accounts: Accounts,
        may_send: MaySend,
        told: Callable[[str], None],
        browser: Chromium | None,
    ) -> Surface:
        """What the document says, and what the target shows beside it; passively, what its pages link to."""
        base, is_passive = self.target.base, self.question.profile is Profile.PASSIVE
        known = self._document(sender)
        if known is None:
            surface = (crawl if is_passive else discovered)(base, sender, accounts, may_send, told)
        elif is_passive:
            surface = known
        else:
            surface = with_others(known, sender, may_send, told, known=self.question.openapi)
            surface = with_pages(surface, sender, accounts, may_send, told)
        if browser is not None:
            surface = browsed(surface, base, sender, accounts, may_send, told, browser)
        return with_agents(surface, self.question.routes)

    def surface_of_plan(self, sender: Sender, *, fetches: bool) -> Surface:
        """What is known without a look at the target, unless its document is fetched."""
        known = self._document(sender) if fetches else self.document
        if known is None:
            remark = (
                "the document is on the target, and is not asked for without --fetch"
                if self.question.openapi
                else "without a document, what there is to send is known only once the site was looked at"
            )
            home = Operation("GET", "/", known_from=frozenset({KnownFrom.CRAWL}))
            known = Surface(self.target.base, (home,), (remark,))
        if self.question.opens_browser:
            remark = "what a browser finds is known only once the site was looked at"
            known = replace(known, remarks=(*known.remarks, remark))
        return with_agents(known, self.question.routes)

    def _document(self, sender: Sender) -> Surface | None:
        """None where the question names none."""
        if self.document is None and self.question.openapi:
            return fetch_document(self.question.openapi, self.target.base, sender)
        return self.document


def _scan_of(question: DastQuestion) -> _Scan:
    """Raises `InputError`."""
    if question.resumes and question.run_folder is None:
        raise InputError("there is nothing to go on with", where="--resume", remedy="name it with --run-folder")
    target = target_of(question.url)
    auth = read_auth(question.auth, target.base) if question.auth else AuthSettings()
    is_file = question.openapi and not question.openapi.startswith(REMOTE)
    return _Scan(
        question=question,
        target=target,
        limits=limits_of(question.profile, question.rate, question.budget),
        auth=auth,
        checks=chosen(question.checks),
        safety=Safety(
            question.profile,
            question.exclude,
            may_register=auth.may_register,
            observed=with_agents(Surface(target.base, ()), question.routes).operations,
        ),
        document=read_document(Path(question.openapi), target.base) if is_file else None,
    )


def _notes(question: DastQuestion, redactor: Redactor) -> RunFolder | NoFolder:
    if question.run_folder is None:
        return NoFolder()
    known: dict[str, Json] = {
        "url": question.url,
        "openapi": question.openapi,
        "profile": str(question.profile),
        "exclude": list(question.exclude),
        "service": question.service,
        "release": question.release,
    }
    if question.opens_browser:
        known["browser"] = True
    return RunFolder(question.run_folder, known, redactor, resumes=question.resumes)
