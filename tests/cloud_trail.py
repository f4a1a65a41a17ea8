"""CloudTrail's event history on loopback: AWS JSON 1.1, as the AWS CloudTrail API Reference describes `LookupEvents`.

It stands in front of another endpoint and records, as events, what is done there to buckets, by whose access key it is
done; and it pages, throttles, delays and fails as it is told to.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.loopback import StandIn, serving_by

ACCOUNT = "123456789012"
REGION = "eu-west-1"

IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/Setpoint/pod-1</Arn><UserId>AROATEST:pod-1</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

MANY = 50
"""Events of a page, at most."""

KEYS = frozenset(
    {"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
)


class FailureError(Exception):
    """What the API answers instead."""


def assumed(role: str, session: str) -> dict[str, Any]:
    """The identity of a role's session."""
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "accountId": ACCOUNT, "userName": role}
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
    return {
        "type": "AssumedRole",
        "arn": arn,
        "accountId": ACCOUNT,
        "principalId": f"AROATEST:{session}",
        "sessionContext": {"sessionIssuer": issuer},
    }


def user(name: str) -> dict[str, Any]:
    return {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "accountId": ACCOUNT, "userName": name}


@dataclass
class CloudTrail:
    """What the endpoint serves; tests change it as they go."""

    behind: str = ""
    """The endpoint that everything else is handed on to."""
    principals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Access key → the identity whose it is."""
    anybody: Mapping[str, Any] = field(
        default_factory=lambda: {"type": "IAMUser", "arn": f"arn:aws:sts::{ACCOUNT}:user/moto"}
    )
    """Whose all other keys are."""
    delivers_after: float = 0.0
    """Seconds from a call to when its event can be looked up."""
    per_second: int = 0
    """More look-ups than these in a second are throttled; 0: none."""
    lookups: list[tuple[str, str, str]] = field(default_factory=list)
    """(region, name, token)"""
    _events: list[tuple[str, float, dict[str, Any]]] = field(default_factory=list)
    """(region, when it can be looked up, event)"""
    _failures: list[str] = field(default_factory=list)
    _always: str = ""
    _tokens: dict[str, tuple[Any, int]] = field(default_factory=dict)
    _at: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # What tests do

    def record(
        self,
        name: str,
        event: str,
        identity: Mapping[str, Any],
        *,
        at: float | None = None,
        region: str = REGION,
        **more: Any,
    ) -> str:
        """Something is done to what is called so; the id of the event."""
        now = time.time() if at is None else at
        content = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "eventSource": "s3.amazonaws.com",
            "eventName": event,
            "awsRegion": region,
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "[aws-cli/2.31.0]",
            "requestParameters": {"bucketName": name},
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            **more,
        }
        listed = {
            "EventId": content["eventID"],
            "EventName": event,
            "ReadOnly": str(content["readOnly"]).lower(),
            "EventTime": int(now),
            "EventSource": content["eventSource"],
            "Username": identity.get("userName", ""),
            "Resources": [{"ResourceType": "AWS::S3::Bucket", "ResourceName": name}],
            "CloudTrailEvent": json.dumps(content),
        }
        with self._lock:
            self._events.append((region, now + self.delivers_after, listed))
        return str(content["eventID"])

    def fail(self, code: str, *, times: int | None = None) -> None:
        """Answer so, the next few times or always."""
        if times is None:
            self._always = code
        else:
            self._failures.extend([code] * times)

    def deliver(self) -> None:
        """Everything that was done can be looked up now."""
        self.delivers_after = 0.0
        with self._lock:
            self._events = [(region, 0.0, listed) for region, _, listed in self._events]

    # What the API does

    def look_up(self, region: str, asked: Mapping[str, Any]) -> Any:
        with self._lock:
            self._refuse()
            attributes = asked.get("LookupAttributes", [])
            if len(attributes) > 1 or any(each["AttributeKey"] not in KEYS for each in attributes):
                raise FailureError("InvalidLookupAttributesException")
            many = asked.get("MaxResults", MANY)
            if not 1 <= many <= MANY:
                raise FailureError("InvalidMaxResultsException")
            since, until = asked.get("StartTime", 0.0), asked.get("EndTime", time.time())
            if since > until:
                raise FailureError("InvalidTimeRangeException")
            name = attributes[0]["AttributeValue"] if attributes else ""
            self.lookups.append((region, name, asked.get("NextToken", "")))
            start = self._start(asked)
            found = sorted(self._found(region, name, since, until), key=lambda each: -each["EventTime"])
            page = {"Events": found[start : start + many]}
            return page if len(found) <= start + many else {**page, "NextToken": self._token(asked, start + many)}

    def _refuse(self) -> None:
        now = time.monotonic()
        self._at = [each for each in self._at if now - each < 1.0] + [now]
        if self.per_second and len(self._at) > self.per_second:
            raise FailureError("ThrottlingException")
        code = self._failures.pop(0) if self._failures else self._always
        if code:
            raise FailureError(code)

    def _found(self, region: str, name: str, since: float, until: float) -> Iterator[dict[str, Any]]:
        for place, visible, listed in self._events:
            named = not name or any(each["ResourceName"] == name for each in listed["Resources"])
            if place == region and named and visible <= time.time() and int(since) <= listed["EventTime"] <= until:
                yield listed

    def _start(self, asked: Mapping[str, Any]) -> int:
        if "NextToken" not in asked:
            return 0
        of, start = self._tokens.get(asked["NextToken"], (None, 0))
        if of != {name: value for name, value in asked.items() if name != "NextToken"}:
            raise FailureError("InvalidNextTokenException")
        return start

    def _token(self, asked: Mapping[str, Any], start: int) -> str:
        token = str(uuid.uuid4())
        self._tokens[token] = ({name: value for name, value in asked.items() if name != "NextToken"}, start)
        return token

    def note_bucket(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """A setting of a bucket was changed behind this endpoint."""
        address = urlsplit(path)
        setting = next((name for name, value in parse_qsl(address.query, keep_blank_values=True) if not value), "")
        bucket, _, key = address.path.strip("/").partition("/")
        if method not in ("PUT", "DELETE") or key or not setting:
            return
        verb = {"PUT": "PutBucket", "DELETE": "DeleteBucket"}[method]
        signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", headers.get("Authorization", ""))
        access_key, region = (signed[1], signed[2]) if signed else ("", REGION)
        identity = self.principals.get(access_key, self.anybody)
        event = f"{verb}{setting[0].upper()}{setting[1:]}"
        self.record(bucket, event, identity, region=region, userAgent=f"[{headers.get('User-Agent', '')}]")


class _Handler(StandIn):
    trail: ClassVar[CloudTrail]

    def answer(self, body: bytes) -> None:
        if self.headers.get("X-Amz-Target", "").endswith(".LookupEvents"):
            self._look_up(json.loads(body or b"{}"))
        elif self.trail.behind:
            status, content, kind = self.handed_on(self.trail.behind, body)
            if status < 300:
                self.trail.note_bucket(self.command, self.path, dict(self.headers))
            self.reply(status, content, kind)
        else:
            self.reply(200, IDENTITY.encode(), "text/xml")

    def _look_up(self, asked: Mapping[str, Any]) -> None:
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        try:
            status, answer = 200, self.trail.look_up(scope[1] if scope else "", asked)
        except FailureError as failure:
            status, answer = 400, {"__type": str(failure), "message": str(failure)}
        self.reply(status, json.dumps(answer).encode(), "application/x-amz-json-1.1")


def serving(trail: CloudTrail) -> AbstractContextManager[str]:
    """The endpoint behind a real socket, for as long as the block lasts; its address."""
    return serving_by(type("Handler", (_Handler,), {"trail": trail}))
