from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.access import AccessScope, Principal
from setpoint.server.authentication.grants import granted
from setpoint.settings.oidc import Grant, OidcProvider

GATE, READ = frozenset({AccessScope.GATE}), frozenset({AccessScope.READ})
CLAIMS: dict[str, Any] = {
    "sub": "repo:example/shop:environment:production",
    "repository": "example/shop",
    "environment": "production",
    "groups": ["staff", "release"],
    "protected": True,
    "run": 7,
}


def given(*grants: Grant, **claims: Any) -> Principal | None:
    return granted(OidcProvider("https://issuer.example", "setpoint", grants), {**CLAIMS, **claims})


def test_the_first_grant_that_matches_counts_and_no_other() -> None:
    first = given(Grant("nobody", READ), Grant("repo:example/*", GATE), Grant("*", READ, {"run": "7"}))
    assert first == Principal("oidc:https://issuer.example#repo:example/shop:environment:production", GATE)


@pytest.mark.parametrize(
    ("claims", "fits"),
    [
        ({"environment": "production"}, True),
        ({"environment": "prod*"}, True),
        ({"environment": "Production"}, False),
        ({"environment": "prod"}, False),
        ({"groups": "release"}, True),
        ({"groups": "owners"}, False),
        ({"protected": "true"}, True),
        ({"run": "7"}, True),
        ({"missing": "*"}, False),
        ({"environment": "production", "missing": "x"}, False),
    ],
)
def test_every_claim_that_is_required_has_to_match(claims: dict[str, str], fits: bool) -> None:
    assert (given(Grant("repo:*", GATE, claims)) is not None) is fits


@pytest.mark.parametrize("value", [None, {"a": "production"}, [{"a": 1}], 1.5, []])
def test_a_claim_of_another_kind_matches_nothing(value: Any) -> None:
    assert given(Grant("repo:*", GATE, {"environment": "*"}), environment=value) is None


def test_a_grant_binds_to_the_service_that_it_names() -> None:
    principal = given(Grant("repo:*", GATE, service="shop"))
    assert principal is not None
    assert principal.service == "shop"


def test_a_grant_binds_to_the_service_that_a_claim_names() -> None:
    principal = given(Grant("repo:*", GATE, service_claim="repository", service_prefix="example/"))
    assert principal is not None
    assert principal.service == "shop"


@pytest.mark.parametrize(
    "repository", [None, 7, "", "example/", "other/shop", ["example/shop"], "example/" + "x" * 300]
)
def test_a_claim_that_names_no_service_matches_nothing(repository: Any) -> None:
    bound = Grant("repo:*", GATE, service_claim="repository", service_prefix="example/")
    assert given(bound, repository=repository) is None
