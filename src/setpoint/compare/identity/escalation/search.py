"""The search: every actor, every path, one graph, and for each principal the ways that lead it to the goal.

Called by `wiring.identity`. The goal is to be an administrator, or one principal that is named; whoever is an
administrator gets there, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from setpoint.compare.identity.aws.catalogue import Catalogue
from setpoint.compare.identity.escalation.actors import Actor, is_unlimited, untold
from setpoint.compare.identity.escalation.beside import Beside
from setpoint.compare.identity.escalation.circumstances import Circumstances
from setpoint.compare.identity.escalation.explaining import Explaining
from setpoint.compare.identity.escalation.graph import Ways
from setpoint.compare.identity.escalation.outside import outsiders
from setpoint.compare.identity.escalation.plans import plan
from setpoint.compare.identity.escalation.reaching import Reaching
from setpoint.compare.identity.escalation.states import State, States
from setpoint.compare.identity.escalation.telling import Telling
from setpoint.compare.identity.escalation.things import Things
from setpoint.compare.identity.escalation.world import World
from setpoint.errors import NotFoundError
from setpoint.model.escalation import Escalation, EscalationPath, EscalationReport, Existing, Standing
from setpoint.model.iam_account import IamAccount, IamRole


def find_escalations(
    account: IamAccount,
    paths: Sequence[EscalationPath],
    existing: Sequence[Existing] | None,
    catalogue: Catalogue,
    now: datetime,
    goal: str = "",
) -> EscalationReport:
    """Of every user and role of the account, and of whoever its trusts admit from outside.

    `existing` is None where nobody told what there is beside IAM. `NotFoundError` for a goal that is no principal.
    """
    world = World(account, Circumstances.of(account, now))
    if goal and goal not in world.numbers:
        raise NotFoundError(f"there is no user or role {goal} in this account", remedy="name one by its ARN")
    things = Things(world, Beside(existing, world), catalogue)
    reaching = Reaching(world, [plan(each) for each in paths], things)
    return _search(world, reaching, goal)


def _search(world: World, reaching: Reaching, goal: str) -> EscalationReport:
    states = States(reaching)
    outside = [(each, states.graph.add()) for each in outsiders(world)]
    if goal:
        states.graph.is_goal(states.base[world.numbers[goal]].number)
    states.fill()
    for outsider, number in outside:
        states.hop(number, states.of(outsider.sure), states.of(outsider.maybe))
    ways = states.graph.ways()
    telling = Telling(states, ways, Explaining(reaching))
    inside = [_inside(world, each, goal, ways, telling) for each in states.base]
    let_in = [
        Escalation(each.name, _standing(number, ways), telling.admitted(each), is_external=True)
        for each, number in outside
    ]
    return EscalationReport((*inside, *let_in), world.account.unread)


def _inside(world: World, state: State, goal: str, ways: Ways, telling: Telling) -> Escalation:
    """Of a principal of the account."""
    actor = state.actor
    if state.is_admin or actor.arn == goal:
        return Escalation(actor.arn, Standing.ADMIN)
    standing = _standing(state.number, ways)
    missing = list(actor.doubts) if is_unlimited(actor.policies) else []
    if standing is not Standing.ESCALATES and not _is_service_linked(actor):
        missing += [untold(each) for each in world.account.unknown_policies(actor.principal)]
    if standing is Standing.NONE and missing:
        standing = Standing.CONDITIONAL
    return Escalation(actor.arn, standing, tuple(telling.paths(state)), tuple(dict.fromkeys(missing)))


def _standing(state: int, ways: Ways) -> Standing:
    if ways.is_open(state):
        return Standing.ESCALATES
    return Standing.CONDITIONAL if ways.is_possible(state) else Standing.NONE


def _is_service_linked(actor: Actor) -> bool:
    return isinstance(actor.principal, IamRole) and actor.principal.is_service_linked
