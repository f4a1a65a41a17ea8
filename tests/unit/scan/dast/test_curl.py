from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import Sent
from setpoint.scan.dast.curl import curl_line


def arguments(line: str) -> list[bytes]:
    """What a shell makes of the line."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}; ALICE_AUTHORIZATION='Bearer x y'; {line}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


def test_credentials_are_variables_of_the_shell() -> None:
    sent = Sent("GET", "https://a.example/o?q='", (("authorization", "$ALICE_AUTHORIZATION"), ("x-y", "$(id)")))
    given_to_curl = arguments(curl_line(sent))
    assert b"authorization: Bearer x y" in given_to_curl
    assert b"x-y: $(id)" in given_to_curl
    assert given_to_curl[-1] == b"https://a.example/o?q='"


def test_markers_of_a_scan_are_left_out() -> None:
    assert "probe" not in curl_line(Sent("GET", "http://a.example/", (("x-setpoint-probe", "v1.a.1.b"),)))


@given(st.binary(min_size=1, max_size=40).filter(lambda body: b"\0" not in body))
def test_every_body_arrives_as_it_is(body: bytes) -> None:
    given_to_curl = arguments(curl_line(Sent("POST", "http://a.example/", body=body)))
    assert given_to_curl[given_to_curl.index(b"--data-binary") + 1] == body
