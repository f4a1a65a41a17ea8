from __future__ import annotations

import pytest

from setpoint.errors import CouldNotTellError, InputError
from setpoint.scan.dast.sending.target import reached, target_of


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://A.example", "https://a.example"),
        ("https://a.example:443/api/", "https://a.example/api"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_site_has_one_way_to_be_written(url: str, base: str) -> None:
    assert target_of(url).base == base


@pytest.mark.parametrize(
    "url",
    ["", "a.example", "ftp://a.example", "https://", "https://u:p@a.example", "https://a.example/?x", "http://a:99999"],
)
def test_what_is_no_address_of_a_site_is_refused(url: str) -> None:
    with pytest.raises(InputError) as raised:
        target_of(url)
    assert "u:p" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example.evil.example/",
        "https://evil.example/a.example",
        "https://a.example:8443/",
        "http://a.example/",
        "https://a.example@evil.example/",
        "//a.example/",
        "https://[",
    ],
)
def test_other_hosts_are_not_the_target(url: str) -> None:
    assert not target_of("https://a.example").holds(url)


def test_every_path_of_the_host_is_the_targets() -> None:
    assert target_of("https://a.example/api").holds("https://A.example:443/../x?y#z")


def test_a_dead_target_could_not_be_told_of(unused_port: int) -> None:
    with pytest.raises(CouldNotTellError, match="takes no connections"):
        reached(target_of(f"http://127.0.0.1:{unused_port}"))


def test_a_name_that_nobody_knows_could_not_be_told_of() -> None:
    with pytest.raises(CouldNotTellError, match="is not known"):
        reached(target_of("http://does-not-exist.invalid"))
