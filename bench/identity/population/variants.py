"""Each path in full and as near misses, and what each kind of near miss comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bench.identity.population.exports import (
    ELSEWHERE,
    ENDPOINT,
    HARMLESS,
    MFA,
    OFFICE,
    STRANGER,
    Account,
    Json,
    allow,
    deny,
    document,
)
from bench.identity.population.paths import Need, Way

KINDS: Final = {
    "full": "escalates",
    "split": "escalates",
    "group": "escalates",
    "wild": "escalates",
    "met": "escalates",
    "passed": "escalates",
    "away": "none",
    "denied": "none",
    "bounded": "none",
    "impossible": "none",
    "lacking": "none",
    "misdirected": "none",
    "unknown": "conditional",
    "guarded": "conditional",
}
"""What each variant of a path comes to, where there is a target."""


def write_variants(account: Account, path: Way, turn: int) -> None:
    for kind, status in KINDS.items():
        if (kind == "group" and path.caller == "role") or (kind in {"passed", "misdirected"} and not path.service):
            continue
        if kind == "wild" and path.id in {"iam-010", "iam-011"}:
            continue  # the same as "group" there
        _write_variant(account, path, kind, status, turn)


def _write_variant(account: Account, path: Way, kind: str, status: str, turn: int) -> None:
    me = f"{path.id}-{kind}"
    needs = [_granted(account, need, me, away=kind == "away") for need in path.needs]
    more: Json = {"attached": [], "groups": []}
    if path.id == "iam-001":
        more["attached"].append(account.policy(f"own-{me}", document(allow(HARMLESS))))
    in_group: list[Json] = []
    if kind in ALTERED:
        ALTERED[kind](needs, account, path, me, turn)
    if kind == "split":
        more["attached"].append(account.policy(f"pol-{me}", document(*needs[1:] or needs)))
        needs = needs[:1] if needs[1:] else [allow(HARMLESS)]
    if kind == "denied" and turn % 3 == 1:
        more["attached"].append(account.policy(f"no-{me}", document(deny(path.needs[0].action))))
    elif kind == "denied" and turn % 3 == 2 and path.caller == "user":
        in_group.append(deny(path.needs[0].action.split(":")[0] + ":*"))
    elif kind == "denied":
        needs.append(deny([path.needs[0].action, "s3:DeleteBucket"]))
    if kind == "group":
        in_group, needs = needs, [allow(HARMLESS)]
    if in_group or path.id in {"iam-010", "iam-011"}:
        more["groups"].append(account.group(f"g-{me}", inline=document(*in_group or [allow(HARMLESS)])))
    if kind == "bounded":
        boundary = (
            document(allow("*"), deny(path.needs[0].action))
            if turn % 2
            else document(allow(["s3:*", "sqs:*", "logs:*"]))
        )
        more["boundary"] = account.policy(f"limit-{me}", boundary)
    _add(account, path.caller, me, status, [path.id] if status != "none" else [], document(*needs), more)


def _granted(account: Account, need: Need, me: str, *, away: bool) -> Json:
    places = (need.away or need.on) if away else need.on
    filled = [account.fill(each, me) for each in ([places] if isinstance(places, str) else places)]
    return allow(need.action, filled[0] if len(filled) == 1 else filled)


def _add(account: Account, caller: str, me: str, status: str, paths: list[str], inline: Json, more: Json) -> None:
    if caller == "user":
        account.user(me, status, paths, inline=inline, **more)
    else:
        more.pop("groups")
        account.role(me, ELSEWHERE, status, paths, inline=inline, **more)


def _wild(needs: list[Json], _account: Account, _path: Way, _me: str, _turn: int) -> None:
    for need in needs:
        service, name = str(need["Action"]).split(":")
        need["Action"] = f"{service.upper()}:{name[:-1].lower()}?"


def _met(needs: list[Json], account: Account, path: Way, me: str, turn: int) -> None:
    """What the export itself says to be so."""
    choices: list[Json] = [
        {"StringEquals": {"aws:PrincipalAccount": account.number}},
        {"ArnEquals": {"aws:PrincipalArn": account.arn(f"{path.caller}/{me}")}},
        {"DateGreaterThan": {"aws:CurrentTime": "2015-01-01T00:00:00Z"}},
    ]
    if path.caller == "user":
        choices += [{"StringEquals": {"aws:PrincipalTag/team": "web"}}, {"StringEquals": {"aws:username": me}}]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _impossible(needs: list[Json], account: Account, path: Way, _me: str, turn: int) -> None:
    choices: list[Json] = [
        {"StringEquals": {"aws:PrincipalAccount": STRANGER}},
        {"ArnLike": {"aws:PrincipalArn": account.arn(f"{path.caller}/somebody-else")}},
        {"DateLessThan": {"aws:CurrentTime": "2015-01-01T00:00:00Z"}},
    ]
    if path.caller == "user":
        choices += [
            {"StringEquals": {"aws:PrincipalTag/team": "platform"}},
            {"StringEquals": {"aws:username": "somebody-else"}},
        ]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _unknown(needs: list[Json], _account: Account, path: Way, _me: str, turn: int) -> None:
    choices = [OFFICE, ENDPOINT, MFA] if path.caller == "user" else [OFFICE, ENDPOINT]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _guarded(needs: list[Json], _account: Account, path: Way, _me: str, turn: int) -> None:
    outside = {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    needs.append(deny(path.needs[0].action, "*", without if turn % 2 and path.caller == "user" else outside))


def _lacking(needs: list[Json], _account: Account, path: Way, _me: str, _turn: int) -> None:
    needs.pop(path.leave_out)
    needs.append(allow(["iam:ListRoles", "iam:GetRole", "iam:ListUsers", *HARMLESS]))


def _passed(needs: list[Json], _account: Account, path: Way, _me: str, _turn: int) -> None:
    needs[0]["Condition"] = {"StringEquals": {"iam:PassedToService": path.service}}


def _misdirected(needs: list[Json], _account: Account, _path: Way, _me: str, _turn: int) -> None:
    needs[0]["Condition"] = {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}


ALTERED: Final[dict[str, Callable[[list[Json], Account, Way, str, int], None]]] = {
    "wild": _wild,
    "met": _met,
    "impossible": _impossible,
    "unknown": _unknown,
    "guarded": _guarded,
    "lacking": _lacking,
    "passed": _passed,
    "misdirected": _misdirected,
}


def write_without_target(account: Account, path: Way) -> None:
    """All permissions of the path where there is nothing that it leads to."""
    if path.bare_caller == "-":
        return
    me = f"{path.id}-no-target"
    needs = [_granted(account, need, me, away=False) for need in path.needs]
    if path.bare_on:
        needs[0]["Resource"] = account.fill(path.bare_on)
    if path.id == "iam-001":
        account.policy(f"own-{me}", document(allow(HARMLESS)))
    _add(account, path.bare_caller or path.caller, me, "none", [], document(*needs), {"attached": [], "groups": []})
