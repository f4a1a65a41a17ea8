from __future__ import annotations

from setpoint.model.access import AccessScope
from setpoint.server.authentication.authenticator import Authenticator
from setpoint.server.authentication.first_token import first_admin_token
from setpoint.store.ledger.tokens import SqlTokens


def test_a_new_ledger_gets_one_admin_token_and_no_second(store: SqlTokens) -> None:
    text = first_admin_token(store)
    assert text is not None
    authenticator = Authenticator(store)
    assert authenticator.authenticate(f"Bearer {text}").may(AccessScope.ADMIN)
    authenticator.close()
    assert first_admin_token(store) is None
    store.revoke("first-admin", "me", store.tokens()[0].created_at)
    assert first_admin_token(store) is None
