"""Which addresses and tokens are used at all; what is refused is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.client.server import Server
from setpoint.errors import InputError


@pytest.mark.parametrize(
    "url",
    [
        "https://setpoint.example.org",
        "https://setpoint.example.org:8437/behind/a/proxy",
        "http://127.0.0.1:8437",
        "http://localhost:8437/",
        "http://[::1]:8437",
    ],
)
def test_these_are_addresses(url: str) -> None:
    Server(url, "sp_a.b-c_d~e+/f==").check()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://setpoint.example.org", "in the clear"),
        ("http://127.0.0.1.example.org", "in the clear"),
        ("ftp://127.0.0.1", "no URL"),
        ("127.0.0.1:8437", "no URL"),
        ("https://", "no URL"),
        ("https://host:x", "no URL"),
        ("https://host:0", "no URL"),
        ("https://[::1", "no URL"),
        ("https://host/?x=1", "no URL"),
        ("https://host/#x", "no URL"),
        ("https://ho st", "no URL"),
        ("https://host\n.example.org", "no URL"),
        ("https://hóst", "no URL"),
        ("https://me:hunter2@host", "has a user in it"),
        ("sp_0123456789ab_hunter2", "no URL"),
    ],
)
def test_these_are_not(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        Server(url).check()
    assert "hunter2" not in refused.value.diagnostics()


def test_a_token_may_go_in_the_clear_where_somebody_says_so() -> None:
    Server("http://setpoint.example.org", "secret", insecure=True).check()


@pytest.mark.parametrize("token", ["two words", "a\nheader: b", "tökèn", "\x00"])
def test_what_no_header_can_carry_is_no_token(token: str) -> None:
    with pytest.raises(InputError, match="no token") as refused:
        Server("https://host", token).check()
    assert token not in refused.value.diagnostics()
    assert token not in repr(Server("https://host", token))


def test_an_authority_is_read_from_its_file(tmp_path: Path) -> None:
    assert Server("https://host").trusted() is None
    for file, told in ((tmp_path / "none.pem", "cannot be read"), (tmp_path, "cannot be read|no certificate")):
        with pytest.raises(InputError, match=told):
            Server("https://host", ca_file=file).trusted()
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("-----BEGIN NONSENSE-----", encoding="utf-8")
    with pytest.raises(InputError, match="no certificate in PEM"):
        Server("https://host", ca_file=wrong).trusted()
