"""Values for the parts of operations, and objects of the scan's own. The engine makes one `Seeds` for a scan.

How the engine uses it::

    seeds = Seeds(surface, sender, accounts, may_send, told)
    safety.own_by(seeds.owns)
    seeds.learn()                      # asks lists, makes canary objects
    Workbench(seeds.surface, …, sender=seeds.sender, build=seeds.build, owned=seeds.owned, baseline=seeds.baseline)
    seeds.clean_up()                   # at the end; deletes what it made where `may_send` lets it
    seeds.left_behind()                # lines for people: what was made and still is there

For `plan`, a `Seeds` that has not learnt builds requests as well, and sends nothing until `learn` or `baseline`.
Workbenches must send through `seeds.sender`: it puts a fresh token into the requests of forms.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, Part, PartPlace, Sent, Surface
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.creations import (
    IDENTITY,
    READING,
    deletes_object,
    ends_account,
    is_about_caller,
    is_creation,
    makes_by_put,
    names_person,
)
from setpoint.scan.dast.fixed_values import fixed_in_path, is_fixed, with_versions
from setpoint.scan.dast.forms import FormSender, is_filled_in
from setpoint.scan.dast.identifiers import PEOPLE
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.learning import Learner
from setpoint.scan.dast.left_behind import made_by_checks
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.new_accounts import AccountLimit, is_password
from setpoint.scan.dast.objects import Known, Objects, named_in, title_of
from setpoint.scan.dast.optional_parts import OptionalParts
from setpoint.scan.dast.path_templates import parameters, path_parts, shape
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.shown_objects import shown_object
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.merge import merged
from setpoint.scan.dast.unanswered import never_answered_well
from setpoint.scan.dast.unsaid_bodies import is_like_login, with_unsaid_bodies
from setpoint.scan.dast.usual_values import UsualValues, is_address
from setpoint.scan.dast.values import is_free_text, value_of, without_example

MOST_CANARIES: Final = 5
"""Own objects that are asked for until one of them can be read."""

_ADDRESS: Final = frozenset({"email", "mail"})
_NAME: Final = frozenset({"username", "login", "nickname"})
"""Words of the fields that an account is known by at its login."""


class Seeds:
    """What requests of this scan are made of."""

    def __init__(
        self,
        surface: Surface,
        sender: Sender,
        accounts: Accounts,
        may_send: Callable[[Operation], str],
        told: Callable[[str], None],
        *,
        mark: str = "",
    ) -> None:
        """`mark` makes the texts of this scan its own; drawn at random where it is left out."""
        self._new_accounts = AccountLimit(surface, sender, {accounts.user(each) for each in accounts.callers})
        self.sender = FormSender(surface.base, self._new_accounts)
        self.surface = with_versions(surface)
        """May have grown once `learn` is done: what was made shows addresses that no page led to before."""
        self._accounts = accounts
        self._may_send = may_send
        self._told = told
        self._mark = mark or secrets.token_hex(3)
        self._secret = secrets.token_urlsafe(12)
        self._objects = Objects()
        self._optional = OptionalParts()
        self._baselines: dict[tuple[Operation, Caller], Exchange | None] = {}
        self._made: list[tuple[Operation, Known]] = []
        self._notes: list[str] = []
        self._canary: Sent | None = None
        self._knows_bodies = False

    @property
    def callers(self) -> tuple[Caller, ...]:
        """Accounts by rank; nobody where there are none."""
        return tuple(self._accounts.callers) or (ANONYMOUS,)

    def learn(self) -> None:
        """Ask who the callers are and what they list, once each, and make an object of each kind for each of them.

        Raises `EndedEarlyError`.
        """
        self._objects, self._baselines = Objects(), {}
        if not self._knows_bodies:
            self._knows_bodies = True
            self.surface = with_unsaid_bodies(self.surface, self._try_body, self._may_send, self._accounts.login_fields)
        learner = Learner(self.surface, self._objects, self, self._accounts, self._may_send)
        for caller in self.callers:
            made = learner.learn(caller)
            self._made += made
            if made:
                self._told(f"made {len(made)} objects as {caller.name or 'nobody'}")
        shapes = {shape(of) for each in self.surface.operations for _, of in parameters(each.path)}
        if any(operation.page and shape(known.collection) not in shapes for operation, known in self._made):
            again = crawl(self.surface.base, self.sender, self._accounts, self._may_send, self._told)
            self.surface = merged(self.surface, again)
        self._canary = next(filter(self._shows, islice(self._readable(), MOST_CANARIES)), None)

    def holds(self) -> bool:
        """Whether the first of the own objects that could be read still can: one request, or none without such."""
        return self._canary is None or self._shows(self._canary)

    def heard(self) -> Mapping[str, Sequence[Answer]]:
        """Name of each caller → what operations answered to its seeded values."""
        heard: dict[str, list[Answer]] = {}
        for (_, caller), exchange in self._baselines.items():
            if exchange is not None and exchange.answer is not None:
                heard.setdefault(caller.name, []).append(exchange.answer)
        return heard

    def unwell(self) -> Mapping[str, str]:
        """Operations that answered nobody but with errors, with the last status of each, and what was not known."""
        asked: dict[Operation, list[Exchange | None]] = {}
        for (operation, _), exchange in self._baselines.items():
            asked.setdefault(operation, []).append(exchange)
        found = never_answered_well(self.surface, asked, self.sender.answered)
        unknown = {each.key: self._unknown(each) for each in asked if found.get(each.key) == 404}
        return {
            key: f"{status}: nothing own is known for {{{unknown[key]}}}" if unknown.get(key) else str(status)
            for key, status in found.items()
        }

    def _unknown(self, operation: Operation) -> str:
        """The first parameter of the path that no caller has a value for."""
        fixed = fixed_in_path(operation)
        for name, collection in parameters(operation.path):
            path = f"{collection}/{{{name}}}"
            known = (self._objects.in_path(path, each.name, fixed, parts=operation.parts) for each in self.callers)
            if all(each is None for each in known):
                return name
        return ""

    @property
    def is_done_with_accounts(self) -> bool:
        """Whether checks wanted more accounts than a scan makes."""
        return self._new_accounts.was_reached

    def _readable(self) -> Iterator[Sent]:
        """Requests that read what was made, as whoever it was made for."""
        for _, known in self._made:
            for operation in self.surface.operations:
                named = named_in(operation, known)
                if operation.method != "GET" or not named or self._may_send(operation):
                    continue
                if set(named) >= {name for name, _ in parameters(operation.path)}:
                    sent = request_of(self.surface.base, operation, path_parts(operation, named))
                    yield self._as(sent, self._caller(known.caller))
                    break

    def _shows(self, request: Sent) -> bool:
        answer = self.sender.send(request).answer
        return answer is not None and answer.status not in {404, 410}

    def build(self, operation: Operation, values: Mapping[Part, Json]) -> Sent:
        """A request with these values, and seeded ones for all other parts that it needs.

        Identifiers that are not given name objects that the scan made, of the lowest caller that has one. For reading,
        listed ones and the document's examples do, too; for writing, none of an object that may be anybody else's.
        """
        return self._built(operation, values, self.callers)

    def _built(self, operation: Operation, values: Mapping[Part, Json], callers: Sequence[Caller]) -> Sent:
        """As `build`, with what belongs to the first of these callers that has what the path names."""
        given = {part.name: value for part, value in values.items() if part.place is PartPlace.PATH}
        caller, named = self._path_values(operation, given, callers)
        seeded = self._seeded(operation, caller, named)
        return request_of(self.surface.base, operation, {**seeded, **values})

    def owned(self, operation: Operation, caller: Caller) -> Mapping[Part, Json] | None:
        """Values that name an object of this caller, made for the scan, or its own account.

        None where the operation names no object, or none could be made. Of an operation that makes one below
        another (`POST /orders/{id}/notes`), values that name the upper one; none are needed for `PATCH /me`.
        """
        if is_fixed(operation) or not list(parameters(operation.path)):
            return {} if is_about_caller(operation) and caller != ANONYMOUS else None
        if ends_account(operation):
            return None
        named = self._in_path(operation, caller.name, own=True)
        if named is None or self._renames(operation, caller, named):
            return None
        return path_parts(operation, named)

    def owns(self, operation: Operation) -> bool:
        """Whether some caller has an object that the operation names, made for the scan; or it makes one."""
        if makes_by_put(operation, self.surface) or (operation.method == "POST" and is_fixed(operation)):
            return True
        return any(self.owned(operation, caller) is not None for caller in self.callers)

    def listed(self, operation: Operation, caller: Caller) -> Mapping[Part, Json] | None:
        """As `owned`, of any object that the target showed this caller: others may have it, too."""
        named = self._in_path(operation, caller.name)
        return None if named is None else path_parts(operation, named)

    def _in_path(
        self, operation: Operation, caller: str, given: Mapping[str, Json] | None = None, *, own: bool = False
    ) -> dict[str, Json] | None:
        known = {**fixed_in_path(operation), **(given or {})}
        return self._objects.in_path(operation.path, caller, known, own=own, parts=operation.parts)

    def baseline(self, operation: Operation, caller: Caller) -> Exchange | None:
        """How the operation answers this caller to seeded values: asked for once, and kept.

        Where the caller owns an object that the operation names, it is that one. None where `may_send` has an
        objection, where it would write to what is not the caller's own, and for operations that delete.
        """
        at = (operation, caller)
        if at not in self._baselines:
            self._baselines[at] = self._asked(operation, caller)
        return self._baselines[at]

    def forget(self, operation: Operation, caller: Caller) -> None:
        """The next baseline of this operation asks again: what it shows has changed."""
        self._baselines.pop((operation, caller), None)

    def get(self, url: str, caller: Caller) -> Exchange:
        """A page, as it is now."""
        return self.sender.send(self._as(Sent("GET", url), caller))

    def create(self, operation: Operation, caller: Caller, above: Mapping[str, Json], *, attempt: int) -> Exchange:
        """Make an object; its texts name the scan at the first attempt, follow the document's examples after it."""
        marker = self._marker(caller, operation)
        values: dict[Part, Json] = path_parts(operation, above)
        for part in operation.parts:
            if part in values or (attempt < 2 and not part.is_required and part.example is None):
                continue
            if is_filled_in(operation, part):
                values[part] = self.sender.placeholder(operation, part)
            elif part.place is PartPlace.BODY and attempt != 1 and self._is_named_by_scan(operation, part, caller):
                values[part] = value_of(without_example(part), f"{marker}{_letter(operation, part)}")
            elif part.place in (PartPlace.BODY, PartPlace.QUERY):
                values[part] = self._usual.of(operation, part, caller, marker, as_documented=attempt > 0)
        exchange = self.sender.send(self._as(self.build(operation, values), caller))
        if exchange.answer is not None and exchange.answer.status < 400:
            self.sender.made[urlsplit(exchange.sent.url).path][-1:] = []  # what it made is known by other means
            self._baselines[operation, caller] = exchange
        return exchange

    def clean_up(self) -> None:
        """Delete what was made, last first, by operations that delete that very object, where `may_send` lets it."""
        for creation, known in reversed(list(self._made)):
            for operation in self.surface.operations:
                if not deletes_object(operation, known.collection) or self._may_send(operation):
                    continue
                named = self._objects.in_path(operation.path, known.caller, named_in(operation, known), own=True)
                if named is None:
                    continue
                sent = request_of(self.surface.base, operation, path_parts(operation, named))
                answer = self.sender.send(self._as(sent, self._caller(known.caller))).answer
                if answer is not None and (answer.status < 300 or answer.status in (404, 410)):
                    self._made.remove((creation, known))
                    break

    def left_behind(self) -> list[str]:
        """What was made and not deleted, a line each, without secrets."""
        lines = [
            f"{known.noun or 'object'} {title_of(known)} of {known.caller or 'nobody'}, made by {creation.key}"
            for creation, known in self._made
        ]
        return [*lines, *self._new_accounts.lines(), *self._notes, *made_by_checks(self.surface, self.sender.made)]

    def _asked(self, operation: Operation, caller: Caller) -> Exchange | None:
        if self._may_send(operation) or operation.method == "DELETE":
            return None
        names_object = bool(list(parameters(operation.path)))
        own = self.owned(operation, caller)
        if operation.method not in READING and names_object and own is None:
            return None
        if operation.method not in READING and is_about_caller(operation) and _sets_password(operation):
            return None
        exchange = self._sent(operation, caller, own)
        if (caller != ANONYMOUS or not self._accounts.callers) and self._optional.may_turn(operation, exchange):
            self._optional.turn(operation)
            again = self._sent(operation, caller, own)
            if again.answer is not None and again.answer.status < 400:
                exchange = again
            else:
                self._optional.turn(operation)
        is_made = exchange.answer is not None and exchange.answer.status == 201
        if operation.method == "POST" and is_made and not is_creation(operation, self.surface):
            self._notes.append(f"whatever {operation.key} made for {caller.name or 'nobody'}")
        return exchange

    def _sent(self, operation: Operation, caller: Caller, own: Mapping[Part, Json] | None) -> Exchange:
        callers = (caller, *self.callers) if caller in self.callers else self.callers
        sent = self._built(operation, own or self.listed(operation, caller) or {}, callers)
        return self.sender.send(self._as(sent, caller))

    def _path_values(
        self, operation: Operation, given: Mapping[str, Json], callers: Sequence[Caller]
    ) -> tuple[str, Mapping[str, Json]]:
        """Whose object it is, and the values of the path that name it."""
        for caller in (*callers, ANONYMOUS) if not ends_account(operation) else ():
            named = self._in_path(operation, caller.name, given, own=True)
            if named is None and operation.method in READING:
                named = self._in_path(operation, caller.name, given)
            if named is not None and not self._renames(operation, caller, named):
                return caller.name, named
        return callers[0].name, {**fixed_in_path(operation), **given}

    def _seeded(self, operation: Operation, caller: str, named: Mapping[str, Json]) -> dict[Part, Json]:
        """For every part that the request needs, and those that the document has an example of."""
        whose = self._caller(caller)
        marker = self._marker(whose, operation)
        is_turned = self._optional.is_turned(operation)
        current = self._current(operation, caller, named)
        seeded: dict[Part, Json] = {}
        for part in operation.parts:
            if part.place is PartPlace.PATH:
                seeded[part] = named[part.name] if part.name in named else self._usual.in_path(operation, part, marker)
            elif is_filled_in(operation, part):
                seeded[part] = self.sender.placeholder(operation, part)
            elif part.place is PartPlace.BODY and part.name.lstrip("/") in current:
                seeded[part] = current[part.name.lstrip("/")]
            elif part.is_required or part.example is not None:
                seeded[part] = self._usual.of(operation, part, whose, marker, as_documented=is_turned)
            elif self._optional.gives_all(operation) and part.place in (PartPlace.BODY, PartPlace.QUERY):
                usual = self._usual.of_optional(operation, part, whose, marker)
                seeded |= {part: usual} if usual is not None else {}
        return seeded

    def _current(self, operation: Operation, caller: str, named: Mapping[str, Json]) -> Mapping[str, Json]:
        """What the own object holds that an update is about: written again, it changes nothing."""
        if is_about_caller(operation) and operation.method not in READING:
            return self._login_name(operation.parts, caller) | self._caller_now(operation, caller)
        if operation.method not in ("PUT", "PATCH"):
            return {}
        known: dict[str, Json] = {}
        for each, values in self._objects.named_in(operation, caller):  # an own page says more than a list
            if values.items() <= named.items():
                told = {key: value for key, value in each.members.items() if value is not None}
                known = told | known
                if each.noun in PEOPLE:
                    known = self._login_name(operation.parts, caller) | known
        return known

    def _login_name(self, parts: Iterable[Part], caller: str) -> dict[str, Json]:
        """Whose account is written to is nobody else's: it stays what the scan logs in by, though nothing shows it."""
        user = self._accounts.user(self._caller(caller))
        wanted = _ADDRESS if "@" in user else _NAME
        names = (part.name.lstrip("/") for part in parts if part.place is PartPlace.BODY)
        return {name: user for name in names if user and not wanted.isdisjoint(words_of(name))}

    def _renames(self, operation: Operation, caller: Caller, named: Mapping[str, Json]) -> bool:
        """Whether it would change what the account is known by, as nothing shows what that is now."""
        if operation.method in READING or not names_person(operation):
            return False
        current = self._current(operation, caller.name, named)
        asked = (each for each in operation.parts if each.place is PartPlace.BODY and each.is_required)
        return any(
            not IDENTITY.isdisjoint(words_of(each.name)) and each.name.lstrip("/") not in current for each in asked
        )

    def _caller_now(self, operation: Operation, caller: str) -> dict[str, Json]:
        """What the caller's own account holds: its name and address must be the same after the scan."""
        for (asked, by), exchange in self._baselines.items():
            if (asked.method, asked.path, by.name) == ("GET", operation.path, caller) and exchange and exchange.answer:
                return {key: each for key, each in shown_object(json_of(exchange.answer)).items() if each is not None}
        return {}

    @property
    def _usual(self) -> UsualValues:
        return UsualValues(self.surface.base, self._objects, self._accounts, self._secret)

    def _is_named_by_scan(self, operation: Operation, part: Part, caller: Caller) -> bool:
        """Whether people may write there what they like, and it stands for no person and no address."""
        is_text = is_free_text(part) and not is_address(part) and not _is_kept(operation, part)
        return is_text and not self._usual.means_caller(operation, part, caller)

    def _marker(self, caller: Caller, operation: Operation) -> str:
        """Different for each caller, so that what one made is told from what another did."""
        place = self.callers.index(caller) if caller in self.callers else 9
        return f"{self._mark}{place}{sum(operation.key.encode()) % 1000:03}"

    def _caller(self, name: str) -> Caller:
        return next((each for each in self.callers if each.name == name), ANONYMOUS)

    def _try_body(self, operation: Operation, values: Mapping[Part, Json]) -> Exchange | None:
        caller = ANONYMOUS if is_like_login(operation) else self.callers[0]
        if operation in self.surface.operations:
            exchange = self.baseline(operation, caller)
            if exchange is not None and exchange.answer is not None and exchange.answer.status >= 400:
                self.forget(operation, caller)  # it may do better once there are objects
            return exchange
        return self.sender.send(self._as(self._built(operation, values, (caller,)), caller))

    def _as(self, sent: Sent, caller: Caller) -> Sent:
        return sent if caller == ANONYMOUS else self._accounts.authorised(sent, caller)


def _sets_password(operation: Operation) -> bool:
    """An account whose password changed is lost to the scan."""
    return any(map(is_password, operation.parts))


def _letter(operation: Operation, part: Part) -> str:
    """Tells the texts of one object apart: what one field holds is then shown by no other."""
    return string.ascii_lowercase[operation.parts.index(part) % 26]


def _is_kept(operation: Operation, part: Part) -> bool:
    """What a form came with already is not overwritten: it may be the caller's own profile."""
    return bool(operation.page) and part.example is not None
