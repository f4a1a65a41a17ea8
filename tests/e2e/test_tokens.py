"""Tokens from the command line: shown once, listed without what opens anything, rotated, revoked."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from datetime import datetime, timedelta

from tests.e2e.program import Setpoint

TOKEN = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")


def test_a_token_lives_and_dies(lonely_setpoint: Setpoint) -> None:
    issued = lonely_setpoint.run("tokens", "issue", "ci", "--scope", "gate", "--scope", "read", "--service", "shop")
    assert issued.code == 0
    (text,) = TOKEN.findall(issued.out)
    assert "ci (" in issued.out
    assert "may gate, read until" in issued.out

    listed = lonely_setpoint.run("tokens", "list", "--json").json()
    assert [(each["name"], each["state"], each["scopes"], each["service"]) for each in listed] == [
        ("ci", "active", ["gate", "read"], "shop")
    ]
    assert "@" in listed[0]["created_by"]
    lifetime = datetime.fromisoformat(listed[0]["expires_at"]) - datetime.fromisoformat(listed[0]["created_at"])
    assert lifetime == timedelta(days=90)

    rotated = lonely_setpoint.run("tokens", "rotate", "ci", "--overlap", "10m", "--json").json()
    assert rotated["rotated_from"] == listed[0]["id"]
    assert TOKEN.fullmatch(rotated["token"])
    assert rotated["token"] != text

    revoked = lonely_setpoint.run("tokens", "revoke", "ci", "--json").json()
    assert {each["id"] for each in revoked} == {listed[0]["id"], rotated["id"]}
    again = lonely_setpoint.run("tokens", "revoke", "ci")
    assert (again.code, again.out) == (0, "ci was revoked before\n")
    assert lonely_setpoint.run("tokens", "list").out == "no tokens\n"
    everything = lonely_setpoint.run("tokens", "list", "--all")
    assert everything.out.count("revoked") == 2

    actions = [json.loads(line)["action"] for line in lonely_setpoint.run("audit", "export").out.splitlines()]
    assert actions == ["token issued", "token rotated", "token revoked", "token revoked"]
    assert lonely_setpoint.run("audit", "verify").code == 0
    secrets = [each.rsplit("_", 1)[1] for each in (text, rotated["token"])]
    files = b"".join(lonely_setpoint.files().values())
    assert not any(secret.encode() in files for secret in secrets)


def test_an_agents_token_comes_with_its_key(lonely_setpoint: Setpoint) -> None:
    issued = lonely_setpoint.run("tokens", "issue", "agent-1", "--agent", "--expires", "never", "--json").json()
    assert (issued["scopes"], issued["agent"], issued["expires_at"]) == (["ingest"], True, None)
    assert len(base64.urlsafe_b64decode(issued["policy_key"])) == 32
    master_key = lonely_setpoint.folder / "setpoint.sqlite.master.key"
    assert master_key.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(lonely_setpoint.ledger) as connection:
        purposes = {purpose for (purpose,) in connection.execute("SELECT purpose FROM wrapped_keys")}
    connection.close()
    assert purposes == {"fleet", f"agent {issued['id']}"}


def test_what_cannot_be_is_told_in_one_line(lonely_setpoint: Setpoint) -> None:
    lonely_setpoint.run("tokens", "issue", "ci", "--scope", "gate")
    for arguments, complaint in (
        (
            ("issue", "ci", "--scope", "gate"),
            "there is a token ci already; rotate or revoke it, or choose another name",
        ),
        (("issue", "x"), "no scope is given; give any of: ingest, gate, read, operate, admin"),
        (("issue", "two words", "--scope", "gate"), "'two words' is no name for a token"),
        (("issue", "x", "--scope", "admin", "--service", "shop"), "the scope admin cannot be bound to a service"),
        (("issue", "x", "--scope", "gate", "--agent"), "an agent's token has the scope ingest and no other"),
        (("issue", "x", "--scope", "gate", "--expires", "0s"), "the token would have expired already"),
        (("revoke", "nobody"), "there is no token 'nobody'; list them with: setpoint tokens list"),
        (("rotate", "ci", "--overlap", "60d"), "the overlap is not between 0 and 30 days"),
    ):
        answer = lonely_setpoint.run("tokens", *arguments)
        assert answer.code == 2
        assert answer.complaint().startswith(complaint)
    for arguments in (
        ("issue", "x", "--scope", "gat"),
        ("issue", "x", "--scope", "gate", "--expires", "soon"),
        ("rotate", "ci", "--overlap", "x"),
    ):
        assert lonely_setpoint.run("tokens", *arguments).code == 2


def test_listing_needs_a_ledger_and_issuing_makes_it(lonely_setpoint: Setpoint) -> None:
    listed = lonely_setpoint.run("tokens", "list")
    assert listed.code == 2
    assert "there is no ledger here" in listed.complaint()
    assert lonely_setpoint.run("tokens", "issue", "ops", "--scope", "operate").code == 0
