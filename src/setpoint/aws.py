"""The one door to AWS: clients with sane limits, and botocore's exceptions in our own words.

Readers (`observe/aws`), actions (`act/revert`) and the stack resolver (`intent/cloudformation`) get their clients here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

from setpoint.errors import CouldNotTellError, Error, InputError, TemporaryError

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
        "ConcurrentModification", "ConcurrentModificationException", "ConflictException", "DependencyTimeoutException",
        "EntityTemporarilyUnmodifiable", "InvalidDBInstanceState", "OperationAborted", "RequestTimeout",
        "RequestTimeoutException", "ServiceFailure", "TransactionInProgressException",
    }
)  # fmt: skip
"""Error codes that mean *not now*: another change is under way, or the service itself waited in vain (the services' API
references, pages *Common errors* and *Errors* of the actions used here)."""

STALE_CREDENTIALS: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException"}
)
"""Error codes that mean *I do not know you*."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """How AWS is reached; credentials come from boto3's own chain, never from Setpoint's configuration."""

    regions: tuple[str, ...]
    endpoint_url: str | None = None
    profile: str | None = None
    timeout: float = 20.0
    """Seconds, for connecting and for each read."""
    attempts: int = 5
    """How often one call is tried in all."""
    pool: int = 8
    """How many calls may be under way at once."""

    def __post_init__(self) -> None:
        if not self.regions:
            raise InputError("no region is named", where="aws.regions", remedy="name at least one, such as eu-west-1")


class AwsClients:
    """Makes each client once; boto3's clients may be shared by threads, its sessions may not, hence the lock."""

    def __init__(self, settings: AwsSettings, session: Any = None) -> None:
        """`session` is a boto3 session to share; without one, it is made from the settings when it is first needed."""
        self.settings = settings
        self._lock = threading.Lock()
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self._identity: tuple[str, str] | None = None

    def client(self, service: str, region: str) -> Any:
        """The boto3 client of `service` in `region` (for a global service, any region of the partition)."""
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._make(service, region)
            return self._clients[key]

    def identity(self) -> tuple[str, str]:
        """(partition, account id) of the credentials in use; `CouldNotTellError` when AWS does not say."""
        if self._identity is None:
            try:
                arn = self.client("sts", self.settings.regions[0]).get_caller_identity()["Arn"]
            except client_errors() as error:
                raise translate(error, "sts:GetCallerIdentity") from error
            _, partition, _, _, account, *_ = arn.split(":")
            self._identity = (partition, account)
        return self._identity

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
                self._session = boto3.Session(profile_name=self.settings.profile)
            return self._session.client(
                service, region_name=region, endpoint_url=self.settings.endpoint_url, config=config
            )
        except failures as error:
            raise InputError(
                f"a client of {service} in {region} cannot be made ({error})",
                remedy="check aws.regions, aws.profile and aws.endpoint_url",
            ) from error


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
    code = error_code(error)
    if code in DENIED:
        return f"{action} denied"
    if code in THROTTLED:
        return f"{action} throttled"
    if "Timeout" in code:
        return f"{action} timed out"
    return f"{action} failed ({code or type(error).__name__})"


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
    code = error_code(error)
    if code in DENIED:
        return f"allow {action} to the role in use"
    if code in STALE_CREDENTIALS:
        return "renew the credentials"
    if not hasattr(error, "response") and ("Credential" in code or "Token" in code):
        return "give credentials in one of the ways that boto3 knows: environment, profile or role"
    return "it may work later" if may_pass(error) else ""


def translate(error: BaseException, action: str) -> CouldNotTellError:
    """A botocore exception as ours; keep the original as the cause."""
    kind = TemporaryError if may_pass(error) else CouldNotTellError
    return kind(reason(error, action), remedy=remedy(error, action))
