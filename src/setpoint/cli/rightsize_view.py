"""How `setpoint identity rightsize` shows what it proposes: what changes, why, and what has to be known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from setpoint.cli.output import Output
from setpoint.cli.rightsized import removals
from setpoint.compare.identity.rightsize.proof import Call
from setpoint.compare.identity.rightsize.rightsizing import Removed, RightSizing, StatementFate
from setpoint.model.canonical import Json
from setpoint.model.wording import counted

MOST_TOLD: Final = 20
"""Lines of a kind that people are told one by one; --json has all."""
MOST_IN_A_CELL: Final = 3
"""Actions, and resources, of a new statement in the table; --format policy has all."""


def show(output: Output, sized: RightSizing) -> None:
    """What changes and why; all of it with `--json`."""
    if output.as_json:
        output.json(as_document(sized))
        return
    removed = len(sized.removed)
    output.line(
        f"{sized.principal.arn}: {counted(sized.before, 'permission')} → {sized.after:,}, {removed:,} of them removed",
        style="bold",
    )
    if not sized.is_changed:
        output.line("every statement stays as it is")
    output.table(
        ("part of escalations", "by"),
        [(each.action, ", ".join(each.escalations)) for each in sized.removed if each.escalations],
    )
    output.table(("removed", "permissions"), list(_by_service(sized)))
    output.table(
        ("statement", "of policy", "permissions", "kept", "becomes"), [_fate_row(each) for each in sized.fates]
    )
    output.table(("policy", "statement", "effect", "actions", "resources", "conditions"), list(_new_rows(sized)))
    for each in removals(sized):
        output.line(f"to remove once that is there: {each}")
    for line, style in remarks(sized):
        output.line(line, style=style)


def _by_service(sized: RightSizing) -> Iterator[tuple[object, ...]]:
    services = Counter(each.action.partition(":")[0] for each in sized.removed)
    shown = services.most_common(MOST_TOLD)
    yield from ((service, f"{count:,}") for service, count in sorted(shown))
    if len(services) > len(shown):
        rest = sum(services.values()) - sum(count for _, count in shown)
        yield f"of {counted(len(services) - len(shown), 'service')} more", f"{rest:,}"


def _fate_row(each: StatementFate) -> tuple[object, ...]:
    sid = f" ({each.sid})" if each.sid else ""
    return f"Statement[{each.index}]{sid}", each.policy, f"{each.before:,}", f"{each.after:,}", str(each.fate)


def _new_rows(sized: RightSizing) -> Iterator[tuple[object, ...]]:
    for number, document in enumerate(sized.written):
        for each in document["Statement"]:
            yield (
                sized.policy_name(number),
                each["Sid"],
                each["Effect"],
                _listed(each, "Action"),
                _listed(each, "Resource"),
                _conditions(each.get("Condition", {})),
            )


def _listed(statement: dict[str, Json], name: str) -> str:
    """On one line, cut where it is long."""
    value = statement[name] if name in statement else statement[f"Not{name}"]
    texts = (value,) if isinstance(value, str) else tuple(value)
    return f"{'' if name in statement else 'all but '}{_some(texts, MOST_IN_A_CELL)}"


def _conditions(block: dict[str, dict[str, Json]]) -> str:
    return "; ".join(
        f"{operator} {key} {value if isinstance(value, str) else ', '.join(value)}"
        for operator, keys in block.items()
        for key, value in keys.items()
    )


def remarks(sized: RightSizing) -> Iterator[tuple[str, str]]:
    """What has to be known before it is applied, the proof last; each with its style."""
    period, proof = sized.period, sized.proof
    for why, actions in sized.unknown.items():
        yield f"kept, since {why}: {_some(actions)}", "yellow"
    for each in sized.told:
        yield each, "yellow"
    for each in sized.doubts:
        yield f"could not tell: {each}", "bold yellow"
    for call in proof.elsewhere[:MOST_TOLD]:
        yield f"allowed by none of its policies now: {call.action} on {call.resource}, {_times(call)}", "yellow"
    for call in proof.lost:
        yield f"would be lost: {call.action} on {call.resource}, {_times(call)}", "bold red"
    yield (
        f"used from {period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}: {period.covered:.0f} of {period.days} days",
        "",
    )
    under = f", {proof.conditional:,} of them under the conditions that hold now" if proof.conditional else ""
    yield f"{proof.allowed:,} of {proof.calls:,} used calls still allowed{under}", ""


def _some(texts: tuple[str, ...], most: int = MOST_TOLD) -> str:
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def _times(call: Call) -> str:
    return counted(call.times, "call")


def as_document(sized: RightSizing) -> Json:
    """The answer with `--json`."""
    period, proof = sized.period, sized.proof
    return {
        "principal": sized.principal.arn,
        "days": period.days,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "permissions": {"before": sized.before, "after": sized.after, "removed": len(sized.removed)},
        "removed": [_removed(each) for each in sized.removed],
        "statements": [
            {
                "policy": each.policy,
                "statement": each.index,
                "sid": each.sid,
                "before": each.before,
                "after": each.after,
                "becomes": str(each.fate),
            }
            for each in sized.fates
        ],
        "policies": [
            {
                "name": sized.policy_name(number),
                "type": "inline" if sized.is_inline else "managed",
                "document": document,
            }
            for number, document in enumerate(sized.written)
        ],
        "replaces": [
            {"policy": each.name, "held": str(each.holding), "group": each.group or None} for each in sized.replaced
        ],
        "unknown": [{"why": why, "kept": list(actions)} for why, actions in sized.unknown.items()],
        "told": list(sized.told),
        "doubts": list(sized.doubts),
        "proof": {
            "calls": proof.calls,
            "still_allowed": proof.allowed,
            "conditional": proof.conditional,
            "lost": [_call(each) for each in proof.lost],
            "allowed_by_none_now": [_call(each) for each in proof.elsewhere],
        },
    }


def _removed(each: Removed) -> Json:
    return {"action": each.action, "escalation_paths": list(each.escalations)}


def _call(call: Call) -> Json:
    return {"action": call.action, "resource": call.resource, "calls": call.times}
