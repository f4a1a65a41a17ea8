"""How one policy is explained, and as JSON; for a service, with what the overrides change. Called by `policy`."""

from __future__ import annotations

from setpoint.cli.output import Output
from setpoint.model.policy import Policy, Revision, Stage, Subject
from setpoint.model.service import Service


def document(policy: Policy) -> dict[str, object]:
    """What stands in its file, but for the expression and what belongs to that."""
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity,
        "subject": policy.subject,
        "types": list(policy.types),
        "effects": {str(stage): effect for stage, effect in policy.effects.items()},
        "references": list(policy.references),
        "where": policy.where,
    }


def explanation(policy: Policy, service: Service | None) -> dict[str, object]:
    """All that `show` shows."""
    examples = [
        {"name": each.name, "type": each.type, "speaks": each.speaks, "given": each.given, "where": each.where}
        for each in policy.examples
    ]
    explained = document(policy) | {
        "why": policy.why,
        "remedy": policy.remedy,
        "reads": list(policy.reads),
        "expression": policy.expression,
        "examples": examples,
    }
    return explained | _for_service(policy, service) if service else explained


def show(output: Output, policy: Policy, service: Service | None) -> None:
    """For people."""
    output.line(f"{policy.id}: {policy.title}")
    output.table(
        ("", "it says"),
        [
            *([("for", _described(service))] if service else []),
            ("severity", _told(policy.severity, policy.severity_revision)),
            ("why", policy.why),
            ("remedy", policy.remedy),
            ("speaks of", ", ".join(policy.types)),
            ("reads", ", ".join(policy.reads)),
            *((f"at {stage}", _told(policy.effect(stage), policy.effect_revisions.get(stage))) for stage in Stage),
            ("references", ", ".join(policy.references)),
            ("file", policy.where),
        ],
    )
    holds, speaks = ("holds", "violated") if policy.subject is Subject.RESOURCE else ("does not apply", "applies")
    output.table(("example", "it"), [(each.name, speaks if each.speaks else holds) for each in policy.examples])
    output.line("It holds while:" if policy.subject is Subject.RESOURCE else "It applies where:")
    for line in policy.expression.splitlines():
        output.line(line)


def _for_service(policy: Policy, service: Service) -> dict[str, object]:
    """Who it was said for, and which overrides changed it."""
    changed = [
        ("severity", policy.severity, policy.severity_revision),
        *((str(stage), policy.effect(stage), policy.effect_revisions.get(stage)) for stage in Stage),
    ]
    return {
        "service": {"name": service.name, "tier": service.tier, "environment": service.environment},
        "overrides": [
            {"of": of, "before": each.before, "after": after, "where": each.where, "reason": each.reason}
            for of, after, each in changed
            if each is not None
        ],
    }


def _described(service: Service) -> str:
    environment = f"in {service.environment}" if service.environment else "in no environment that has a name"
    return f"{service.name}, of tier {service.tier}, {environment}"


def _told(now: str, revision: Revision | None) -> str:
    return revision.told(now) if revision else now
