"""Roles of providers of identities (OIDC, SAML) and of services, written by hand."""

from __future__ import annotations

from bench.identity.population.exports import MFA, REGION, Account, Json, allow, document, trusts, trusts_aws


def federated() -> Account:
    """Roles that others come into: CI by OIDC, people by SAML; what counts is what the role can become."""
    account = Account("federated", "300000000002")
    on, admin = account.fill, [account.managed("AdministratorAccess")]
    hub, claims = on("@oidc-provider/token.actions.githubusercontent.com"), "token.actions.githubusercontent.com"

    def ci(subject: str, operator: str = "StringEquals") -> list[Json]:
        condition: Json = {"StringEquals": {f"{claims}:aud": "sts.amazonaws.com"}}
        condition.setdefault(operator, {})[f"{claims}:sub"] = subject
        return [
            {
                "Effect": "Allow",
                "Principal": {"Federated": hub},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }
        ]

    saml: Json = {
        "Effect": "Allow",
        "Principal": {"Federated": on("@saml-provider/corp")},
        "Action": "sts:AssumeRoleWithSAML",
    }
    people = [saml | {"Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}]
    account.role("ci-main", ci("repo:acme/shop:ref:refs/heads/main"), "admin", attached=admin)
    account.role(
        "ci-any-branch",
        ci("repo:acme/shop:*", "StringLike"),
        "escalates",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/ci-*"))),
    )
    account.role(
        "ci-deployer",
        ci("repo:acme/shop:environment:prod"),
        "escalates",
        ["cloudformation-001"],
        inline=document(allow("iam:PassRole", on("@role/cfn-exec")), allow("cloudformation:CreateStack")),
    )
    account.role(
        "ci-limited",
        ci("repo:acme/docs:ref:refs/heads/main"),
        inline=document(allow("s3:PutObject", "arn:aws:s3:::docs/*")),
    )
    account.role(
        "ci-bounded",
        ci("repo:acme/infra:ref:refs/heads/main"),
        attached=admin,
        boundary=account.policy("ci-limit", document(allow("s3:*"))),
    )
    account.role("cfn-exec", trusts("cloudformation.amazonaws.com"), "admin", attached=admin)
    account.role("people-admin", people, "admin", attached=admin)
    account.role("people-read", people, attached=[account.managed("ReadOnlyAccess")])
    account.role("people-break-glass", [*people, *trusts_aws(account.arn("root"), MFA)], "admin", attached=admin)
    account.user("assumes-anything", "conditional", ["sts-001"], inline=document(allow("sts:*")))
    account.user(
        "assumes-ci", inline=document(allow(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"], on("@role/ci-*")))
    )
    account.user(
        "assumes-people", inline=document(allow("sts:AssumeRole", [on("@role/people-admin"), on("@role/people-read")]))
    )
    account.user(
        "opens-a-trust",
        "escalates",
        ["iam-012"],
        inline=document(allow("iam:UpdateAssumeRolePolicy", on("@role/people-admin"))),
    )
    account.user("opens-a-dull-trust", inline=document(allow("iam:UpdateAssumeRolePolicy", on("@role/people-read"))))
    pod = on(f"@oidc-provider/oidc.eks.{REGION}.amazonaws.com/id/ABCDEF")
    claim = f"oidc.eks.{REGION}.amazonaws.com/id/ABCDEF:sub"
    account.role(
        "pod",
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": pod},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {claim: "system:serviceaccount:shop:web"}},
            }
        ],
        inline=document(allow("dynamodb:GetItem")),
    )
    for name, service in (("AWSServiceRoleForSupport", "support"), ("AWSServiceRoleForOrganizations", "organizations")):
        account.role(
            name,
            trusts(f"{service}.amazonaws.com"),
            inline=document(allow(["iam:List*", "iam:DeleteRole", "ec2:*"])),
            path=f"/aws-service-role/{service}.amazonaws.com/",
        )
    return account
