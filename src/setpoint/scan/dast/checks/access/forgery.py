"""Whether another site can make a visitor's browser write: cross-site request forgery.

Only sessions in cookies that browsers send along from other sites are at stake, and only what can be sent from there
without asking first: a POST of a form, or of JSON that is called text (Fetch standard, section 2.2.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    BodyForm,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import set_cookies
from setpoint.scan.dast.checks.access.canaries import own_values
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.own_addresses import address_in, address_operations, another
from setpoint.scan.dast.checks.access.own_forms import (
    is_own,
    keeps_its_account,
    leave_behind,
    token_of,
    values_shown,
)
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, field_name, own_pages, watches, writing_for
from setpoint.scan.dast.checks.access.replaying import may_try
from setpoint.scan.dast.checks.access.writing import Watched, look
from setpoint.scan.dast.forms import is_token
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

ELSEWHERE: Final = "https://elsewhere.example"
"""A site that is not the target (RFC 2606, section 3: reserved, so that it is nobody's)."""

FROM_ELSEWHERE: Final = (("origin", ELSEWHERE), ("referer", f"{ELSEWHERE}/"))
"""What a browser tells of it."""

_TOKENS: Final = frozenset({"csrf", "xsrf", "csrftoken", "xsrftoken", "csrfmiddlewaretoken", "authenticity", "nonce"})


@dataclass(frozen=True, slots=True)
class Way:
    """How another site may write the request."""

    what: str
    """As a message names it."""
    values: Values
    """For parts that the other site cannot know, or cannot set."""


class Forgery:
    """Forms and calls that another site can make in a visitor's name.

    The owner writes as its own pages do, then as another site would have it; what it then reads decides.
    """

    name = "cross-site-request-forgery"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = next(iter(bench.accounts.callers), None)
        for operation in _forgeable(bench) if caller else ():
            usual = 0 if operation.body is BodyForm.JSON else 3  # with a session in a cookie JSON is the exception
            about = 6 + 5 * MOST_WATCHES
            yield PlannedRequest(operation.key, self.name, caller.name if caller else "", about, usual)
        for operation, _ in address_operations(bench, _guards) if caller else ():
            yield PlannedRequest(operation.key, self.name, caller.name if caller else "", 10, 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = next((each for each in bench.accounts.callers if session_cookies(bench, each)), None)
        if caller is None:
            return
        if not is_sent_from_elsewhere(bench, caller):
            bench.told(f"{self.name}: browsers send the session cookie from no other site (SameSite)")
            return
        own = Holdings(bench, caller)
        for operation in _forgeable(bench):
            values = own_values(bench, operation, own)
            if values is None or (is_own(operation) and not keeps_its_account(operation)):
                continue
            watched = look(bench, watches(bench, operation, values, own), caller)
            if watched.places:
                yield from _forged(bench, operation, values, watched)
                _set_back(bench, operation, values, watched)
        for operation, part in address_operations(bench, _guards):
            yield from _readdressed(bench, operation, part, own)


def _forged(bench: Workbench, operation: Operation, values: Values, watched: Watched) -> Iterator[Fault]:
    if not _wrote(bench, operation, watched, values, _at_home(bench)):
        return
    for way in _ways(bench, operation, watched.reader):
        proof = _wrote(bench, operation, watched, {**values, **way.values}, FROM_ELSEWHERE)
        if proof:
            yield _fault(operation, watched.reader, way, proof)
            return


def _readdressed(bench: Workbench, operation: Operation, part: Part, own: Holdings) -> Iterator[Fault]:
    """The account's own address, changed from elsewhere, and back again by its own page."""
    for watch in (*watches(bench, operation, {}, own), *own_pages(bench)):
        was = address_in(watch.read(bench, own.caller))
        for way in _ways(bench, operation, own.caller) if was else ():
            wanted = another()
            sent = _sent(bench, operation, own.caller, {**way.values, part: wanted}, FROM_ELSEWHERE)
            after = watch.read(bench, own.caller)
            if address_in(after) == wanted:
                _sent(bench, operation, own.caller, {part: was}, _at_home(bench))
                if address_in(watch.read(bench, own.caller)) != was:
                    leave_behind(bench, f"the address {wanted} of {own.caller.name}, set by {operation.key}")
                yield _fault(operation, own.caller, way, (sent, after))
                return
        if was:
            return


def _forgeable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        is_simple = operation.method == "POST" and operation.body in {BodyForm.FORM, BodyForm.JSON, BodyForm.MULTIPART}
        if is_simple and may_try(bench, operation):
            yield operation


def session_cookies(bench: Workbench, caller: Caller) -> frozenset[str]:
    """Names of the cookies that are all that the caller's requests prove themselves by."""
    headers = bench.accounts.authorised(Sent("GET", f"{bench.surface.base}/"), caller).headers
    if any(name.lower() != "cookie" for name, _ in headers):
        return frozenset()
    pairs = (pair for _, value in headers for pair in value.split(";"))
    return frozenset(name for pair in pairs if (name := pair.partition("=")[0].strip()))


def is_sent_from_elsewhere(bench: Workbench, caller: Caller) -> bool:
    """Whether a browser sends any of its session cookies along with what another site makes it send."""
    return bool(session_cookies(bench, caller) - _staying_home(bench, caller))


def sent_from_elsewhere(bench: Workbench, request: Sent, caller: Caller) -> Exchange:
    """As the caller's browser sends what another site makes it send: without the cookies that stay at home."""
    authorised = bench.accounts.authorised(replace(request, headers=(*request.headers, *FROM_ELSEWHERE)), caller)
    at_home = _staying_home(bench, caller)
    headers: list[tuple[str, str]] = []
    for name, value in authorised.headers:
        pairs = [each.strip() for each in value.split(";") if each.partition("=")[0].strip() not in at_home]
        if name.lower() != "cookie":
            headers.append((name, value))
        elif pairs:
            headers.append((name, "; ".join(pairs)))
    return bench.sender.send(replace(authorised, headers=tuple(headers)))


def _staying_home(bench: Workbench, caller: Caller) -> frozenset[str]:
    """The cookies that its login set for this site alone (SameSite; RFC 6265bis, 5.6.7)."""
    login = bench.accounts.login(caller)
    answers = [each.answer for each in login.exchanges if each.answer is not None] if login else []
    cookies = (cookie for answer in answers for cookie in set_cookies(answer))
    told = {name: {each.strip() for each in attributes.split(";")} for name, _, attributes in cookies}
    return frozenset(name for name, attributes in told.items() if attributes & {"samesite=lax", "samesite=strict"})


def _guards(part: Part) -> bool:
    """Whether it is a token against forgery, by its kind or by its name."""
    words = words_of(part.name)
    return is_token(part) or not _TOKENS.isdisjoint((*words, "".join(words)))


def _ways(bench: Workbench, operation: Operation, caller: Caller) -> Iterator[Way]:
    """Without any token; then, where the form has one, with one that is made up, and with that of another session."""
    tokens = [part for part in operation.parts if _guards(part)]
    headers: dict[Part, Json] = {part: None for part in operation.parts if part.place is PartPlace.HEADER}
    yield Way("without a token" if tokens else "as the form has no token", {**headers, **dict.fromkeys(tokens)})
    if any(part.place is PartPlace.BODY for part in tokens):
        yield Way("with a token that is made up", {**headers, **{part: secrets.token_hex(16) for part in tokens}})
    others = _of_another_session(bench, operation, caller, tokens)
    if others:
        yield Way("with a token of another session", {**headers, **others})


def _of_another_session(bench: Workbench, operation: Operation, caller: Caller, tokens: list[Part]) -> Values:
    """The form's tokens, as another account's page has them: whoever forges a request has an account, too."""
    other = next((each for each in bench.accounts.callers if each != caller), None)
    if other is None or not tokens or not operation.page or "{" in operation.page:
        return {}
    request = Sent("GET", bench.surface.base + operation.page)
    page = bench.sender.send(bench.accounts.authorised(request, other))
    found = {part: token_of(operation, page, part) for part in tokens}
    return {} if None in found.values() else found


def _set_back(bench: Workbench, operation: Operation, values: Values, watched: Watched) -> None:
    """What the account's own page or document showed before; a form that makes something new has nothing to set."""
    fields = [
        part
        for part in operation.parts
        if part.place is PartPlace.BODY and part not in values and not _guards(part) and "const" not in part.schema
    ]
    if not fields or not is_own(operation):
        return
    before = _before(operation, watched)
    if before:
        _sent(bench, operation, watched.reader, {**values, **before}, _at_home(bench))
    if left := [field_name(part) for part in fields if part not in before]:
        leave_behind(bench, f"{', '.join(left)} of {watched.reader.name}, set by {operation.key}")


def _before(operation: Operation, watched: Watched) -> Values:
    """What the fields of an own form held; none of what makes something new."""
    if not is_own(operation):
        return {}
    return {part: value for shown in watched.before for part, value in values_shown(operation, shown).items()}


def _at_home(bench: Workbench) -> tuple[tuple[str, str], ...]:
    at = urlsplit(bench.surface.base)
    return (("origin", f"{at.scheme}://{at.netloc}"), ("referer", f"{bench.surface.base}/"))


def _wrote(
    bench: Workbench, operation: Operation, watched: Watched, values: Values, headers: tuple[tuple[str, str], ...]
) -> tuple[Exchange, ...]:
    """The write and what is then read, where it shows what was written."""
    writing = writing_for(operation, values, watched.before)
    if writing is None or writing.part is None:
        return ()
    beside = {**_before(operation, watched), **values}
    sent = _sent(bench, operation, watched.reader, writing.values(beside), headers)
    if sent.answer is None or sent.answer.status >= 400:
        return ()
    for watch, was in zip(watched.places, watched.before, strict=True):
        now = watch.read(bench, watched.reader)
        if writing.is_shown(was, now):
            return sent, now
    return ()


def _sent(
    bench: Workbench, operation: Operation, caller: Caller, values: Values, headers: tuple[tuple[str, str], ...]
) -> Exchange:
    """As the browser of this caller sends it from the site that the headers tell of."""
    request = bench.build(operation, values)
    if operation.body is BodyForm.JSON and headers == FROM_ELSEWHERE:
        plain = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
        request = replace(request, headers=(*plain, ("content-type", "text/plain")))
    if headers == FROM_ELSEWHERE:
        return sent_from_elsewhere(bench, request, caller)
    request = replace(request, headers=(*request.headers, *headers))
    return bench.sender.send(bench.accounts.authorised(request, caller))


def _fault(operation: Operation, caller: Caller, way: Way, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="cross-site-request-forgery",
        cwe=352,
        owasp="A01:2021",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        caller=caller.name,
        message=(
            f"another site can write this in {caller.name}'s name, {way.what}; compare a token of the session with the "
            "request's, and set SameSite on the session cookie"
        ),
        proof=proof,
        difference=f"sent from {ELSEWHERE}, it is written all the same, as {caller.name} then reads",
    )
