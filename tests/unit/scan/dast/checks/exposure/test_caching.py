"""What caches may keep for others."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.exposure.caching import directives, is_kept_for_others, varies_by


@pytest.mark.parametrize(
    ("headers", "is_kept"),
    [
        ({}, False),
        ({"cache-control": "public"}, True),
        ({"cache-control": "max-age=60"}, True),
        ({"cache-control": "max-age=0"}, False),
        ({"cache-control": "public, s-maxage=0"}, False),
        ({"cache-control": "s-maxage=5, max-age=0"}, True),
        ({"cache-control": "private, max-age=60"}, False),
        ({"cache-control": "no-store", "x-cache": "MISS"}, False),
        ({"x-cache": "Miss from cloud"}, True),
        ({"cf-cache-status": "DYNAMIC"}, False),
        ({"age": "12"}, True),
        ({"cache-control": f"max-age={'9' * 10_000}"}, True),
        ({"cache-control": "max-age=soon"}, False),
    ],
)
def test_kept_for_others(headers: dict[str, str], is_kept: bool) -> None:
    assert is_kept_for_others(Answer(200, tuple(headers.items()), b"")) is is_kept


def test_directives_of_several_headers() -> None:
    answer = Answer(200, (("cache-control", 'Max-Age="5", Public'), ("cache-control", "immutable")), b"")
    assert directives(answer) == {"max-age": "5", "public": "", "immutable": ""}


def test_varies() -> None:
    answer = Answer(200, (("vary", "Accept"), ("vary", "X-Forwarded-Host, Origin")), b"")
    assert varies_by(answer, "x-forwarded-host")
    assert not varies_by(answer, "X-Host")
    assert varies_by(Answer(200, (("vary", "*"),), b""), "X-Host")
