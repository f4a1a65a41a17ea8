"""Any other type, by AWS's generic API: one UpdateResource with the smallest patch, followed until it is done.

A request carries a token that follows from what it asks for. Made again, after a crash or an answer that was lost, it
is the same request, and the answer says how far it is (AWS Cloud Control API User Guide, "Ensuring resource operation
requests are unique when using Cloud Control API").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from setpoint.act.interface import ActionError
from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.patch import Operation, patch
from setpoint.errors import TemporaryError
from setpoint.model.canonical import Json, digest
from setpoint.model.handlers import Handlers, Verb
from setpoint.model.paths import split
from setpoint.model.remediation import Change
from setpoint.model.schema import ResourceSchema

SERVICE: Final = "cloudcontrol"

READ: Final = "cloudformation:GetResource"
UPDATE: Final = "cloudformation:UpdateResource"
FOLLOW: Final = "cloudformation:GetResourceRequestStatus"

UNDER_WAY: Final = frozenset({"PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"})

MAY_PASS: Final = frozenset(
    {
        *("GeneralServiceException", "InternalFailure", "NetworkFailure", "NotStabilized", "ResourceConflict"),
        *("ServiceInternalError", "ServiceLimitExceeded", "ServiceTimeout", "Throttling"),
    }
)
"""Errors of a handler after which the same may work later (AWS Cloud Control API Reference, ProgressEvent ErrorCode,
and CloudFormation CLI User Guide, "Handler error codes")."""

PAUSES: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two looks at a request. What takes longer is left to be verified, by looking at the entity itself."""

REPEATS: Final = 100
"""How often the same change can be asked for while tokens are remembered, 36 hours: more than the guard against fights
lets through."""


@dataclass(frozen=True, slots=True)
class Updates:
    """Changes entities through Cloud Control."""

    sleep: Callable[[float], None] = time.sleep

    def action(self, handlers: Handlers | None, schema: ResourceSchema | None) -> Action | None:
        """The action that sets every property of a type that can be set; None where there is no way to."""
        if handlers is None or schema is None or not {Verb.READ, Verb.UPDATE} <= handlers.permissions.keys():
            return None
        # What AWS never returns is not in the state that a patch starts from, and would be lost with it.
        fixed = schema.read_only | schema.create_only | {split(path)[0] for path in schema.write_only}
        needed = (*handlers.permissions[Verb.READ], *handlers.permissions[Verb.UPDATE])
        return Action(
            properties=tuple(
                path for path in schema.kinds if "." not in path and "[" not in path and path not in fixed
            ),
            permissions=tuple(dict.fromkeys((READ, UPDATE, FOLLOW, *needed))),
            apply=self._apply,
            by_path=True,
        )

    def _apply(self, target: Target, changes: Mapping[str, Change]) -> None:
        for repeat in range(REPEATS):
            # From what is there now: what was made already, at an earlier try, is not asked for again.
            operations = _left_to_do(target, changes)
            if not operations:
                return
            event = _begin(target, operations, repeat)
            if event["OperationStatus"] in UNDER_WAY:
                self._follow(target, event)
                return
            # An ended request answers to this token: it was about the same change, at an earlier time.
        raise TemporaryError("the same change was asked for too often", where=target.urn)

    def _follow(self, target: Target, event: Mapping[str, Any]) -> None:
        for pause in PAUSES:
            self.sleep(pause)
            with target.doing(FOLLOW):
                answer = target.client(SERVICE).get_resource_request_status(RequestToken=event["RequestToken"])
            event = answer["ProgressEvent"]
            if event["OperationStatus"] not in UNDER_WAY:
                _make_sure_of_success(target, event)
                return


def _left_to_do(target: Target, changes: Mapping[str, Change]) -> list[Operation]:
    with target.doing(READ):
        answer = target.client(SERVICE).get_resource(TypeName=target.urn.type, Identifier=target.identifier)
    properties: Mapping[str, Json] = orjson.loads(answer["ResourceDescription"]["Properties"])
    before = {name: properties.get(name) for name in changes}
    return patch(before, {name: change.after for name, change in changes.items()})


def _begin(target: Target, operations: Sequence[Operation], repeat: int) -> Mapping[str, Any]:
    with target.doing(UPDATE):
        answer = target.client(SERVICE).update_resource(
            TypeName=target.urn.type,
            Identifier=target.identifier,
            PatchDocument=orjson.dumps(operations).decode(),
            ClientToken=digest(target.urn, operations, repeat),
        )
    event: Mapping[str, Any] = answer["ProgressEvent"]
    return event


def _make_sure_of_success(target: Target, event: Mapping[str, Any]) -> None:
    if event["OperationStatus"] == "SUCCESS":
        return
    code = event.get("ErrorCode", event["OperationStatus"])
    message = str(event.get("StatusMessage", "")).rstrip(".")
    what = f"{UPDATE} failed ({code})" + (f": {message}" if message else "")
    if code in MAY_PASS:
        raise TemporaryError(what, where=target.urn, remedy="it may work later")
    raise ActionError(what, where=target.urn)
