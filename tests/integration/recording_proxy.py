"""A proxy on loopback in front of moto that records every call as CloudTrail would, since moto writes no trail.

Any boto3 client that has it as its endpoint leaves one record a call, in files of a folder that are named as CloudTrail
names logs. What was called is found by botocore's own descriptions of the services. Who called is told by the access
key: those of sessions that were begun through the proxy are known, all others are given by `principals`.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

from tests.cloud_trail import ACCOUNT, REGION, assumed, user
from tests.loopback import StandIn, serving_by

READS: Final = re.compile(r"Get|List|Describe|Head|Lookup|Search|BatchGet|Query|Scan|AssumeRole|Decrypt")
COPIES: Final = frozenset({"CopyObject", "UploadPartCopy"})
"""Have the addresses of others, and a header."""

BEGINS: Final = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken"})

EVENT_NAMES: Final = {
    ("lambda", "CreateFunction"): "CreateFunction20150331",
    ("lambda", "UpdateFunctionCode"): "UpdateFunctionCode20150331v2",
    ("lambda", "UpdateFunctionConfiguration"): "UpdateFunctionConfiguration20150331v2",
    ("lambda", "DeleteFunction"): "DeleteFunction20150331",
    ("s3", "ListObjectsV2"): "ListObjects",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "DeletePublicAccessBlock"): "DeleteBucketPublicAccessBlock",
    ("s3", "PutBucketLifecycleConfiguration"): "PutBucketLifecycle",
    ("s3", "PutBucketNotificationConfiguration"): "PutBucketNotification",
}
"""What CloudTrail calls otherwise than the API does (Amazon S3 User Guide, *Amazon S3 CloudTrail events*; AWS Lambda
Developer Guide, *Logging Lambda API calls*)."""

SECRETS: Final = frozenset(
    {"password", "secretaccesskey", "sessiontoken", "secretstring", "plaintext", "masteruserpassword"}
)


@dataclass
class Recorder:
    """What the proxy serves, and what it recorded; tests read `records` or the files."""

    behind: str
    folder: Path | None = None
    """Where files are written to; none without."""
    account: str = ACCOUNT
    principals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Access key → the identity whose it is."""
    anybody: Mapping[str, Any] = field(default_factory=lambda: user("tester"))
    records: list[dict[str, Any]] = field(default_factory=list)
    now: datetime | None = None
    """When everything happens; none means when it does."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _delivered: int = 0

    def deliver(self) -> Path | None:
        """Write what was recorded since, as a log; its path, none where there is nothing."""
        assert self.folder is not None
        with self._lock:
            new, self._delivered = self.records[self._delivered :], len(self.records)
        if not new:
            return None
        at = self.now or datetime.now(UTC)
        name = f"{self.account}_CloudTrail_{REGION}_{at:%Y%m%dT%H%M}Z_{uuid.uuid4().hex[:16]}.json.gz"
        path = self.folder / "AWSLogs" / self.account / "CloudTrail" / REGION / f"{at:%Y/%m/%d}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps({"Records": new}).encode()))
        return path

    def note(self, call: Call, status: int, answer: bytes, headers: Mapping[str, str]) -> None:
        identity = dict(self.principals.get(call.access_key, self.anybody))
        if call.access_key:
            identity["accessKeyId"] = call.access_key
        error = _error(answer, headers) if status >= 300 else None
        response = _response(call, status, answer, headers) if not error else None
        if not error and call.operation in BEGINS and response:
            self._know_session(response)
        reads = READS.match(call.operation) is not None
        record = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": f"{self.now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": f"{call.source}.amazonaws.com",
            "eventName": EVENT_NAMES.get((call.service, call.operation), call.operation),
            "awsRegion": call.region,
            "sourceIPAddress": "127.0.0.1",
            "userAgent": f"[{call.agent}]",
            **({"errorCode": error[0], "errorMessage": error[1]} if error else {}),
            "requestParameters": _spelt(call, call.parameters) or None,
            # CloudTrail tells what came of a change, and of a new session, and nothing of what was read.
            "responseElements": _spelt(call, response) or None if not reads or call.operation in BEGINS else None,
            "requestID": str(uuid.uuid4()),
            "eventID": str(uuid.uuid4()),
            "readOnly": reads,
            "resources": call.resources(self.account),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        }
        with self._lock:
            self.records.append(record)

    def _know_session(self, response: Mapping[str, Any]) -> None:
        key = response.get("Credentials", {}).get("AccessKeyId")
        arn = response.get("AssumedRoleUser", {}).get("Arn", "")
        if key and arn:
            role, session = arn.split("/")[-2:]
            self.principals[key] = assumed(role, session)


@dataclass(frozen=True)
class Call:
    service: str
    """As botocore calls it."""
    source: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    access_key: str
    agent: str

    def resources(self, account: str) -> list[dict[str, str]] | None:
        bucket, role = self.parameters.get("Bucket"), self.parameters.get("RoleArn")
        if self.service == "s3" and bucket:
            key = self.parameters.get("Key")
            named = [(f"arn:aws:s3:::{bucket}/{key}", "AWS::S3::Object")] if key else []
            named.append((f"arn:aws:s3:::{bucket}", "AWS::S3::Bucket"))
        elif self.service == "sts" and role:
            named = [(role, "AWS::IAM::Role")]
        else:
            return None
        return [{"accountId": account, "type": kind, "ARN": arn} for arn, kind in named]


class _Handler(StandIn):
    recorder: ClassVar[Recorder]

    def answer(self, body: bytes) -> None:
        call = _called(self.command, self.path, dict(self.headers), body)
        status, answer, headers = self._handed_on(body)
        if call is not None:
            self.recorder.note(call, status, answer, headers)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(answer))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    def _handed_on(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """With all headers, in which S3 tells a part of what it says."""
        from http.client import HTTPConnection

        connection = HTTPConnection(urlsplit(self.recorder.behind).netloc, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.read(), dict(response.headers)
        finally:
            connection.close()


@contextmanager
def recording(recorder: Recorder) -> Iterator[str]:
    """The proxy behind a real socket, for as long as the block lasts; its address."""
    with serving_by(type("Handler", (_Handler,), {"recorder": recorder})) as url:
        yield url


# What was called


def _called(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | None:
    """None for what is no call of a service."""
    signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", headers.get("Authorization", ""))
    if signed is None:
        return None
    key, region, signing = signed.groups()
    found = _operation(signing, method, path, headers, body)
    if found is None:
        return None
    service, operation, parameters = found
    return Call(service, signing, operation, parameters, region, key, headers.get("User-Agent", ""))


def _operation(
    signing: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, str, dict[str, Any]] | None:
    target = headers.get("X-Amz-Target")
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)) if b"Action=" in body else {}
    for service in _services(signing):
        if target:
            return service, target.rpartition(".")[2], json.loads(body or b"{}")
        if form.get("Action"):
            return service, form["Action"], _unflattened(form)
        if found := _by_address(service, method, path, headers, body):
            return service, *found
    return None


@cache
def _services(signing: str) -> tuple[str, ...]:
    """Those that sign their calls so, the one of that name first."""
    session = _session()
    named = [signing] if signing in session.get_available_services() else []
    others = (
        each for each in session.get_available_services() if each != signing and _model(each).signing_name == signing
    )
    return (*named, *(() if named else others))


@cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


@cache
def _model(service: str) -> Any:
    return _session().get_service_model(service)


def _by_address(
    service: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]] | None:
    """The operation whose address fits best: that asks for most of what stands behind the question mark."""
    address = urlsplit(path)
    asked = dict(parse_qsl(address.query, keep_blank_values=True))
    best: tuple[int, str, dict[str, Any]] | None = None
    for operation, pattern, fixed, length in _addresses(service, method):
        found = pattern.fullmatch(address.path)
        if found is None or any(asked.get(name) != value for name, value in fixed.items()):
            continue
        if operation in COPIES and "x-amz-copy-source" not in map(str.lower, headers):
            continue
        score = 1000 * len(fixed) + length + (operation in COPIES)
        if best is None or score > best[0]:
            best = (score, operation, {name: unquote(value) for name, value in found.groupdict().items()})
    if best is None:
        return None
    content = _json(body) or _xml(body)
    return best[1], {**(content if isinstance(content, dict) else {}), **best[2]}


@cache
def _addresses(service: str, method: str) -> list[tuple[str, re.Pattern[str], dict[str, str], int]]:
    listed = []
    model = _model(service)
    for name in model.operation_names:
        http = model.operation_model(name).http
        if http.get("method") != method:
            continue
        path, _, query = http.get("requestUri", "/").partition("?")
        fixed = dict(parse_qsl(query, keep_blank_values=True))
        pattern = re.sub(r"\\\{(\w+)(\\\+)?\\\}", _group, re.escape(path.rstrip("/") or "/"))
        literal = re.sub(r"\{\w+\+?\}", "", path)
        listed.append((name, re.compile(pattern + "/?"), fixed, 10 * path.count("{") + len(literal)))
    return listed


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})"


# How CloudTrail spells what was asked and answered


def _spelt(call: Call, value: Any) -> Any:
    """Names begin in lower case, secrets are left out, and S3 speaks of `bucketName`."""
    if isinstance(value, Mapping):
        named = {"Bucket": "bucketName", "Key": "key"} if call.service == "s3" else {}
        return {
            named.get(name, name[:1].lower() + name[1:]): "HIDDEN_DUE_TO_SECURITY_REASONS"
            if name.lower() in SECRETS
            else _spelt(call, each)
            for name, each in value.items()
            if name not in {"Action", "Version", "ResponseMetadata"}
        }
    if isinstance(value, list):
        return [_spelt(call, each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _unflattened(form: Mapping[str, str]) -> dict[str, Any]:
    """Of the query protocol, what is no list as it is, and lists of texts."""
    plain: dict[str, Any] = {}
    for name, value in form.items():
        listed = re.fullmatch(r"(\w+)(?:\.member)?\.\d+", name)
        if listed:
            plain.setdefault(listed[1], []).append(value)
        else:
            plain[name] = value
    return plain


def _response(call: Call, status: int, answer: bytes, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
    from botocore.parsers import ResponseParserError, create_parser

    model = _model(call.service)
    if call.operation not in model.operation_names or call.operation in {"GetObject", "Invoke"}:
        return None
    parser = create_parser(model.metadata["protocol"])
    shape = model.operation_model(call.operation).output_shape
    given = {"status_code": status, "headers": {name.lower(): each for name, each in headers.items()}, "body": answer}
    try:
        parsed: Mapping[str, Any] = parser.parse(given, shape)
    except ResponseParserError:
        return None
    return parsed


def _error(answer: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    content = _json(answer)
    if isinstance(content, dict):
        code = str(content.get("__type") or headers.get("x-amzn-errortype") or content.get("code") or "Unknown")
        return code.rpartition("#")[2].partition(":")[0], str(content.get("message") or content.get("Message") or "")
    try:
        root = ElementTree.fromstring(answer)  # noqa: S314 (what moto answers to the tests)
    except ElementTree.ParseError:
        return "Unknown", ""
    texts = {each.tag.rpartition("}")[2]: each.text or "" for each in root.iter()}
    return texts.get("Code", "Unknown"), texts.get("Message", "")


def _xml(body: bytes) -> Any:
    """S3's settings, which CloudTrail tells under the name of the document."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (what the tests ask for)
    except ElementTree.ParseError:
        return None
    return {_plain_name(root): _element(root)}


def _element(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    members: dict[str, Any] = {}
    for child in element:
        name, value = _plain_name(child), _element(child)
        if name in members:
            before = members[name]
            members[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            members[name] = value
    return members


def _plain_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
