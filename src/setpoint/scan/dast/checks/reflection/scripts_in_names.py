"""Markup in what a new account says of itself, shown on its own pages or to those who see more (CWE-79).

The other checks send nothing to registrations: each account stays behind. This one makes one, or two at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Fault, Operation, Part, PlannedRequest
from setpoint.scan.dast.accounts.cookies import with_credentials
from setpoint.scan.dast.checks.authentication.guarded import readable
from setpoint.scan.dast.checks.authentication.logins import REQUESTS, registering, takes_address, user_part
from setpoint.scan.dast.checks.authentication.newcomers import nobody_like, refuses_registration, strong_password
from setpoint.scan.dast.checks.open_registrations import open_registrations
from setpoint.scan.dast.checks.place import authorised
from setpoint.scan.dast.checks.reflection.markup import runs
from setpoint.scan.dast.checks.reflection.pages import page_in
from setpoint.scan.dast.checks.reflection.payloads import fresh_code
from setpoint.scan.dast.checks.reflection.stored import is_free_text
from setpoint.scan.dast.checks.reflection.weaknesses import STORED
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.new_accounts import is_password

MOST_TRIES: Final = 2
"""All texts at once; where that is refused, the name alone."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A new account that says code of ours of itself."""

    operation: Operation
    user: str
    password: str
    codes: Mapping[Part, str]
    made: Exchange


class ScriptsInNames:
    """What a new account is called stands on a page as its markup or code."""

    name = "scripts-in-names"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation, _ in open_registrations(bench):
            yield PlannedRequest(operation.key, self.name, "", MOST_TRIES + REQUESTS)
            for each in readable(bench):
                yield PlannedRequest(each.key, self.name, "", 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation, caller in open_registrations(bench):
            member = _made(bench, operation, bench.accounts.user(caller))
            if member is None:
                continue
            waiting = dict(member.codes)
            for sight in _sights(bench, member, caller):
                page = page_in(sight)
                for part, code in list(waiting.items()) if page is not None else ():
                    if where := runs(page, code):
                        del waiting[part]
                        yield _fault(member, part, sight, where)
                if not waiting:
                    break


def _made(bench: Workbench, operation: Operation, like: str) -> _Member | None:
    named = user_part(operation, like)
    texts = [each for each in operation.parts if each == named or (is_free_text(each) and not is_password(each))]
    open_ones = [each for each in texts if not takes_address(each) and (each != named or "@" not in like)]
    alone = [each for each in open_ones if each == named]
    user, password = nobody_like(like), strong_password()
    for parts in [each for each in (open_ones, alone) if each][:MOST_TRIES]:
        codes = {each: fresh_code() for each in parts}
        usual = registering(operation, user, password, is_whole=True)
        said: dict[Part, Json] = {each: _text(str(usual.get(each) or user), codes[each]) for each in parts}
        made = bench.sender.send(bench.build(operation, {**usual, **said}))
        if not refuses_registration(made):
            return _Member(operation, str(said.get(named, user)) if named else user, password, codes, made)
    return None


def _text(name: str, code: str) -> str:
    """Short, as names have to be; out of an attribute, and markup of its own."""
    return f"{name}'\"><img src=x onerror={code}>"


def _sights(bench: Workbench, member: _Member, caller: Caller) -> Iterator[Exchange]:
    """All that the account itself reads, then who sees most, and nobody in particular."""
    login = bench.accounts.attempt(caller, member.password, user=member.user)
    others = (*bench.accounts.callers[-1:], ANONYMOUS)
    for operation in readable(bench):
        own = bench.build(operation, {})
        if login is not None and login.credentials:
            yield bench.sender.send(with_credentials(own, login.credentials, ""))
        yield from (bench.sender.send(authorised(bench, own, each)) for each in others)


def _fault(member: _Member, part: Part, sight: Exchange, where: str) -> Fault:
    difference = f"what a new account says of itself stands at {urlsplit(sight.sent.url).path} as {where}"
    return STORED.fault_at(member.operation, f"{part.place}:{part.name}", [member.made, sight], difference)
