"""The one door to AWS: clients with sane limits, and botocore's exceptions in our own words.

Readers (`observe/aws`), actions (`act/revert`) and the stack resolver (`intent/cloudformation`) get their clients here.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from setpoint.budget import CallBudget
from setpoint.errors import CouldNotTellError, Error, InputError, TemporaryError
from setpoint.roles import AssumedRole, assumed_session
from setpoint.telemetry import AWS_CALLS, AWS_DURATION, SILENT, Telemetry

DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "UnauthorizedAccess",
        "403",
        "Forbidden",
    }
)
"""Error codes that mean *you may not*; what is behind them may well exist."""

THROTTLED: Final = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded",
        "PriorRequestNotComplete", "ProvisionedThroughputExceededException", "LimitExceededException",
        "EC2ThrottledException",
    }
)  # fmt: skip
"""botocore's own list (`botocore.retries.standard.ThrottledRetryableChecker`)."""

BUSY: Final = frozenset(
    {
        "ConcurrentModification", "ConcurrentModificationException", "ConcurrentOperationException",
        "ConflictException", "DependencyTimeoutException", "EntityTemporarilyUnmodifiable", "InvalidDBInstanceState",
        "NotStabilizedException", "OperationAborted", "RequestTimeout", "RequestTimeoutException",
        "ResourceConflictException", "ServiceFailure", "TransactionInProgressException",
    }
)  # fmt: skip
"""Error codes that mean *not now*: another change is under way, or the service itself waited in vain (the services' API
references, pages *Common errors* and *Errors* of the actions used here)."""

NOT_OFFERED: Final = "SetpointServiceNotOffered"
"""Our own error code: an endpoint that stands in for AWS does not know the service."""

UNKNOWN_TO_STAND_INS: Final = {
    "cloudcontrol": "",
    "cloudtrail": ".cloudtrail.LookupEvents",
    "ecs": ".ecs.ListClusters",
    "lambda": ".lambda.ListFunctions",
}
"""Services that an endpoint other than AWS's may well lack → of which answers, by the name of botocore's event."""

TIGHT: Final = ".LookupEvents"
"""How botocore's events of a call end whose limit of two a second, which an account has with everybody in it, is so far
below all others that to reach it says nothing of them (AWS CloudTrail API Reference, LookupEvents)."""

_BEGAN: Final = "setpoint_began"
"""In a call's context, which botocore hands from its first event to its last."""

STALE_CREDENTIALS: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException"}
)
"""Error codes that mean *I do not know you*."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """How AWS is reached; credentials come from boto3's own chain, never from Setpoint's configuration."""

    regions: tuple[str, ...]
    """Without any, AWS is not asked for anything."""
    endpoint_url: str | None = None
    profile: str | None = None
    timeout: float = 20.0
    """Seconds, for connecting and for each read."""
    attempts: int = 5
    """How often one call is tried in all."""
    pool: int = 16
    """How many calls may be under way at once: enough for 200 a second, each of which takes 80 ms."""
    calls_per_second: float = 200.0
    """The most that all of them together come to."""

    accounts: tuple[AssumedRole, ...] = ()
    """Other accounts that are read, each by a role in it."""

    @property
    def home(self) -> str:
        """The region in which what has none is asked for."""
        if not self.regions:
            raise InputError("no region is named", where="aws.regions", remedy="name at least one, such as eu-west-1")
        return self.regions[0]


class AwsClients:
    """Makes each client once; boto3's clients may be shared by threads, its sessions may not, hence the lock."""

    def __init__(self, settings: AwsSettings, session: Any = None, telemetry: Telemetry = SILENT) -> None:
        """`session` is a boto3 session to share; without one, it is made from the settings when it is first needed."""
        self.settings = settings
        self.budget = CallBudget(settings.calls_per_second)
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self._caller: str | None = None
        self._assumed: tuple[AwsClients, AssumedRole] | None = None

    def assuming(self, role: AssumedRole) -> AwsClients:
        """Clients of the account that the role is in, on the same budget."""
        clients = AwsClients(self.settings, telemetry=self._telemetry)
        clients.budget = self.budget
        clients._assumed = (self, role)
        clients._caller = role.arn
        return clients

    def client(self, service: str, region: str) -> Any:
        """The boto3 client of `service` in `region` (for a global service, any region of the partition)."""
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._make(service, region)
            return self._clients[key]

    def identity(self) -> tuple[str, str]:
        """(partition, account id) of the credentials in use; `CouldNotTellError` when AWS does not say."""
        _, partition, _, _, account, *_ = self.caller().split(":")
        return partition, account

    def caller(self) -> str:
        """The ARN of the credentials in use, or of the role that they are to be of; raises as `identity` does."""
        if self._caller is None:
            try:
                self._caller = str(self.client("sts", self.settings.home).get_caller_identity()["Arn"])
            except client_errors() as error:
                raise translate(error, "sts:GetCallerIdentity") from error
        return self._caller

    def _make(self, service: str, region: str) -> Any:
        boto3, config_class = _import_boto3()
        config = config_class(
            retries={"mode": "adaptive", "total_max_attempts": self.settings.attempts},
            connect_timeout=self.settings.timeout,
            read_timeout=self.settings.timeout,
            max_pool_connections=self.settings.pool,
            user_agent_extra="setpoint",
            s3={"addressing_style": "path"} if self.settings.endpoint_url else None,
        )
        # A malformed endpoint is a plain ValueError.
        failures: tuple[type[Exception], ...] = (*client_errors(), ValueError)
        try:
            if self._session is None:
                self._session = self._new_session(boto3)
            client = self._session.client(
                service, region_name=region, endpoint_url=self.settings.endpoint_url, config=config
            )
        except failures as error:
            raise InputError(
                f"a client of {service} in {region} cannot be made ({error})",
                remedy="check aws.regions, aws.profile and aws.endpoint_url",
            ) from error
        _keep_to_budget(client, self.budget)
        if self.settings.endpoint_url is not None and service in UNKNOWN_TO_STAND_INS:
            _notice_strangers(client, UNKNOWN_TO_STAND_INS[service])
        if self._telemetry is not SILENT:
            _measure_calls(client, self._telemetry)
        return client

    def _new_session(self, boto3: Any) -> Any:
        if self._assumed is None:
            return boto3.Session(profile_name=self.settings.profile)
        source, role = self._assumed
        return assumed_session(role, lambda: source.client("sts", self.settings.home))


