"""Who may assume which role: by the role's trust policy, and by the caller's own policies where that leaves it to them.

A trust policy that names a user or role of the account itself needs no permission beside it ("Policy evaluation logic",
"Resource-based policies"); one that names the account leaves it to the caller's policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

from setpoint.compare.identity.aws.evaluation import Answer, Evaluation, Policies, evaluate
from setpoint.compare.identity.aws.patterns import Sign, Variable, resource_tokens
from setpoint.compare.identity.aws.request import Caller, CallerKind, Context, Request
from setpoint.compare.identity.aws.statements import compiled
from setpoint.compare.identity.escalation.actors import ALL_GRANTED, Actor
from setpoint.compare.identity.escalation.asking import NOWHERE, Asking, Reach, Targets, target_values
from setpoint.compare.identity.escalation.circumstances import OF_CALLER, keys_of
from setpoint.model.bits import bits_of, members
from setpoint.model.iam import Effect, NamedPolicy, PolicyDocument, Principals, Selection, Statement
from setpoint.model.iam_account import IamAccount

ASSUME: Final = "sts:assumerole"
SESSION_NAME: Final = "sts:rolesessionname"


class Trusts:
    """The trust policies of an account's roles, found by whom they name; its resource control policies bear on them."""

    def __init__(self, account: IamAccount, asking: Asking, targets: Targets) -> None:
        """`targets` are the roles, in the same order."""
        self._roles = account.roles
        self._account = account.id
        self._organisation = account.organisation
        self._rcps = account.rcps
        self._asking = asking
        self._targets = targets
        self._policies = [each.trust_policy for each in account.roles]
        self._open = self._by_caller = 0
        """Roles that are left to the policies of whoever asks, and those of which it hangs on the caller itself."""
        self._named: defaultdict[str, int] = defaultdict(int)
        self._sessions: defaultdict[str, list[str]] = defaultdict(list)
        """Role → ARNs of sessions of it that trust policies name; whoever begins a session gives it its name."""
        self._alike = self._sort()
        self._assumable: dict[tuple[int, object], Reach] = {}
        self._if_named: dict[tuple[int, object], Reach] = {}
        self._served: dict[str, Reach] = {}

    def assumable(self, actor: Actor) -> Reach:
        """The roles that an actor may assume."""
        named = self._named.get(actor.arn, 0)
        key = (actor.same, actor.arn if named or self._by_caller else self._asking.caller(actor, ASSUME))
        found = self._assumable.get(key)
        if found is None:
            found = self._assumable[key] = self._find(actor, named)
        return found

    def assume(self, actor: Actor, number: int) -> Evaluation:
        """Whether an actor may assume this role, and by which statements."""
        found = self._assume(actor, number)
        if found.answer is not Answer.IMPLICIT_DENY:
            return found
        for session in self._sessions.get(actor.arn, ()):
            caller = replace(actor.caller, arn=session, kind=CallerKind.SESSION, role_arn=actor.arn)
            named = self._assume(replace(actor, caller=caller), number)
            if named.answer in {Answer.ALLOWED, Answer.CONDITIONAL}:
                return replace(named, answer=Answer.CONDITIONAL, missing=(*named.missing, SESSION_NAME))
        return found

    def _assume(self, actor: Actor, number: int) -> Evaluation:
        more = target_values(self._targets, number, self._asking.spoken(actor, ASSUME))
        return self._asking.on(actor, ASSUME, self._targets.arns[number], more, self._policies[number])

    def assumable_if_named(self, actor: Actor) -> Reach:
        """The roles that an actor may assume once their trust policies name it."""
        key = (actor.same, self._asking.caller(actor, ASSUME))
        if key not in self._if_named:
            caller, policy = as_named(actor)
            sure = maybe = 0
            for bits in self._asking.classes(actor, ASSUME, self._targets, self._targets.all):
                arn = self._targets.arns[next(members(bits))]
                answer = self._asking.on_behalf(actor, caller, ASSUME, arn, policy).answer
                sure |= bits if answer is Answer.ALLOWED else 0
                maybe |= bits if answer is Answer.CONDITIONAL else 0
            self._if_named[key] = Reach(sure, maybe)
        return self._if_named[key]

    def serving(self, service: str) -> Reach:
        """The roles that trust a service, acting for this account."""
        found = self._served.get(service)
        if found is None:
            found = NOWHERE
            for bits in self._alike.values():
                answer = self.serve(service, next(members(bits))).answer
                found |= Reach(bits if answer is Answer.ALLOWED else 0, bits if answer is Answer.CONDITIONAL else 0)
            self._served[service] = found
        return found

    def serve(self, service: str, number: int) -> Evaluation:
        """Whether this role trusts a service. It acts for the account's own resources, which resource is not known."""
        context = Context({"aws:sourceaccount": (self._account,), "aws:securetransport": ("true",)})
        return self.admit(Caller(service, "", CallerKind.SERVICE), "sts:AssumeRole", number, context)

    def admit(self, caller: Caller, action: str, number: int, context: Context) -> Evaluation:
        """Whether this role's trust policy lets in somebody whose own policies are not told, or who has none."""
        request = Request(caller, action, self._targets.arns[number], self._account, context)
        policies = Policies(identity=(ALL_GRANTED,), resource=(self._policies[number],), rcps=self._rcps)
        return evaluate(request, policies)

    def _find(self, actor: Actor, named: int) -> Reach:
        allowed = self._asking.allowed_bits(actor, ASSUME, self._targets)
        alone = named | self._by_caller
        shared = self._asking.classes(actor, ASSUME, self._targets, self._open & allowed & ~alone, self._left_open)
        sure = maybe = 0
        for bits in (*shared, *self._asking.classes(actor, ASSUME, self._targets, alone, self._alike.values())):
            answer = self.assume(actor, next(members(bits))).answer
            sure |= bits if answer is Answer.ALLOWED else 0
            maybe |= bits if answer is Answer.CONDITIONAL else 0
        return Reach(sure, maybe)

    @cached_property
    def _left_open(self) -> list[int]:
        """The roles that are left to the account's policies, by what their trust policies say to whoever is in it."""
        found: defaultdict[tuple[Answer, tuple[str, ...]], int] = defaultdict(int)
        context = Context(self._asking.circumstances.always)
        arn = f"arn:aws:iam::{self._account}:role/anybody"
        anybody = Caller(arn, self._account, CallerKind.ROLE, organisation=self._organisation)
        for bits in self._alike.values():
            if bits & self._open:
                said = self.admit(anybody, ASSUME, next(members(bits)), context)
                found[said.answer, said.missing] |= bits
        return list(found.values())

    def _sort(self) -> Mapping[tuple[int, ...], int]:
        """The roles with the same trust policy, that the organisation's do not tell apart; notes whom each names."""
        cuts = self._cuts()
        alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for number, role in enumerate(self._roles):
            alike[id(role.trust), *(cut >> number & 1 for cut in cuts)].append(number)
        found = {key: bits_of(numbers) for key, numbers in alike.items()}
        for key, numbers in alike.items():
            self._note(self._roles[numbers[0]].trust, found[key])
        return found

    def _cuts(self) -> list[int]:
        """The sets of roles that patterns of resource control policies stand for, whatever a variable is."""
        patterns = {
            resource_tokens(pattern, variables=policy.document.has_variables): None
            for level in self._rcps or ()
            for policy in level
            for each in compiled(policy.document).about(ASSUME)
            for pattern in (each.statement.resources.patterns if each.statement.resources else ())
        }
        plain = (tuple(Sign.MANY if isinstance(one, Variable) else one for one in each) for each in patterns)
        return [self._targets.fitting(each) for each in plain]

    def _note(self, trust: PolicyDocument, bits: int) -> None:
        for statement in _assuming(trust):
            principals = statement.principals or Principals()
            if principals.negated or "*" in principals.aws or _hangs_on_caller(statement, trust):
                self._by_caller |= bits
            for member in principals.aws:
                if member == self._account or member.endswith(f":iam::{self._account}:root"):
                    self._open |= bits
                else:
                    self._named[self._role_of(member) or member] |= bits

    def _role_of(self, member: str) -> str:
        """The ARN of the role of this account whose session a trust policy names; empty where it names none."""
        name = member.partition(f":sts::{self._account}:assumed-role/")[2].partition("/")[0]
        role = next((each.arn for each in self._roles if name and each.name == name), "")
        if role and member not in self._sessions[role]:
            self._sessions[role].append(member)
        return role


