from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from setpoint.errors import ConflictError, InputError, LedgerError, NotFoundError
from setpoint.model.access import AccessScope, TokenRequest, TokenState
from setpoint.model.credential import read
from setpoint.store.interface import AuditRow, IssuedToken
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.tokens import SqlTokens

GATE = frozenset({AccessScope.GATE})
AGENT = TokenRequest("agent", frozenset({AccessScope.INGEST}), "shop", is_agent=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def master_key(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@pytest.fixture
def store(ledger: SqlLedger, master_key: Path) -> SqlTokens:
    return ledger.access(master_key)


def state(store: SqlTokens, issued: IssuedToken, at: datetime) -> TokenState:
    stored = store.find(issued.token.id)
    assert stored is not None
    return stored.token.state(at)


def told(ledger: SqlLedger) -> list[AuditRow]:
    return [row for row in ledger.audit() if row.action.startswith("token ")]


def test_a_token_is_found_again_by_what_its_text_says(store: SqlTokens, now: datetime) -> None:
    issued = store.issue(TokenRequest("ci", GATE, "shop", now + HOUR), "me@host", now)
    credential = read(issued.text)
    assert credential is not None
    stored = store.find(credential.id)
    assert stored is not None
    assert stored.token == issued.token
    assert stored.digest == credential.digest
    assert store.tokens() == [issued.token]
    assert (issued.token.scopes, issued.token.service, issued.token.created_by) == (GATE, "shop", "me@host")


def test_the_secret_is_in_no_file_and_in_no_text(
    store: SqlTokens, path: Path, now: datetime, ledger: SqlLedger
) -> None:
    issued = store.issue(AGENT, "me", now)
    secret = issued.text.rsplit("_", 1)[1]
    ledger.close()
    kept = b"".join(each.read_bytes() for each in path.parent.iterdir() if each.is_file())
    assert issued.policy_key is not None
    assert secret.encode() not in kept
    assert issued.policy_key not in kept
    assert issued.policy_key.hex().encode() not in kept
    assert secret not in repr(issued)
    assert repr(issued.policy_key) not in repr(issued)


def test_a_name_is_taken_while_its_token_is_active(store: SqlTokens, now: datetime) -> None:
    store.issue(TokenRequest("ci", GATE, None, now + HOUR), "me", now)
    with pytest.raises(ConflictError, match="there is a token ci already"):
        store.issue(TokenRequest("ci", GATE), "me", now)
    assert store.issue(TokenRequest("ci", GATE), "me", now + HOUR).token.expires_at is None


def test_what_nobody_should_have_is_not_issued(store: SqlTokens, now: datetime) -> None:
    with pytest.raises(InputError, match="no scope is given"):
        store.issue(TokenRequest("ci", frozenset()), "me", now)
    assert store.tokens() == []


def test_revoking_by_name_means_all_that_share_it_and_by_id_that_one(store: SqlTokens, now: datetime) -> None:
    old = store.issue(TokenRequest("ci", GATE), "me", now)
    new = store.rotate("ci", HOUR, "me", now)
    assert [each.id for each in store.revoke(old.token.id, "me", now)] == [old.token.id]
    assert state(store, new, now) is TokenState.ACTIVE
    assert [each.id for each in store.revoke("ci", "me", now)] == [new.token.id]
    assert state(store, new, now) is TokenState.REVOKED
    assert store.revoke("ci", "me", now) == []
    with pytest.raises(NotFoundError, match="there is no token 'nobody'"):
        store.revoke("nobody", "me", now)


def test_a_revocation_holds_at_once_for_who_has_the_ledger_open_already(
    store: SqlTokens, path: Path, master_key: Path, now: datetime
) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", now)
    other = open_ledger(str(path))
    elsewhere = other.access(master_key)
    assert state(elsewhere, issued, now) is TokenState.ACTIVE
    store.revoke("ci", "me", now)
    assert state(elsewhere, issued, now) is TokenState.REVOKED
    other.close()


def test_rotating_leaves_the_old_secret_for_the_overlap_and_lives_as_long_again(
    store: SqlTokens, now: datetime
) -> None:
    old = store.issue(TokenRequest("ci", GATE, "shop", now + timedelta(days=90)), "me", now)
    later = now + timedelta(days=10)
    new = store.rotate("ci", HOUR, "you", later)
    assert new.token.rotated_from == old.token.id
    assert new.token.expires_at == later + timedelta(days=90)
    assert (new.token.name, new.token.scopes, new.token.service) == ("ci", GATE, "shop")
    assert state(store, old, later + HOUR - timedelta(microseconds=1)) is TokenState.ACTIVE
    assert state(store, old, later + HOUR) is TokenState.EXPIRED
    assert state(store, new, later + HOUR) is TokenState.ACTIVE


def test_an_overlap_never_makes_a_token_live_longer(store: SqlTokens, now: datetime) -> None:
    old = store.issue(TokenRequest("ci", GATE, None, now + timedelta(minutes=5)), "me", now)
    store.rotate("ci", HOUR, "me", now)
    assert state(store, old, now + timedelta(minutes=5)) is TokenState.EXPIRED


def test_without_overlap_the_old_secret_ends_at_once(store: SqlTokens, now: datetime) -> None:
    old = store.issue(TokenRequest("ci", GATE), "me", now)
    store.rotate(old.token.id, timedelta(), "me", now)
    assert state(store, old, now) is TokenState.EXPIRED


def test_what_cannot_be_rotated(store: SqlTokens, now: datetime) -> None:
    old = store.issue(TokenRequest("ci", GATE), "me", now)
    with pytest.raises(InputError, match="overlap"):
        store.rotate("ci", timedelta(days=31), "me", now)
    with pytest.raises(InputError, match="overlap"):
        store.rotate("ci", -HOUR, "me", now)
    store.rotate("ci", HOUR, "me", now)
    with pytest.raises(ConflictError, match="rotated already"):
        store.rotate(old.token.id, HOUR, "me", now)
    store.revoke("ci", "me", now)
    with pytest.raises(ConflictError, match="not active"):
        store.rotate("ci", HOUR, "me", now)


def test_the_audit_log_says_who_did_what_without_a_secret(store: SqlTokens, ledger: SqlLedger, now: datetime) -> None:
    old = store.issue(TokenRequest("ci", GATE, "shop"), "me", now)
    new = store.rotate("ci", HOUR, "you", now)
    store.revoke("ci", "them", now)
    rows = told(ledger)
    assert [(row.action, row.actor, row.details["id"]) for row in rows] == [
        ("token issued", "me", old.token.id),
        ("token rotated", "you", new.token.id),
        ("token revoked", "them", old.token.id),
        ("token revoked", "them", new.token.id),
    ]
    assert {row.subject for row in rows} == {"token:ci"}
    assert not any(each.text.rsplit("_", 1)[1] in str(row) for row in rows for each in (old, new))
    assert ledger.broken_audit_rows() == []


def test_the_first_of_a_scope_is_issued_once_even_if_it_was_revoked(store: SqlTokens, now: datetime) -> None:
    request = TokenRequest("first", frozenset({AccessScope.ADMIN}))
    store.issue(TokenRequest("ci", GATE), "me", now)
    assert store.issue_first(request, "setpoint", now) is not None
    assert store.issue_first(request, "setpoint", now) is None
    store.revoke("first", "me", now)
    assert store.issue_first(request, "setpoint", now) is None


def test_of_two_that_start_at_once_one_makes_the_first(path: Path, master_key: Path, now: datetime) -> None:
    request = TokenRequest("first", frozenset({AccessScope.ADMIN}))
    together, made = Barrier(4), []

    def start() -> None:
        ledger = open_ledger(str(path))
        together.wait()
        made.append(ledger.access(master_key).issue_first(request, "setpoint", now))
        ledger.close()

    threads = [Thread(target=start) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len([each for each in made if each is not None]) == 1


def test_uses_are_noted_and_never_go_back(store: SqlTokens, now: datetime) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", now)
    store.note_uses({issued.token.id: now + HOUR, "unknown": now})
    store.note_uses({issued.token.id: now})
    store.note_uses({})
    assert [each.last_used_at for each in store.tokens()] == [now + HOUR]


def test_an_agent_gets_its_own_key_and_the_fleets(store: SqlTokens, now: datetime, master_key: Path) -> None:
    one = store.issue(AGENT, "me", now)
    two = store.issue(TokenRequest("other", AGENT.scopes, is_agent=True), "me", now)
    keys = [store.agent_keys(each.token.id) for each in (one, two)]
    assert [each.policy for each in keys] == [one.policy_key, two.policy_key]
    assert keys[0].policy != keys[1].policy
    assert keys[0].fleet == keys[1].fleet
    assert {len(each) for each in (*(keys[0].policy,), keys[0].fleet)} == {32}
    assert master_key.stat().st_mode & 0o777 == 0o600
    assert repr(keys[0]) == "AgentKeys()"


def test_a_rotated_agent_gets_a_new_key_and_a_revoked_one_has_none(store: SqlTokens, now: datetime) -> None:
    old = store.issue(AGENT, "me", now)
    new = store.rotate("agent", HOUR, "me", now)
    assert store.agent_keys(old.token.id).policy == old.policy_key != new.policy_key
    store.revoke(old.token.id, "me", now)
    with pytest.raises(NotFoundError, match="no agent's"):
        store.agent_keys(old.token.id)
    assert store.agent_keys(new.token.id).policy == new.policy_key


def test_a_token_of_no_agent_has_no_keys_and_needs_no_master_key(
    store: SqlTokens, now: datetime, master_key: Path
) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", now)
    assert issued.policy_key is None
    with pytest.raises(NotFoundError, match="no agent's"):
        store.agent_keys(issued.token.id)
    assert not master_key.exists()


def test_a_lost_master_key_is_told_and_not_replaced(store: SqlTokens, now: datetime, master_key: Path) -> None:
    issued = store.issue(AGENT, "me", now)
    master_key.unlink()
    with pytest.raises(LedgerError, match="the master key is gone"):
        store.agent_keys(issued.token.id)
    with pytest.raises(LedgerError, match="the master key is gone"):
        store.issue(TokenRequest("other", AGENT.scopes, is_agent=True), "me", now)
    assert not master_key.exists()
    assert [each.name for each in store.tokens()] == ["agent"]


def test_another_master_key_opens_nothing_and_wraps_nothing(store: SqlTokens, now: datetime, master_key: Path) -> None:
    issued = store.issue(AGENT, "me", now)
    master_key.write_text("00" * 32)
    with pytest.raises(LedgerError, match="not wrapped under this master key"):
        store.agent_keys(issued.token.id)
    with pytest.raises(LedgerError, match="not wrapped under this master key"):
        store.issue(TokenRequest("other", AGENT.scopes, is_agent=True), "me", now)
    assert [each.name for each in store.tokens()] == ["agent"]


def test_a_master_key_that_others_can_read_is_refused(store: SqlTokens, now: datetime, master_key: Path) -> None:
    issued = store.issue(AGENT, "me", now)
    master_key.chmod(0o644)
    with pytest.raises(InputError, match="others can read this key"):
        store.agent_keys(issued.token.id)


def test_a_master_key_that_cannot_be_kept_leaves_no_token(ledger: SqlLedger, tmp_path: Path, now: datetime) -> None:
    store = ledger.access(tmp_path / "missing" / "master.key")
    with pytest.raises(LedgerError, match="the master key cannot be kept"):
        store.issue(AGENT, "me", now)
    assert store.tokens() == []


def test_a_wrapped_key_is_bound_to_its_token(store: SqlTokens, ledger: SqlLedger, now: datetime) -> None:
    one = store.issue(AGENT, "me", now)
    two = store.issue(TokenRequest("other", AGENT.scopes, is_agent=True), "me", now)
    with ledger._database.write() as connection:
        connection.execute(
            text("UPDATE wrapped_keys SET wrapped = (SELECT wrapped FROM wrapped_keys WHERE purpose = :one)"),
            {"one": f"agent {one.token.id}"},
        )
    with pytest.raises(LedgerError, match="not wrapped under this master key, or is damaged"):
        store.agent_keys(two.token.id)
