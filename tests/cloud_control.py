"""A Cloud Control of our own on loopback: AWS JSON 1.0, as the AWS Cloud Control API Reference describes it.

It holds resources by region and type, pages its listings, asks for what a listing needs, and fails, throttles and
delays as it is told to. Whatever else is asked of it is handed on to another endpoint, where there is one.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs

from tests.loopback import StandIn, serving_by

ACCOUNT = "123456789012"

IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/test</Arn><UserId>AIDATEST</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"

VPCS = f"""<DescribeVpcsResponse xmlns="{EC2}"><requestId>1</requestId><vpcSet>
<item><vpcId>vpc-default</vpcId><isDefault>true</isDefault></item></vpcSet></DescribeVpcsResponse>"""

REFUSED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors><RequestID>1</RequestID></Response>"
)

CLIENT_ERRORS = {"ThrottlingException": 429, "AccessDeniedException": 403}
"""HTTP status by error; of errors of handlers and of the service itself it is 500 or 502, of all others 400."""

SERVER_ERRORS = {
    "HandlerInternalFailureException": 502,
    "NetworkFailureException": 502,
    "ServiceInternalErrorException": 502,
}


class FailureError(Exception):
    """What the API answers instead."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code

    @property
    def status(self) -> int:
        return CLIENT_ERRORS.get(self.code) or SERVER_ERRORS.get(self.code, 400)


@dataclass
class Request:
    """An update that is under way."""

    token: str
    type: str
    identifier: str
    region: str
    patch: list[Any]
    polls: int
    """How often it is still to be found under way."""
    error: str = ""
    status: str = "IN_PROGRESS"


