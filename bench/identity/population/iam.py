"""The family of IAM itself: users, groups and roles that paths lead to, and accounts written by hand."""

from __future__ import annotations

from bench.identity.population.exports import (
    AWS_POLICIES,
    ELSEWHERE,
    HARMLESS,
    IDLE,
    MFA,
    Account,
    allow,
    deny,
    document,
    trusts,
    trusts_aws,
)


def iam_targets(account: Account, *, bare: bool) -> None:
    """Administrators of each kind, and the same without their power."""
    power = [] if bare else [account.managed("AdministratorAccess")]
    status = "none" if bare else "admin"
    for name in ("chief", "chief-two-keys", "chief-console"):
        account.user(name, status, attached=power)
    for name in ("dead", "clerk", "clerk-two"):
        account.user(name, inline=document(allow(HARMLESS)))
    account.group("admins", attached=power)
    account.group("dead")
    account.user("member-of-admins", status, groups=["admins"])
    account.role("admin-ops", ELSEWHERE, status, attached=power)
    account.role("admin-open", IDLE if bare else trusts_aws(account.arn("root")), status, attached=power)
    worker = account.policy("worker-policy", document(allow(HARMLESS)))
    account.role("worker", IDLE if bare else trusts_aws(account.arn("root")), attached=[worker])
    batch = account.policy("batch-policy", document(allow(HARMLESS)))
    account.role("batch", IDLE, attached=[] if bare else [batch])
    account.policy("dead", document(allow(HARMLESS)))
    account.role("dead", IDLE)
    account.resource("aws_iam_access_key", id="AKIA0000000000000001", user="chief-two-keys", status="Active")
    account.resource("aws_iam_access_key", id="AKIA0000000000000002", user="chief-two-keys", status="Active")
    account.resource("aws_iam_user_login_profile", id="chief-console", user="chief-console")
    linked = "/aws-service-role/autoscaling.amazonaws.com/"
    account.role(
        "AWSServiceRoleForAutoScaling",
        trusts("autoscaling.amazonaws.com"),
        inline=document(
            allow(["ec2:RunInstances", "ec2:TerminateInstances"]),
            allow("iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        ),
        path=linked,
    )


def iam_by_hand(account: Account) -> None:
    """Permissions that fit together only at first sight, and requests that the policy narrows."""
    on = account.fill
    split = {
        "iam-014-two-roles": [
            allow("iam:AttachRolePolicy", on("@role/batch")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-015-two-users": [
            allow("iam:AttachUserPolicy", on("@user/clerk")),
            allow("iam:CreateAccessKey", on("@user/clerk-two")),
        ],
        "iam-016-two-roles": [
            allow("iam:CreatePolicyVersion", on("@policy/batch-policy")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-017-two-roles": [
            allow("iam:PutRolePolicy", on("@role/batch")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-018-two-users": [
            allow("iam:PutUserPolicy", on("@user/clerk")),
            allow("iam:CreateAccessKey", on("@user/clerk-two")),
        ],
        "iam-019-two-roles": [
            allow("iam:AttachRolePolicy", on("@role/batch")),
            allow("iam:UpdateAssumeRolePolicy", on("@role/dead")),
        ],
        "iam-021-two-roles": [
            allow("iam:PutRolePolicy", on("@role/batch")),
            allow("iam:UpdateAssumeRolePolicy", on("@role/dead")),
        ],
        "iam-012-service-linked": [allow("iam:UpdateAssumeRolePolicy", on("@role/aws-service-role/*"))],
        "iam-017-service-linked": [allow(["iam:PutRolePolicy", "sts:AssumeRole"], on("@role/aws-service-role/*"))],
        "iam-021-service-linked": [
            allow(["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], on("@role/aws-service-role/*"))
        ],
    }
    for name, statements in split.items():
        account.user(name, inline=document(*statements))
    readonly = {"ArnEquals": {"iam:PolicyARN": f"{AWS_POLICIES}ReadOnlyAccess"}}
    anything = {"ArnLike": {"iam:PolicyARN": f"{AWS_POLICIES}*"}}
    me = on("@user/iam-008-harmless-policy")
    account.user("iam-008-harmless-policy", inline=document(allow("iam:AttachUserPolicy", me, readonly)))
    me = on("@user/iam-008-any-managed-policy")
    account.user(
        "iam-008-any-managed-policy",
        "escalates",
        ["iam-008"],
        inline=document(allow("iam:AttachUserPolicy", me, anything)),
    )
    me = on("@role/iam-009-harmless-policy")
    account.role("iam-009-harmless-policy", ELSEWHERE, inline=document(allow("iam:AttachRolePolicy", me, readonly)))
    me = on("@user/iam-007-boundary-demanded")
    demanded = {"StringEquals": {"iam:PermissionsBoundary": on("@policy/dead")}}
    account.user("iam-007-boundary-demanded", inline=document(allow("iam:PutUserPolicy", me, demanded)))
    account.user(
        "iam-007-self-by-variable",
        "escalates",
        ["iam-007"],
        inline=document(allow("iam:PutUserPolicy", on("@user/${aws:username}"))),
    )
    account.user("iam-002-other-users-only", inline=document(allow("iam:*AccessKey*", on("@user/${aws:username}"))))
    account.user(
        "iam-002-not-resource",
        inline=document(
            {"Effect": "Allow", "Action": "iam:CreateAccessKey", "NotResource": on("@user/chief*")},
            deny(
                "iam:CreateAccessKey",
                [on("@user/iam-*"), on("@user/sts-*"), on("@user/member-of-admins"), on("@user/holder-*")],
            ),
        ),
    )
    own = account.policy("own-of-group", document(allow("iam:CreatePolicyVersion", on("@policy/own-of-group"))))
    account.user("iam-001-policy-of-group", "escalates", ["iam-001"], groups=[account.group("own", attached=[own])])
    account.user("holder-iam-full-access", "escalates", [], attached=[account.managed("IAMFullAccess")])
    account.user("holder-read-only", attached=[account.managed("ReadOnlyAccess"), account.managed("SecurityAudit")])
    account.user(
        "holder-admin-bounded",
        attached=[account.managed("AdministratorAccess")],
        boundary=account.policy("only-s3", document(allow("s3:*"))),
    )
    account.user("holder-admin-denied", attached=[account.managed("AdministratorAccess")], inline=document(deny("*")))
    account.user("holder-admin-inline", "admin", inline=document(allow(["*"])))
    account.user("holder-admin-with-mfa", "conditional", [], inline=document(allow("*", "*", MFA)))
