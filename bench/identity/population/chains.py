"""Roles that lead to roles, written by hand: by name, number, tag and MFA, in circles and in halves."""

from __future__ import annotations

from bench.identity.population.exports import (
    ELSEWHERE,
    HARMLESS,
    IDLE,
    MFA,
    OFFICE,
    Account,
    Json,
    allow,
    deny,
    document,
    trusts,
    trusts_aws,
)


def chains() -> Account:  # noqa: PLR0915 -- a list, not a procedure
    """Roles that lead to roles; only the status counts where a way has several hops."""
    account = Account("chains", "300000000001")
    on, root = account.fill, account.arn("root")
    admin, harmless = [account.managed("AdministratorAccess")], document(allow(HARMLESS))

    def assume(*names: str) -> Json:
        return allow("sts:AssumeRole", [on(f"@role/{name}") for name in names])

    account.user("chief", "admin", attached=admin)
    account.role("top", trusts_aws(on("@role/middle")), "admin", attached=admin)
    account.role("middle", trusts_aws(root), "escalates", ["sts-001"], inline=document(assume("top")))
    account.user("two-hops", "escalates", inline=document(assume("middle")))
    account.user("two-hops-denied", inline=document(assume("middle"), deny("sts:AssumeRole")))
    account.user("two-hops-mfa", "conditional", inline=document(allow("sts:AssumeRole", on("@role/middle"), MFA)))
    account.user(
        "two-hops-bounded",
        inline=document(assume("middle")),
        boundary=account.policy("no-sts", document(allow("s3:*"))),
    )
    account.user("skips-the-middle", inline=document(assume("top")))
    account.role("first", trusts_aws(root), "escalates", inline=document(assume("middle")))
    account.user("three-hops", "escalates", inline=document(assume("first")))
    account.role("broken", trusts_aws(root), inline=document(assume("top")))
    account.user("broken-chain", inline=document(assume("broken")))
    account.role(
        "bounded",
        trusts_aws(root),
        inline=document(assume("middle")),
        boundary=account.policy("no-sts", document(allow("s3:*"))),
    )
    account.user("through-bounded", inline=document(assume("bounded")))
    account.role("circle-a", trusts_aws(root), inline=document(assume("circle-b")))
    account.role("circle-b", trusts_aws(root), inline=document(assume("circle-a")))
    account.user("into-the-circle", inline=document(assume("circle-a")))
    account.role("with-mfa", trusts_aws(root, MFA), "admin", attached=admin)
    account.user("trust-wants-mfa", "conditional", ["sts-001"], inline=document(assume("with-mfa")))
    account.role("in-office", trusts_aws(root, OFFICE), "admin", attached=admin)
    account.user("trust-wants-office", "conditional", ["sts-001"], inline=document(assume("in-office")))
    account.role(
        "for-tagged", trusts_aws(root, {"StringEquals": {"aws:PrincipalTag/team": "platform"}}), "admin", attached=admin
    )
    account.user(
        "has-the-tag", "escalates", ["sts-001"], inline=document(assume("for-tagged")), tags={"team": "platform"}
    )
    account.user("has-another-tag", inline=document(assume("for-tagged")))
    account.role("names-alice", trusts_aws(on("@user/alice")), "admin", attached=admin)
    account.user("alice", "escalates", ["sts-001"], inline=harmless)
    account.user("not-alice", inline=document(assume("names-alice")))
    account.role("names-bert", trusts_aws(on("@user/bert")), "admin", attached=admin)
    account.user("bert", inline=document(deny("sts:*")))
    account.role("by-number", trusts_aws(account.number), "admin", attached=admin)
    account.user("by-number-may", "escalates", ["sts-001"], inline=document(assume("by-number")))
    account.user("by-number-may-not", inline=harmless)
    deny_all = [{"Effect": "Deny", "Principal": {"AWS": on("@user/cleo")}, "Action": "sts:AssumeRole"}]
    account.role("not-cleo", [*trusts_aws(root), *deny_all], "admin", attached=admin)
    account.user("cleo", inline=document(assume("not-cleo")))
    account.user("dora", "escalates", ["sts-001"], inline=document(assume("not-cleo")))
    account.role(
        "puts-on-itself",
        trusts_aws(root),
        "escalates",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/puts-on-itself"))),
    )
    account.user("to-one-that-escalates", "escalates", inline=document(assume("puts-on-itself")))
    account.role(
        "puts-with-mfa",
        trusts_aws(root),
        "conditional",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/puts-with-mfa"), OFFICE)),
    )
    account.user("to-one-that-may", "conditional", inline=document(assume("puts-with-mfa")))
    account.role(
        "creates-functions",
        trusts_aws(root),
        inline=document(allow(["lambda:CreateFunction", "lambda:InvokeFunction"])),
    )
    account.role("runs-functions", trusts("lambda.amazonaws.com"), "admin", attached=admin)
    account.user(
        "halves-in-two-principals",
        inline=document(allow("iam:PassRole", on("@role/runs-functions")), assume("creates-functions")),
    )
    account.user(
        "key-of-one-that-escalates", "escalates", inline=document(allow("iam:CreateAccessKey", on("@user/three-hops")))
    )
    account.user("key-of-one-that-cannot", inline=document(allow("iam:CreateAccessKey", on("@user/broken-chain"))))
    account.role("external-only", ELSEWHERE, "admin", attached=admin)
    account.user("wants-external", inline=document(assume("external-only")))
    account.role("other-service", IDLE, "admin", attached=admin)
    account.user("wants-service-role", inline=document(assume("other-service")))
    account.role("pathed", trusts_aws(root), "admin", attached=admin, path="/teams/platform/")
    account.user("path-forgotten", inline=document(assume("pathed")))
    account.user("path-right", "escalates", ["sts-001"], inline=document(assume("teams/platform/pathed")))
    group = account.group("assumers", inline=document(assume("by-number")))
    account.user("through-group", "escalates", ["sts-001"], groups=[group])
    account.user("through-group-bounded", groups=[group], boundary=account.policy("no-sts", document(allow("s3:*"))))
    account.group("admins", attached=admin)
    account.user("group-admin", "admin", groups=["admins"])
    account.user("group-admin-bounded", groups=["admins"], boundary=account.policy("no-sts", document(allow("s3:*"))))
    return account
