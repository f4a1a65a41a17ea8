"""What is known of one request under the names of condition keys; asked by conditions and variables.

Beside what the context says, some keys follow from the caller and the resource ("AWS global condition context keys",
"Principal key values").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from setpoint.compare.identity.aws.request import Caller, CallerKind, Request

_TYPES: Final = {
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.ROOT: "Account",
    CallerKind.ANONYMOUS: "Anonymous",
}
_TAG: Final = "aws:principaltag/"

Known = tuple[str, ...] | None
"""The values of a key: none where it is absent, None where nobody knows."""


class Facts:
    """Of one request."""

    __slots__ = ("action", "caller", "complete", "request", "resource", "values")

    def __init__(self, request: Request, *, any_resource: bool = False) -> None:
        self.request = request
        self.caller = request.caller
        self.action = request.action.lower()
        self.resource = None if any_resource else request.resource
        """None while it is open which resource is meant."""
        self.values = request.context.values
        self.complete = request.context.complete

    def known(self, key: str) -> Known:
        """`key` is in lower case."""
        values = self.values.get(key)
        if values is None:
            values = self._derived(key)
        return () if values is None and self.complete else values

    def _derived(self, key: str) -> Known:
        if key.startswith(_TAG):
            return _tag(self.caller.tags, key[len(_TAG) :])
        if key == "aws:resourceaccount":
            return (self.request.resource_account,) if self.request.resource_account else None
        if key == "aws:resourceorgid":
            return _organisation(self.caller) if self.request.resource_account == self.caller.account else None
        derive = _BY_CALLER.get(key)
        return derive(self.caller) if derive else None


def _tag(tags: Mapping[str, str], name: str) -> Known:
    return next(((value,) for key, value in tags.items() if key.lower() == name), None)


def _principal_arn(caller: Caller) -> Known:
    """Of a session of a role it is the role's."""
    return (caller.role_arn or caller.arn,) if caller.is_of_account else ()


def _principal_account(caller: Caller) -> Known:
    if caller.kind is CallerKind.ANONYMOUS:
        return ("anonymous",)
    return (caller.account,) if caller.is_of_account else None


def _principal_type(caller: Caller) -> Known:
    if caller.is_federated_user:
        return ("FederatedUser",)
    name = _TYPES.get(caller.kind)
    return (name,) if name else None


def _user_name(caller: Caller) -> Known:
    return (caller.arn.rpartition("/")[2],) if caller.kind is CallerKind.USER else ()


def _is_service(caller: Caller) -> Known:
    if caller.kind is CallerKind.SERVICE:
        return ("true",)
    return ("false",) if caller.is_of_account else ()


def _service_name(caller: Caller) -> Known:
    return (caller.arn,) if caller.kind is CallerKind.SERVICE else ()


def _organisation(caller: Caller) -> Known:
    return (caller.organisation,) if caller.organisation else None


_BY_CALLER: Final[Mapping[str, Callable[[Caller], Known]]] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "aws:principaltype": _principal_type,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:principalorgid": _organisation,
    "aws:username": _user_name,
    "kms:calleraccount": lambda caller: (caller.account,) if caller.account else None,
}
