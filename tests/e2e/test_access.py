"""Who is let in by a running server: the first token, over TLS, until it is revoked by a command beside it."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from tests.certificate import write_certificate
from tests.e2e.account import free_port
from tests.e2e.program import PATIENCE, Setpoint, eventually

TOKEN = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")


class Server:
    """`setpoint up --only server` over TLS."""

    def __init__(self, program: Setpoint, port: int) -> None:
        self._err = program.folder / "server.err"
        arguments = ("--listen", f"127.0.0.1:{port}", "--tls-certificate", "server.pem", "--tls-key", "server.key")
        with self._err.open("ab") as err:
            self.process = subprocess.Popen(
                program.command("up", "--only", "server", *arguments),
                cwd=program.folder,
                env=program.environment,
                stdout=subprocess.DEVNULL,
                stderr=err,
            )
        context = ssl.create_default_context(cafile=str(program.folder / "server.pem"))
        self.client = httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context, trust_env=False)
        eventually("the server answers", self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        return self._err.read_text()

    def status(self, path: str, token: str | None) -> int:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.client.get(path, headers=headers).status_code

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


@pytest.fixture
def program(lonely_setpoint: Setpoint) -> Setpoint:
    """With a certificate for 127.0.0.1."""
    write_certificate(lonely_setpoint.folder)
    return lonely_setpoint


@pytest.fixture
def server(program: Setpoint) -> Iterator[Server]:
    started = Server(program, free_port())
    yield started
    started.stop()


def test_the_first_token_opens_until_it_is_revoked_beside_the_server(program: Setpoint, server: Server) -> None:
    (first,) = TOKEN.findall(server.said())
    assert server.status("/v1/tokens", None) == 401
    assert server.status("/v1/tokens", first[:-1]) == 401
    assert server.status("/v1/tokens", first) == 200

    issued = program.run("tokens", "issue", "ci", "--scope", "gate", "--json").json()
    assert server.status("/v1/tokens", issued["token"]) == 403
    assert program.run("tokens", "revoke", "first-admin").code == 0
    assert server.status("/v1/tokens", first) == 401

    said = server.said()
    assert said.count(first.rsplit("_", 1)[1]) == 1
    assert issued["token"].rsplit("_", 1)[1] not in said
    assert said.count("refused") >= 4


def test_a_server_that_starts_again_makes_no_second_first_token(program: Setpoint, server: Server) -> None:
    server.stop()
    again = Server(program, free_port())
    again.stop()
    assert len(TOKEN.findall(again.said())) == 1


def test_beyond_this_machine_it_does_not_listen_without_tls(program: Setpoint) -> None:
    refused = program.run("up", "--only", "server", "--listen", f"192.0.2.1:{free_port()}")
    assert refused.code == 2
    assert "beyond this machine, without TLS; give tls_certificate and tls_key" in refused.complaint()
    assert not program.ledger.exists()