def _keep_to_budget(client: Any, budget: CallBudget) -> None:
    """By botocore's events around every single try of a call (botocore, *Extensibility*)."""

    def wait(**_: Any) -> None:
        budget.take()

    def learn(parsed_response: Any, event_name: str, **_: Any) -> None:
        code = str((parsed_response or {}).get("Error", {}).get("Code", ""))
        if code in THROTTLED and not event_name.endswith(TIGHT):
            budget.throttled()

    client.meta.events.register_first("before-send", wait)
    client.meta.events.register_first("response-received", learn)


def _notice_strangers(client: Any, answers: str) -> None:
    """AWS answers with JSON, even where it fails; whoever answers otherwise will not know the service later either."""

    def notice(response_dict: Any, **_: Any) -> None:
        answer = response_dict or {}
        status = answer.get("status_code", 200)
        kind = str(answer.get("headers", {}).get("content-type", ""))
        if status == 501 or (status in (404, 500) and "json" not in kind):
            from botocore.exceptions import ClientError

            what = {"Code": NOT_OFFERED, "Message": "the endpoint does not know this service"}
            raise ClientError({"Error": what, "ResponseMetadata": {"HTTPStatusCode": 501}}, "")

    client.meta.events.register_first(f"response-received{answers}", notice)


def _measure_calls(client: Any, telemetry: Telemetry) -> None:
    """By botocore's own events, which tell of a call with all its tries as of one (botocore, *Extensibility*)."""

    def begin(context: dict[str, Any], **_: Any) -> None:
        context[_BEGAN] = time.monotonic()

    def end(context: dict[str, Any], event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:3]
        telemetry.count(AWS_CALLS, service=service, operation=operation)
        telemetry.measure(AWS_DURATION, time.monotonic() - context[_BEGAN], service=service, operation=operation)

    client.meta.events.register_first("before-call", begin)
    client.meta.events.register_last("after-call", end)
    client.meta.events.register_last("after-call-error", end)


def _import_boto3() -> tuple[Any, Any]:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise Error("reading AWS needs boto3", remedy="install it with: pip install 'setpoint[aws]'") from error
    return boto3, Config


def client_errors() -> tuple[type[Exception], ...]:
    """What a boto3 call may raise; the last one when something between answered, a proxy with a page of its own."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return ClientError, BotoCoreError, ResponseParserError


def error_code(error: BaseException) -> str:
    """AWS's error code (`NoSuchBucketPolicy`); botocore's class name where the call never got an answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else type(error).__name__


def error_message(error: BaseException) -> str:
    """What AWS says about it, in its own words; empty where the call never got an answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Message", "")) if isinstance(response, dict) else ""


def reason(error: BaseException, action: str) -> str:
    """Why a call gave no answer, in one clause that names the IAM action."""
    code, action = error_code(error), _asked(error, action)
    if code in DENIED:
        return f"{action} denied"
    if code in THROTTLED:
        return f"{action} throttled"
    if "Timeout" in code:
        return f"{action} timed out"
    return f"{action} failed ({code or type(error).__name__})"


def _asked(error: BaseException, action: str) -> str:
    """The IAM action that failed: before any call of an assumed role, that of assuming it."""
    return "sts:AssumeRole" if getattr(error, "operation_name", "") == "AssumeRole" else action


def may_pass(error: BaseException) -> bool:
    """Whether the same call may work later: throttled, busy, a failure on AWS's side, or no connection."""
    from botocore.exceptions import ConnectionError as NoConnectionError
    from botocore.exceptions import HTTPClientError
    from botocore.parsers import ResponseParserError

    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error_code(error) in THROTTLED | BUSY
    return isinstance(error, (NoConnectionError, HTTPClientError, ResponseParserError))


def remedy(error: BaseException, action: str) -> str:
    """What would do; empty where only the message of AWS can tell."""
    code, action = error_code(error), _asked(error, action)
    if code in DENIED:
        return f"allow {action} to the role in use"
    if code in STALE_CREDENTIALS:
        return "renew the credentials"
    if not hasattr(error, "response") and ("Credential" in code or "Token" in code):
        return "give credentials in one of the ways that boto3 knows: environment, profile or role"
    if not may_pass(error):
        return ""
    unreached = _unreached(error)
    return f"see whether {unreached} can be reached; it may work later" if unreached else "it may work later"


def _unreached(error: BaseException) -> str:
    """Who did not answer, without credentials or path; empty where somebody did."""
    url = urlsplit(str(getattr(error, "kwargs", {}).get("endpoint_url", "")))
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}" if url.netloc else ""


def translate(error: BaseException, action: str) -> CouldNotTellError:
    """A botocore exception as ours; keep the original as the cause."""
    kind = TemporaryError if may_pass(error) else CouldNotTellError
    return kind(reason(error, action), remedy=remedy(error, action))