@dataclass
class CloudControl:
    """What the endpoint serves; tests change it as they go."""

    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Type → what a listing has to be given."""
    page: int = 20
    polls: int = 1
    """How often a new update is found under way before it is done."""
    fails_update: str = ""
    """The error in which updates end."""
    offered: bool = True
    describes: bool = True
    """Whether EC2 answers, too: there is a default VPC, and nothing else."""
    behind: str = ""
    """The endpoint that everything else is handed on to."""
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """(operation, region, type)"""
    patches: list[Any] = field(default_factory=list)
    _resources: defaultdict[tuple[str, str], dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    _failures: defaultdict[tuple[str, str], deque[FailureError]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[tuple[str, str], FailureError] = field(default_factory=dict)
    _requests: dict[str, Request] = field(default_factory=dict)
    _by_client_token: dict[str, Request] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # What tests do

    def put(self, region: str, type_name: str, identifier: str, model: Mapping[str, Any]) -> None:
        self._resources[region, type_name][identifier] = json.loads(json.dumps(model))

    def drop(self, region: str, type_name: str, identifier: str) -> None:
        del self._resources[region, type_name][identifier]

    def model(self, region: str, type_name: str, identifier: str) -> Any:
        return self._resources[region, type_name][identifier]

    def fail(self, operation: str, type_name: str, code: str, message: str = "", *, times: int | None = None) -> None:
        """Answer so, the next few times or always."""
        failure = FailureError(code, message)
        if times is None:
            self._always[operation, type_name] = failure
        else:
            self._failures[operation, type_name].extend([failure] * times)

    def heal(self) -> None:
        self._always.clear()
        self._failures.clear()

    def tally(self) -> Counter[str]:
        """Calls by operation."""
        return Counter(operation for operation, _, _ in self.calls)

    # What the API does

    def answer(self, operation: str, region: str, asked: Mapping[str, Any]) -> Any:
        type_name = asked.get("TypeName", "")
        with self._lock:
            self.calls.append((operation, region, type_name))
            waiting = self._failures[operation, type_name]
            failure = waiting.popleft() if waiting else self._always.get((operation, type_name))
            if failure is not None:
                raise failure
            operations: Mapping[str, Callable[[str, Mapping[str, Any]], Any]] = {
                "ListResources": self._list,
                "GetResource": self._get,
                "UpdateResource": self._update,
                "GetResourceRequestStatus": self._status,
            }
            if operation not in operations:
                raise FailureError("UnknownOperationException")
            return operations[operation](region, asked)

    def _list(self, region: str, asked: Mapping[str, Any]) -> Any:
        type_name, model = asked["TypeName"], json.loads(asked.get("ResourceModel", "{}"))
        lacking = [name for name in self.needs.get(type_name, ()) if name not in model]
        if lacking:
            raise FailureError("InvalidRequestException", f"Missing or invalid ResourceModel property in {lacking}")
        found = [
            identifier
            for identifier, properties in self._resources[region, type_name].items()
            if all(value in (properties.get(name), *identifier.split("|")) for name, value in model.items())
        ]
        start = int(asked.get("NextToken", "0"))
        page = found[start : start + self.page]
        # As many handlers do: nothing but what identifies the resource.
        descriptions = [{"Identifier": each, "Properties": "{}"} for each in page]
        more = {"NextToken": str(start + self.page)} if start + self.page < len(found) else {}
        return {"TypeName": type_name, "ResourceDescriptions": descriptions, **more}

    def _get(self, region: str, asked: Mapping[str, Any]) -> Any:
        type_name, identifier = asked["TypeName"], asked["Identifier"]
        description = {"Identifier": identifier, "Properties": json.dumps(self._found(region, type_name, identifier))}
        return {"TypeName": type_name, "ResourceDescription": description}

    def _update(self, region: str, asked: Mapping[str, Any]) -> Any:
        known = self._by_client_token.get(asked["ClientToken"])
        patch = json.loads(asked["PatchDocument"])
        if known is not None:
            if known.patch != patch:
                raise FailureError("ClientTokenConflictException")
            return {"ProgressEvent": self._event(known)}
        type_name, identifier = asked["TypeName"], asked["Identifier"]
        self._found(region, type_name, identifier)
        if any(each.identifier == identifier and each.status == "IN_PROGRESS" for each in self._requests.values()):
            raise FailureError("ConcurrentOperationException")
        token = f"00000000-0000-0000-0000-{next(self._numbers):012}"
        request = Request(token, type_name, identifier, region, patch, self.polls, self.fails_update)
        self._requests[token] = self._by_client_token[asked["ClientToken"]] = request
        self.patches.append(patch)
        return {"ProgressEvent": self._event(request)}

    def _status(self, _region: str, asked: Mapping[str, Any]) -> Any:
        request = self._requests.get(asked["RequestToken"])
        if request is None:
            raise FailureError("RequestTokenNotFoundException")
        self._go_on(request)
        return {"ProgressEvent": self._event(request)}

    def _go_on(self, request: Request) -> None:
        if request.status != "IN_PROGRESS":
            return
        if request.polls > 0:
            request.polls -= 1
        elif request.error:
            request.status = "FAILED"
        else:
            request.status = "SUCCESS"
            apply(self._found(request.region, request.type, request.identifier), request.patch)

    def finish(self) -> None:
        """Every update that is under way ends."""
        with self._lock:
            for request in self._requests.values():
                request.polls = 0
                self._go_on(request)

    def _event(self, request: Request) -> Any:
        failed = (
            {"ErrorCode": request.error, "StatusMessage": "the handler says so."} if request.status == "FAILED" else {}
        )
        return {
            "TypeName": request.type,
            "Identifier": request.identifier,
            "RequestToken": request.token,
            "Operation": "UPDATE",
            "OperationStatus": request.status,
            "EventTime": 1.78e9,
            **failed,
        }

    def _found(self, region: str, type_name: str, identifier: str) -> Any:
        found = self._resources[region, type_name].get(identifier)
        if found is None:
            raise FailureError("ResourceNotFoundException", f"Resource of type '{type_name}' was not found")
        return found


def apply(document: Any, patch: list[Any]) -> None:
    """The operations of RFC 6902 that change something; a path that is not there is refused."""
    for operation in patch:
        *steps, last = [each.replace("~1", "/").replace("~0", "~") for each in operation["path"].split("/")[1:]]
        target = document
        for step in steps:
            target = target[step]
        if operation["op"] in ("remove", "replace") and last not in target:
            raise FailureError("InvalidRequestException", f"no such path: {operation['path']}")
        if operation["op"] == "remove":
            del target[last]
        else:
            target[last] = operation["value"]


class _Handler(StandIn):
    cloud: ClassVar[CloudControl]

    def answer(self, body: bytes) -> None:
        service, _, operation = self.headers.get("X-Amz-Target", "").partition(".")
        if service == "CloudApiService":
            self._cloud_control(operation, json.loads(body or b"{}"))
        elif self.cloud.behind:
            self.reply(*self.handed_on(self.cloud.behind, body))
        else:
            self._query(parse_qs(body.decode()).get("Action", [""])[0])

    def _query(self, action: str) -> None:
        """STS and EC2, in the AWS query protocol."""
        if action == "GetCallerIdentity":
            self.reply(200, IDENTITY.encode(), "text/xml")
        elif self.cloud.describes:
            nothing = f'<{action}Response xmlns="{EC2}"><requestId>1</requestId></{action}Response>'
            self.reply(200, (VPCS if action == "DescribeVpcs" else nothing).encode(), "text/xml")
        else:
            self.reply(403, REFUSED.encode(), "text/xml")

    def _cloud_control(self, operation: str, asked: Mapping[str, Any]) -> None:
        if not self.cloud.offered:
            self.reply(500, b"<html>Internal Server Error</html>", "text/html")
            return
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        region = scope[1] if scope else ""
        try:
            status, answer = 200, self.cloud.answer(operation, region, asked)
        except FailureError as failure:
            status, answer = failure.status, {"__type": failure.code, "message": str(failure)}
        self.reply(status, json.dumps(answer).encode(), "application/x-amz-json-1.0")


def serving(cloud: CloudControl) -> AbstractContextManager[str]:
    """The endpoint behind a real socket, for as long as the block lasts; its address."""
    return serving_by(type("Handler", (_Handler,), {"cloud": cloud}))