def _assuming(trust: PolicyDocument) -> Iterator[Statement]:
    return (each.statement for each in compiled(trust).about(ASSUME) if each.statement.principals is not None)


def _hangs_on_caller(statement: Statement, trust: PolicyDocument) -> bool:
    """Beyond being named: whoever the account's own are, each has to be asked for itself."""
    return any(key.startswith(OF_CALLER) for key in keys_of(statement, trust)) or (
        statement.effect is Effect.DENY and statement.principals is not None
    )


def as_named(actor: Actor) -> tuple[Caller, NamedPolicy]:
    """The caller that a trust policy of its own making names, and that policy.

    Of a role that is its session, whom no boundary limits then ("Permissions boundaries for IAM entities").
    """
    caller = actor.caller
    if caller.kind is CallerKind.ROLE:
        partition, _, _, account, resource = caller.arn.split(":", 5)[1:]
        session = f"arn:{partition}:sts::{account}:assumed-role/{resource.rpartition('/')[2]}/setpoint"
        caller = replace(caller, arn=session, kind=CallerKind.SESSION, role_arn=actor.arn)
    statement = Statement(Effect.ALLOW, Selection(("sts:AssumeRole",)), principals=Principals(aws=(caller.arn,)))
    return caller, NamedPolicy("the trust policy that it writes", PolicyDocument((statement,)))
