"""Webhooks that believe messages which their sender did not sign, or believe the same one again and again.

What a message does is told by state where it can be: a mark in it that a list shows afterwards. A service that answers
every message alike and shows nothing is not judged where it says nothing, either.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from setpoint.model.dast import (
    Answer,
    Certainty,
    Exchange,
    Fault,
    Operation,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.webhooks import signed_headers
from setpoint.scan.dast.answers import is_success, likeness
from setpoint.scan.dast.checks.exposure.asking import ask, everybody, gets
from setpoint.scan.dast.checks.exposure.effects import Place, State, changed, state_of
from setpoint.scan.dast.interface import Webhook, Workbench
from setpoint.scan.dast.naming import words_of

MAX_READERS: Final = 20
"""Operations that may show what a message did."""

STALE: Final = 86_400
"""Seconds: a message of yesterday is too old for every sender that documents a limit (five minutes is usual)."""

_IDS: Final = (("id",), ("event", "id"), ("message", "id"), ("delivery", "id"), ("reference",), ("uuid",), ("note",))
"""Names, by their words, of values that name a message and nothing else: one of them takes the mark."""

_MARK: Final = re.compile(rb"setpoint[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class _Message:
    body: bytes
    headers: tuple[tuple[str, str], ...]
    mark: str


@dataclass(frozen=True, slots=True)
class _Trial:
    """What happens to messages of one webhook."""

    bench: Workbench
    webhook: Webhook
    valid: Exchange
    readers: tuple[Operation, ...]
    """Which show the mark of a message that was believed; none where nothing does."""
    effects: frozenset[Place] = frozenset()
    """Where nothing shows marks: what a genuine message changes."""

    def tried(self, message: _Message) -> tuple[Exchange, bool]:
        """Whether it is believed: by what it does where that shows; else by an answer as a genuine one gets it."""
        before, marks = self._state(), self._marks(message)
        exchange = self.bench.sender.send(_request(self.bench, self.webhook, message))
        if exchange.answer is None or self.valid.answer is None or not is_success(exchange):
            return exchange, False
        if self.readers:
            return exchange, self._marks(message) > marks
        if self.effects:
            return exchange, bool(self.effects & changed(before, self._state()))
        is_told = bool(exchange.answer.body.strip()) and exchange.answer.status == self.valid.answer.status
        return exchange, is_told and likeness(_unmarked(exchange.answer), _unmarked(self.valid.answer)) >= 0.5

    def _marks(self, message: _Message) -> int:
        return _seen(self.bench, self.readers, message.mark) if self.readers else 0

    def _state(self) -> State:
        return state_of(self.bench, _watched(self.bench)) if self.effects else State()

    @property
    def certainty(self) -> Certainty:
        return Certainty.CONFIRMED if self.readers or self.effects else Certainty.DIFFERENTIAL


class ForgedWebhooks:
    """Webhooks that take unsigned, altered or repeated messages."""

    name = "forged-webhooks"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is Profile.PASSIVE:
            return
        for webhook in bench.accounts.webhooks:
            yield PlannedRequest(f"POST {webhook.path}", self.name, "", 10)
            for operation in _watched(bench):
                yield PlannedRequest(operation.key, f"{self.name} (what it did)", "", 18)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        for webhook in bench.accounts.webhooks:
            message = _message(webhook)
            valid = bench.sender.send(_request(bench, webhook, message))
            if not is_success(valid):
                bench.told(f"{self.name}: {webhook.path} does not take the payload of auth.yaml signed with its secret")
                continue
            readers = [each for each in _watched(bench) if _seen(bench, (each,), message.mark)]
            effects = frozenset[Place]() if readers else _effects(bench, webhook)
            trial = _Trial(bench, webhook, valid, tuple(readers[:2]), effects)
            yield from _forged(trial)
            yield from _replayed(trial)


def _watched(bench: Workbench) -> Sequence[Operation]:
    return list(islice(gets(bench), MAX_READERS))


def _effects(bench: Workbench, webhook: Webhook) -> frozenset[Place]:
    """What one more genuine message changes, and does not change by itself."""
    watched = _watched(bench)
    earlier, before = state_of(bench, watched), state_of(bench, watched)
    bench.sender.send(_request(bench, webhook, _message(webhook)))
    return changed(before, state_of(bench, watched)) - changed(earlier, before)


def _message(webhook: Webhook, *, at: int = 0, secret: str = "") -> _Message:
    """With a mark of its own, signed."""
    mark = f"setpoint{secrets.token_hex(8)}"
    body = _marked(webhook.payload, mark)
    headers = signed_headers(webhook, body, at=at or int(time.time()), message=f"msg_{mark}", secret=secret)
    return _Message(body, headers, mark if body != webhook.payload else f"msg_{mark}")


def _marked(payload: bytes, mark: str) -> bytes:
    """In the place of a text that names the message; as it is where it has none."""
    try:
        document = json.loads(payload)
    except ValueError:
        return payload
    if not isinstance(document, dict):
        return payload
    for words in _IDS:
        for name, value in document.items():
            if words_of(name) == words and isinstance(value, str):
                return json.dumps({**document, name: mark}).encode()
    return payload


def _unmarked(answer: Answer) -> Answer:
    """Every message has a mark of its own, and so has an answer that repeats it."""
    return replace(answer, body=_MARK.sub(b"", answer.body))


def _request(bench: Workbench, webhook: Webhook, message: _Message) -> Sent:
    return Sent("POST", bench.surface.base + webhook.path, message.headers, message.body)


def _seen(bench: Workbench, readers: tuple[Operation, ...], mark: str) -> int:
    """How often the mark stands in what the readers show now."""
    most = 0
    for operation in readers:
        for caller in everybody(bench):
            answer = ask(bench, bench.build(operation, {}), caller).answer
            most = max(most, answer.body.count(mark.encode()) if answer is not None else 0)
    return most


def _forged(trial: _Trial) -> Iterator[Fault]:
    for message, what in _forgeries(trial.webhook):
        exchange, is_believed = trial.tried(message)
        if is_believed:
            yield _fault(trial, (trial.valid, exchange), "webhook-signature-not-checked", 347, what)
            return


def _forgeries(webhook: Webhook) -> Iterator[tuple[_Message, str]]:
    genuine = _message(webhook)
    unsigned = tuple(each for each in genuine.headers if each[0] != webhook.header)
    yield _Message(genuine.body, unsigned, genuine.mark), "a message without a signature"
    foreign = _message(webhook, secret=secrets.token_hex(16))
    yield foreign, "a message signed with another secret"
    other = _message(webhook)
    if webhook.algorithm and other.body != genuine.body:
        yield _Message(other.body, genuine.headers, other.mark), "a message that was altered after it was signed"
    for emptied in _without_digest(webhook):
        yield _message(emptied), "a message with an empty signature"
    added = _message(webhook)
    if webhook.algorithm and (body := _with_more(added.body)):
        yield replace(added, body=body), "a message to which something was added after it was signed"


def _without_digest(webhook: Webhook) -> Iterator[Webhook]:
    """Its header as it is written, with nothing where the digest stands, and with no algorithm to make one by."""
    empty = webhook.written.replace("{hex}", "").replace("{base64}", "")
    if webhook.algorithm and empty != webhook.written:
        for written in dict.fromkeys((empty, empty.replace(webhook.algorithm, "none"))):
            yield replace(webhook, written=written)


def _with_more(body: bytes) -> bytes:
    """Who signs some of its members only does not see another one; empty where it has no members."""
    try:
        document = json.loads(body)
    except ValueError:
        return b""
    return json.dumps({**document, "setpoint": secrets.token_hex(4)}).encode() if isinstance(document, dict) else b""


def _replayed(trial: _Trial) -> Iterator[Fault]:
    """The same message twice; and one of yesterday where messages carry the time at which they were signed.

    Who has seen it may answer as before, and do nothing: only what it does tells.
    """
    if not trial.readers and not trial.effects:
        return
    message = _message(trial.webhook)
    first, is_believed = trial.tried(message)
    again, is_believed_again = trial.tried(message) if is_believed else (first, False)
    if is_believed_again:
        yield _fault(trial, (first, again), "webhook-replay", 294, "the same signed message a second time")
        return
    webhook = trial.webhook
    if "{timestamp}" in webhook.signed + webhook.written or webhook.timestamp_header:
        stale, is_believed = trial.tried(_message(webhook, at=int(time.time()) - STALE))
        if is_believed:
            yield _fault(trial, (trial.valid, stale), "webhook-replay", 294, "a message that was signed yesterday")


def _fault(trial: _Trial, proof: tuple[Exchange, ...], kind: str, cwe: int, what: str) -> Fault:
    replayed = kind == "webhook-replay"
    remedy = (
        "remember ids, and refuse old ones" if replayed else "verify the signature of the whole body before reading it"
    )
    return Fault(
        kind=kind,
        cwe=cwe,
        owasp="API2:2023",
        severity=Severity.MEDIUM if replayed else Severity.HIGH,
        certainty=trial.certainty,
        method="POST",
        path=trial.webhook.path,
        part=f"header:{trial.webhook.header}",
        message=f"The webhook takes {what}; {remedy}",
        proof=proof,
        difference=_difference(trial),
    )


def _difference(trial: _Trial) -> str:
    if trial.readers:
        return "its mark is shown as that of a genuine one"
    return "it changes what a genuine one changes" if trial.effects else "it is answered as a genuine one"
