"""Where templates are: the forms of an S3 URL, and what a template may name from where it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.intent.cloudformation.sources import (
    LiveTemplate,
    LocalFile,
    Source,
    StoredObject,
    source_near,
    stack_name,
    stored_object,
)

HERE = LocalFile(Path("templates/app.yaml"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://bucket/a/b.yaml", StoredObject("bucket", "a/b.yaml")),
        ("https://bucket.s3.amazonaws.com/a/b.yaml", StoredObject("bucket", "a/b.yaml")),
        ("https://bucket.s3.eu-west-1.amazonaws.com/b.yaml", StoredObject("bucket", "b.yaml")),
        ("https://bucket.s3-eu-west-1.amazonaws.com/b.yaml", StoredObject("bucket", "b.yaml")),
        ("https://with.dots.s3.dualstack.eu-west-1.amazonaws.com/b.yaml", StoredObject("with.dots", "b.yaml")),
        ("https://s3.amazonaws.com/bucket/a/b.yaml", StoredObject("bucket", "a/b.yaml")),
        ("https://s3-eu-west-1.amazonaws.com/bucket/b.yaml", StoredObject("bucket", "b.yaml")),
        ("https://s3.cn-north-1.amazonaws.com.cn/bucket/b.yaml", StoredObject("bucket", "b.yaml")),
        ("https://bucket.s3.amazonaws.com/a%20b.yaml?versionId=v1", StoredObject("bucket", "a b.yaml", "v1")),
        ("https://s3.amazonaws.com/bucket", None),
        ("https://example.org/bucket/key", None),
        ("https://s3.amazonaws.com.example.org/bucket/key", None),
        ("http://s3.amazonaws.com/bucket/key", None),
        ("https://[", None),
        ("s3://bucket", None),
        ("a/b.yaml", None),
    ],
)
def test_the_forms_of_an_s3_url(text: str, place: StoredObject | None) -> None:
    assert stored_object(text) == place


@pytest.mark.parametrize(
    ("text", "base", "found"),
    [
        ("net/vpc.yaml", HERE, LocalFile(Path("templates/net/vpc.yaml"))),
        ("../vpc.yaml", HERE, LocalFile(Path("templates/../vpc.yaml"))),
        ("s3://a/b", HERE, StoredObject("a", "b")),
        ("s3://a/b", StoredObject("c", "d"), StoredObject("a", "b")),
        ("vpc.yaml", StoredObject("c", "d"), None),
        ("/etc/passwd", LiveTemplate("net"), None),
        ("https://example.org/vpc.yaml", HERE, None),
        ("", HERE, None),
        ("a\0b", HERE, None),
    ],
)
def test_a_path_means_something_beside_a_file_only(text: str, base: Source, found: Source | None) -> None:
    assert source_near(text, base) == found


@given(st.text())
def test_any_text_is_a_place_or_none(text: str) -> None:
    stored_object(text)
    source_near(text, HERE)


def test_sources_are_told_by_name() -> None:
    arn = "arn:aws:cloudformation:eu-west-1:123456789012:stack/net/1-2"
    assert [str(each) for each in (HERE, StoredObject("a", "b", "v"), LiveTemplate(arn), LiveTemplate("net"))] == [
        "templates/app.yaml",
        "s3://a/b",
        "stack net",
        "stack net",
    ]
    assert stack_name("arn:odd") == "arn:odd"
