"""New logs, and events, that a queue of SQS tells of. A message is deleted only once what it said is kept.

Messages are S3's notifications of new objects, the same by EventBridge, CloudTrail's own, and EventBridge's events of
API calls, each as it is or in an envelope of SNS. What is none of these stays in the queue, whose redrive policy knows
where to put it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

import orjson

from setpoint.aws import AwsClients, client_errors, error_code, translate
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.permission_use import Forgetting, Gap
from setpoint.observe.cloudtrail.bucket import ABSENT, GETS, lost
from setpoint.observe.cloudtrail.layout import is_digest, log_name
from setpoint.observe.cloudtrail.records import MOST_BYTES, read_records
from setpoint.observe.cloudtrail.trail import Delivery, Log
from setpoint.observe.interface import TrailKeeper

RECEIVES: Final = "sqs:ReceiveMessage"
DELETES: Final = "sqs:DeleteMessage"

A_CALL: Final = 10
"""Messages, at most (Amazon SQS API Reference, ReceiveMessage)."""

MOST_CALLS: Final = 100
"""In one reading: the next one goes on."""

WAITS: Final = 1
"""Seconds for the first message: nobody is asked again at once."""

KNOWN_FOR: Final = timedelta(days=15)
"""A message is kept for 14 days at most (Amazon SQS API Reference, SetQueueAttributes), and may come twice."""

_REGION: Final = re.compile(r"sqs[.-](?:fips\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d+)\.")


@dataclass(frozen=True, slots=True)
class _Said:
    """What one message told."""

    objects: tuple[tuple[str, str], ...] = ()
    """Bucket and key of new logs."""
    event: bytes = b""
    """An event itself."""
    identity: str = ""
    """Of the event."""


class QueueTrail:
    def __init__(self, clients: AwsClients, address: str, *, bucket: str | None = None) -> None:
        """Whoever may write to the queue names buckets: with `bucket`, no other is read."""
        self._clients = clients
        self._address = address
        self._bucket = bucket
        self._region = region_of(address) or clients.settings.home

    @property
    def name(self) -> str:
        return self._address

    def deliveries(self, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        for _ in range(MOST_CALLS):
            messages = self._received()
            if not messages:
                return
            yield self._delivery(messages, keeper, now)

    def _delivery(self, messages: Sequence[Mapping[str, Any]], keeper: TrailKeeper, now: datetime) -> Delivery:
        understood, passed_over, logs, gaps = [], [], dict[str, Log](), list[Gap]()
        for message in messages:
            try:
                said = self._said(str(message.get("Body", "")))
            except InputError as error:
                passed_over.append(error.diagnostics())
                continue
            understood.append(message)
            for each in self._logs(said, keeper, now):
                if isinstance(each, Gap):
                    gaps.append(each)
                else:
                    logs[each.name] = each
        return Delivery(
            tuple(logs.values()),
            gaps=tuple(gaps),
            forget=Forgetting(now - KNOWN_FOR),
            passed_over=tuple(passed_over),
            done=lambda: self._delete(understood),
        )

    def _logs(self, said: _Said, keeper: TrailKeeper, now: datetime) -> Iterator[Log | Gap]:
        names = [f"s3://{bucket}/{key}" for bucket, key in said.objects] + ([said.identity] if said.event else [])
        known = keeper.logs_read(self.name, names)
        if said.event and said.identity not in known:
            yield Log(said.identity, said.event, now)
        for (bucket, key), name in zip(said.objects, names, strict=False):
            told = log_name(key)
            if told is None or name in known:
                continue
            data = self._fetch(bucket, key)
            # Known for as long as the message may come again, however old the log is.
            yield Log(name, data, now, told.place) if data is not None else lost(told.place, told.hour, name)

    def _said(self, body: str) -> _Said:
        """`InputError` where it is nothing that is understood."""
        document = _parsed(body)
        inner = document.get("Message")
        if isinstance(inner, str) and "eventName" not in document:
            document = _parsed(inner)
        if document.get("Event") == "s3:TestEvent":
            return _Said()  # S3 sends it once, when notifications are set up
        objects = tuple(_objects(document))
        if objects:
            self._expect_own(objects)
            return _Said(tuple(each for each in objects if not is_digest(each[1])))
        events = read_records(orjson.dumps(document), "a message")
        identity = events[0].get("eventID") if len(events) == 1 and isinstance(events[0], dict) else None
        if not isinstance(identity, str):
            raise InputError("a message is neither a notification of a new log nor an event of CloudTrail")
        return _Said(event=orjson.dumps({"Records": events}), identity=f"event {identity[:128]}")

    def _expect_own(self, objects: Sequence[tuple[str, str]]) -> None:
        stranger = next((bucket for bucket, _ in objects if self._bucket not in (None, bucket)), None)
        if stranger is not None:
            raise InputError(f"a message names the bucket {stranger!r}, which is not cloudtrail.bucket")

    def _received(self) -> list[dict[str, Any]]:
        try:
            answer = self._client().receive_message(
                QueueUrl=self._address, MaxNumberOfMessages=A_CALL, WaitTimeSeconds=WAITS
            )
        except client_errors() as error:
            raise translate(error, RECEIVES) from error
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _delete(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """What is not deleted comes again, and is known then."""
        if not messages:
            return
        entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)]
        try:
            self._client().delete_message_batch(QueueUrl=self._address, Entries=entries)
        except client_errors() as error:
            raise translate(error, DELETES) from error

    def _fetch(self, bucket: str, key: str) -> bytes | None:
        s3 = self._clients.client("s3", self._clients.settings.home)
        try:
            with s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
                data: bytes = body.read(MOST_BYTES + 1)
                return data
        except client_errors() as error:
            if error_code(error) in ABSENT:
                return None
            raise translate(error, GETS) from error

    def _client(self) -> Any:
        return self._clients.client("sqs", self._region)


def region_of(address: str) -> str:
    """Of a queue; empty where its address does not say."""
    found = _REGION.search(urlsplit(address).netloc)
    return found["region"] if found else ""


def _objects(document: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Bucket and key of every object that it says to be new."""
    detail, records, keys = document.get("detail"), document.get("Records"), document.get("s3ObjectKey")
    if isinstance(keys, list) and isinstance(document.get("s3Bucket"), str):
        yield from ((document["s3Bucket"], key) for key in keys if isinstance(key, str))
    if isinstance(detail, dict) and (named := _named(detail)):
        yield named
    for each in records if isinstance(records, list) else ():
        s3 = each.get("s3") if isinstance(each, dict) else None
        if isinstance(s3, dict) and (named := _named(s3)):
            # In S3's own notifications keys are encoded as in an address (Amazon S3 User Guide, *Event message
            # structure*); in EventBridge's they are not.
            yield named[0], unquote_plus(named[1])


def _named(document: Mapping[str, Json]) -> tuple[str, str] | None:
    bucket, item = document.get("bucket"), document.get("object")
    if not isinstance(bucket, dict) or not isinstance(item, dict):
        return None
    name, key = bucket.get("name"), item.get("key")
    return (name, key) if isinstance(name, str) and isinstance(key, str) else None


def _parsed(text: str) -> Mapping[str, Json]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"a message is not JSON ({error.msg})") from error
    if not isinstance(document, dict):
        raise InputError("a message is no object")
    return document
