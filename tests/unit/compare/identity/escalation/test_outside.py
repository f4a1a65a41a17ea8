"""Who is let in from outside: other accounts and identity providers, by what the trust policies of roles say."""

from __future__ import annotations

from typing import Final

import pytest
from tests.unit.compare.identity.escalation.building import IAM, Building, allow, document, trusting

from setpoint.model.escalation import Standing

GITHUB: Final = f"{IAM}oidc-provider/token.actions.githubusercontent.com"
PARTNER: Final = "arn:aws:iam::444455556666:root"


@pytest.fixture
def account() -> Building:
    return Building()


def test_another_account(account: Building) -> None:
    account.admin("admin", trusting({"AWS": PARTNER}))
    found = account.find()[PARTNER]
    assert found.is_external
    assert found.standing is Standing.ESCALATES
    assert found.paths[0].hops[0].target == f"{IAM}role/admin"


def test_of_another_account_with_an_external_id(account: Building) -> None:
    account.admin("admin", trusting({"AWS": PARTNER}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
    assert account.find()[PARTNER].standing is Standing.CONDITIONAL


def test_without_anything_to_gain(account: Building) -> None:
    account.role("reader", document(allow("s3:GetObject")), trust=trusting({"AWS": PARTNER}))
    assert account.find()[PARTNER].standing is Standing.NONE


@pytest.mark.parametrize(
    ("claims", "standing"),
    [
        ({"StringEquals": {"aud": "sts.amazonaws.com"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "repo:*"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "repo:ours/*"}}, Standing.CONDITIONAL),
        ({"StringEquals": {"sub": "repo:ours/app:ref:refs/heads/main"}}, Standing.CONDITIONAL),
        # Anybody can have a repository of such a name, in an organisation of such a name, with such a branch.
        ({"StringLike": {"sub": "repo:*/app:*"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "repo:ours*"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "repo:*:environment:production"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": ["repo:ours/app:*", "*:ref:refs/heads/release"]}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "*/ours/*"}}, Standing.ESCALATES),
        ({"StringLike": {"sub": "repo:ours/*:ref:refs/heads/*"}}, Standing.CONDITIONAL),
    ],
)
def test_pipelines_go_by_their_subject(
    account: Building, claims: dict[str, dict[str, str]], standing: Standing
) -> None:
    issuer = GITHUB.partition("oidc-provider/")[2]
    conditions = {
        operator: {f"{issuer}:{claim}": value for claim, value in each.items()} for operator, each in claims.items()
    }
    trust = trusting({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity", Condition=conditions)
    account.admin("admin", trust)
    assert account.find()[GITHUB].standing is standing


def test_a_provider_of_one_s_own_decides_itself(account: Building) -> None:
    provider = f"{IAM}saml-provider/corporate"
    account.admin("admin", trusting({"Federated": provider}, "sts:AssumeRoleWithSAML"))
    assert account.find()[provider].standing is Standing.CONDITIONAL
