"""Puts together what answers questions about identities: AWS's catalogue of actions, and the policies of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.aws import AwsClients
from setpoint.compare.identity.aws.catalogue import Catalogue
from setpoint.compare.identity.aws.evaluation import (
    GUARDED_BY_THEMSELVES,
    Answer,
    Evaluation,
    Policies,
    evaluate,
)
from setpoint.compare.identity.aws.request import Caller, CallerKind, Request
from setpoint.errors import InputError, NotFoundError
from setpoint.files import parse_json, read_bytes
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.managed import known_policy
from setpoint.model.canonical import Json
from setpoint.model.escalation import EscalationReport
from setpoint.model.iam import NamedPolicy
from setpoint.model.iam_account import IamAccount, IamRole, IamUser
from setpoint.model.iam_account_reading import read_account
from setpoint.settings import Settings

MAX_EXPORT_BYTES: Final = 256 * 1024 * 1024
"""Of an export: several times that of an account at IAM's quotas of users, groups, roles and policies."""


def find_catalogue() -> Catalogue | None:
    """None where the library for it is not installed."""
    try:
        return IamDataCatalogue()
    except InputError:
        return None


def account_of_export(path: Path) -> IamAccount:
    """Of the file that `aws iam get-account-authorization-details` wrote."""
    return read_account(_json(path), str(path), known_policy)


def account_within(account: IamAccount, organisation: Path) -> IamAccount:
    """Under the policies of the organisation that a file has for it."""
    from setpoint.intent.iam.organisation import within_organisation

    return within_organisation(account, _json(organisation), str(organisation))


def _json(path: Path) -> Json:
    return parse_json(read_bytes(path, limit=MAX_EXPORT_BYTES), str(path))


def evaluate_in(account: IamAccount, request: Request, given: Policies, unread: str = "") -> Evaluation:
    """By the policies of the account, and the ones `given` beside it, such as the resource's own.

    What of them is not known makes the answer conditional, and stands among what is missing; `unread` says why the
    resource's own is not.
    """
    holder = _holder(account, request.caller)
    request = replace(request, caller=_with_holder(request.caller, holder, account.organisation))
    policies = replace(
        given,
        identity=(*given.identity, *(account.identity_policies(holder) if holder else ())),
        resource=given.resource if given.resource is not None else _trust(account, request.resource),
        boundary=given.boundary or (account.boundary(holder) if holder else None),
        scps=given.scps if given.scps is not None else account.scps,
        rcps=given.rcps if given.rcps is not None or request.resource_account != account.id else account.rcps,
    )
    of_resource = [unread] if unread else _unknown_of_resource(request, policies)
    unknown = [*_unknown_of_holder(account, holder), *of_resource]
    return _unless_limited(_unless_unknown(evaluate(request, policies), unknown), account.unread)


def _holder(account: IamAccount, caller: Caller) -> IamUser | IamRole | None:
    """To whom the caller's policies are attached; None for a caller that needs none."""
    if caller.kind not in {CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION}:
        return None
    if caller.account != account.id:
        raise NotFoundError(f"{caller.arn} is not of the account {account.id}, whose policies were given")
    holders: Sequence[IamUser | IamRole] = (*account.users, *account.roles)
    if caller.kind is CallerKind.SESSION:
        # Its ARN has the name of the role or the user, without the path; a name is unique in its account.
        name = (caller.role_arn or caller.arn).rpartition("/")[2]
        holders = account.users if caller.is_federated_user else account.roles
        holder = next((each for each in holders if each.name == name), None)
    else:
        holder = next((each for each in holders if each.arn == caller.arn), None)
    if holder is None:
        raise NotFoundError(f"nobody in the account {account.id} is {caller.arn}")
    return holder


def _with_holder(caller: Caller, holder: IamUser | IamRole | None, organisation: str) -> Caller:
    """As the account knows it: with its tags and its organisation, and of a session the role's path."""
    if holder is None:
        return caller
    role_arn = holder.arn if caller.kind is CallerKind.SESSION and isinstance(holder, IamRole) else caller.role_arn
    organisation = caller.organisation or organisation
    return replace(caller, role_arn=role_arn, tags={**holder.tags, **caller.tags}, organisation=organisation)


def _trust(account: IamAccount, resource: str) -> tuple[NamedPolicy, ...] | None:
    return next(((role.trust_policy,) for role in account.roles if role.arn == resource), None)


def _unknown_of_holder(account: IamAccount, holder: IamUser | IamRole | None) -> list[str]:
    if holder is None:
        return []
    unknown = list(account.unknown_policies(holder))
    return [*unknown, holder.boundary] if holder.boundary and account.boundary(holder) is None else unknown


def _unknown_of_resource(request: Request, policies: Policies) -> list[str]:
    """Where access hangs on the resource's own policy: another account's resources, keys and roles."""
    own_needed = request.action.lower().startswith(GUARDED_BY_THEMSELVES) and request.resource != "*"
    foreign = request.caller.account != request.resource_account
    return [f"policy of {request.resource}"] if policies.resource is None and (own_needed or foreign) else []


def _unless_unknown(evaluation: Evaluation, unknown: list[str]) -> Evaluation:
    """A policy that nobody knows may allow, and may deny; it cannot take back a denial."""
    if not unknown or evaluation.answer is Answer.EXPLICIT_DENY:
        return evaluation
    return replace(evaluation, answer=Answer.CONDITIONAL, missing=(*evaluation.missing, *unknown))


def _unless_limited(evaluation: Evaluation, unread: Sequence[str]) -> Evaluation:
    """What the organisation says may take away what is allowed, and cannot allow anything."""
    if not unread or evaluation.answer not in {Answer.ALLOWED, Answer.CONDITIONAL}:
        return evaluation
    return replace(evaluation, answer=Answer.CONDITIONAL, missing=(*evaluation.missing, *unread))


def evaluate_live(settings: Settings, request: Request, given: Policies) -> Evaluation:
    """By the policies that AWS tells of the account and of the resource, and the ones `given` beside them."""
    from setpoint.observe.aws.authorization import read_live_account
    from setpoint.observe.aws.resource_policies import read_resource_policies
    from setpoint.wiring.intent import clients_by_account

    clients = AwsClients(settings.aws)
    account = read_live_account(clients, known_policy)
    if given.resource is not None:
        return evaluate_in(account, request, given)
    owner = request.resource_account
    owning = clients_by_account(clients, settings.aws.accounts).get(owner, clients)
    found = read_resource_policies(owning, request.resource, owner)
    return evaluate_in(account, request, replace(given, resource=found.policies), found.unread)


def find_account_escalations(
    account: IamAccount, own_paths: Sequence[Path], resources: Path | None, goal: str
) -> EscalationReport:
    """By the shipped paths and those of `own_paths`; what exists beside IAM is unknown where no file tells."""
    from setpoint.compare.identity.escalation.search import find_escalations
    from setpoint.intent.iam.escalations import load_paths
    from setpoint.intent.iam.existing import read_existing

    existing = None if resources is None else read_existing(_json(resources), str(resources))
    return find_escalations(account, load_paths(own_paths), existing, IamDataCatalogue(), datetime.now(UTC), goal)


def live_account(settings: Settings) -> IamAccount:
    """As AWS tells it of the credentials in use."""
    from setpoint.observe.aws.authorization import read_live_account

    return read_live_account(AwsClients(settings.aws), known_policy)
