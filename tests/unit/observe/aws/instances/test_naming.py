"""Whose something that runs is, and which release: by rules, tags and names of images."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.observe.aws.instances.naming import Naming, Owner, ServiceRule, digest_of_image, release_of_image

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("image", "release", "digest"),
    [
        ("shop", "", ""),
        ("shop:1.4.2", "1.4.2", ""),
        ("shop:latest", "", ""),
        ("registry.example:5000/team/shop", "", ""),
        ("registry.example:5000/team/shop:1.4.2", "1.4.2", ""),
        (f"registry.example:5000/team/shop:1.4.2@{DIGEST}", "1.4.2", DIGEST),
        (f"shop@{DIGEST}", "", DIGEST),
        (DIGEST, "", DIGEST),
        ("shop@sha256:abc", "", ""),
        ("", "", ""),
    ],
)
def test_what_the_name_of_an_image_tells(image: str, release: str, digest: str) -> None:
    if image != DIGEST:
        assert release_of_image(image) == release
    assert digest_of_image(image) == digest


@given(st.text())
def test_any_text_has_a_digest_or_none(text: str) -> None:
    assert digest_of_image(text) in ("", text[-71:])


def test_the_first_tag_that_names_an_owner_holds_and_else_its_own_name() -> None:
    naming = Naming()
    assert naming.owner("c/web/app", {"service": "shop"}, {"service": "other"}, otherwise="web") == Owner("shop")
    assert naming.owner("c/web/app", {"service": " "}, {"service": "other"}, otherwise="web") == Owner("other")
    assert naming.owner("c/web/app", {}, {"release": "7"}, otherwise="web") == Owner("web", "7")


def test_a_rule_takes_a_sidecar_out_of_its_task_and_its_release() -> None:
    rules = (ServiceRule("*/envoy", "mesh"), ServiceRule("c/*", "never"))
    tags = {"owner": "shop", "version": "7"}
    naming = Naming("owner", "version", rules)
    assert naming.owner("c/web/envoy", tags, otherwise="web") == Owner("mesh")
    assert naming.owner("d/web/app", tags, otherwise="web") == Owner("shop", "7")
