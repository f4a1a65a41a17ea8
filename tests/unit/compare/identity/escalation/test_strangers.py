"""Which subjects a stranger can have signed: of a pattern that leaves the stranger's own name open."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from setpoint.compare.identity.escalation.strangers import subjects_of_strangers

GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("issuer", "pattern"),
    [
        (GITHUB, "repo:*"),
        (GITHUB, "repo:ours*"),
        (GITHUB, "repo:*-ours/*"),
        (GITHUB, "repo:*/app:*"),
        (GITHUB, "repo:*/app:ref:refs/heads/*"),
        (GITHUB, "repo:?*:pull_request"),
        (GITHUB, "*:ref:refs/tags/v1"),
        (GITHUB, "*environment:production"),
        ("gitlab.com", "project_path:*/app:ref_type:branch:ref:main"),
        ("gitlab.com", "project_path:ours*:ref_type:tag:*"),
        ("app.terraform.io", "organization:*:project:*:workspace:shop:run_phase:apply"),
        ("agent.buildkite.com", "organization:ours*:pipeline:*"),
    ],
)
def test_a_name_that_is_left_open_is_a_stranger_s(issuer: str, pattern: str) -> None:
    assert any(fnmatchcase(each, pattern) for each in subjects_of_strangers(issuer, (pattern,)))


@pytest.mark.parametrize(
    ("issuer", "pattern"),
    [
        (GITHUB, "repo:ours/*"),
        (GITHUB, "repo:ours/app:*"),
        (GITHUB, "repo:ours/app:ref:refs/heads/*"),
        (GITHUB, "project_path:*"),
        ("gitlab.com", "project_path:ours/*:ref_type:branch:ref:main"),
        ("app.terraform.io", "organization:ours:*"),
        ("accounts.google.com", "123*"),
    ],
)
def test_a_name_that_is_spelt_is_nobody_else_s(issuer: str, pattern: str) -> None:
    assert not any(fnmatchcase(each, pattern) for each in subjects_of_strangers(issuer, (pattern,)))


def test_a_pattern_of_many_wildcards_costs_nothing() -> None:
    assert len(subjects_of_strangers(GITHUB, ("*" * 2000,))) == 1


def test_of_a_provider_of_one_s_own_there_are_no_strangers() -> None:
    assert subjects_of_strangers("sso.example.com", ("*",)) == []
