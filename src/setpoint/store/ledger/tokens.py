"""`TokenStore` on the ledger: tokens by the digest of their text, and agents' keys. `SqlLedger.access` makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from setpoint.errors import ConflictError, InputError, NotFoundError
from setpoint.model.access import LONGEST_OVERLAP, AccessScope, Token, TokenRequest, TokenState, check_request
from setpoint.model.credential import mint
from setpoint.store.interface import AgentKeys, IssuedToken, StoredToken
from setpoint.store.ledger import audit
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.columns import Moment
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.tables import tokens
from setpoint.store.ledger.wrapping import WrappedKeys
from setpoint.store.ledger.writer import set_clock

FLEET: Final = "fleet"
"""The purpose of the key that all agents share."""


class SqlTokens:
    """Threads and processes may share the ledger: each write is its only writer, each read sees what is committed."""

    def __init__(self, database: Database, writer: str, master_key: Path) -> None:
        """`writer`: as which writer its audit rows are chained."""
        self._database = database
        self._writer = writer
        self._keys = WrappedKeys(master_key)

    def find(self, identity: str) -> StoredToken | None:
        with self._database.read() as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == identity)).one_or_none()
        return None if row is None else StoredToken(_decode(row), row.digest)

    def tokens(self) -> Sequence[Token]:
        with self._database.read() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id))
            return [_decode(row) for row in rows]

    def tokens_page(self, *, after: str, limit: int) -> Sequence[Token]:
        wanted = select(tokens).where(tokens.c.id > after).order_by(tokens.c.id).limit(limit)
        with self._database.read() as connection:
            return [_decode(row) for row in connection.execute(wanted)]

    def issue(self, request: TokenRequest, actor: str, at: datetime) -> IssuedToken:
        check_request(request, at)
        with self._database.write() as connection:
            return self._issue(connection, request, actor, at)

    def issue_first(self, request: TokenRequest, actor: str, at: datetime) -> IssuedToken | None:
        check_request(request, at)
        with self._database.write() as connection:
            known = connection.execute(select(tokens.c.scopes)).scalars()
            if any(request.scopes.intersection(scopes) for scopes in known):
                return None
            return self._issue(connection, request, actor, at)

    def rotate(self, name_or_id: str, overlap: timedelta, actor: str, at: datetime) -> IssuedToken:
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise InputError(f"the overlap is not between 0 and {LONGEST_OVERLAP.days} days", remedy="give another one")
        with self._database.write() as connection:
            old = _rotatable(connection, name_or_id, at)
            ends = at + overlap if old.expires_at is None else min(at + overlap, old.expires_at)
            connection.execute(update(tokens).where(tokens.c.id == old.id).values(expires_at=ends))
            new = replace(
                old,
                created_at=at,
                created_by=actor,
                expires_at=None if old.expires_at is None else at + (old.expires_at - old.created_at),
                last_used_at=None,
                rotated_from=old.id,
            )
            return self._add(connection, new, "token rotated", at)

    def revoke(self, name_or_id: str, actor: str, at: datetime) -> Sequence[Token]:
        with self._database.write() as connection:
            meant = _meant(connection, name_or_id)
            revoked = [replace(each, revoked_at=at) for each in meant if each.revoked_at is None]
            for each in revoked:
                connection.execute(update(tokens).where(tokens.c.id == each.id).values(revoked_at=at))
                self._keys.forget(connection, _purpose(each.id))
            audit.append(connection, self._writer, [_tell(each, "token revoked", actor, at) for each in revoked])
            set_clock(connection, at)
        return revoked

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        if not uses:
            return
        used = bindparam("used", type_=Moment)
        later = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < used)
        statement = update(tokens).where(tokens.c.id == bindparam("identity"), later).values(last_used_at=used)
        rows = [{"identity": identity, "used": at} for identity, at in uses.items()]
        with self._database.write() as connection:
            connection.execute(statement, rows)

    def agent_keys(self, identity: str) -> AgentKeys:
        with self._database.read() as connection:
            policy, fleet = (self._keys.get(connection, each) for each in (_purpose(identity), FLEET))
        if policy is None or fleet is None:
            raise NotFoundError(
                f"the token {identity} is no agent's", remedy="issue one with: setpoint tokens issue NAME --agent"
            )
        return AgentKeys(policy, fleet)

    def _issue(self, connection: Connection, request: TokenRequest, actor: str, at: datetime) -> IssuedToken:
        if any(each.state(at) is TokenState.ACTIVE for each in _named(connection, request.name)):
            raise ConflictError(
                f"there is a token {request.name} already", remedy="rotate or revoke it, or choose another name"
            )
        return self._add(connection, _token(request, actor, at), "token issued", at)

    def _add(self, connection: Connection, wanted: Token, action: str, at: datetime) -> IssuedToken:
        text, credential = mint()
        token = replace(wanted, id=credential.id)
        connection.execute(insert(tokens).values(**_encode(token), digest=credential.digest))
        policy_key = None
        if token.is_agent:
            # The fleet's key first: it tells when the master key is another one than before.
            self._keys.get_or_make(connection, FLEET)
            policy_key = self._keys.make(connection, _purpose(token.id))
        audit.append(connection, self._writer, [_tell(token, action, token.created_by, at)])
        set_clock(connection, at)
        return IssuedToken(token, text, policy_key)


def _token(request: TokenRequest, actor: str, at: datetime) -> Token:
    """Its id comes with its text."""
    return Token(
        id="",
        name=request.name,
        scopes=request.scopes,
        service=request.service,
        is_agent=request.is_agent,
        created_at=at,
        created_by=actor,
        expires_at=request.expires_at,
    )


def _purpose(identity: str) -> str:
    return f"agent {identity}"


def _named(connection: Connection, name: str) -> list[Token]:
    rows = connection.execute(select(tokens).where(tokens.c.name == name).order_by(tokens.c.created_at))
    return [_decode(row) for row in rows]


def _meant(connection: Connection, name_or_id: str) -> list[Token]:
    row = connection.execute(select(tokens).where(tokens.c.id == name_or_id)).one_or_none()
    meant = [_decode(row)] if row is not None else _named(connection, name_or_id)
    if not meant:
        raise NotFoundError(f"there is no token {name_or_id!r}", remedy="list them with: setpoint tokens list")
    return meant


def _rotatable(connection: Connection, name_or_id: str, at: datetime) -> Token:
    """The one active token that no other replaces already."""
    meant = _meant(connection, name_or_id)
    replaced = {each.rotated_from for each in _named(connection, meant[0].name)}
    active = [each for each in meant if each.state(at) is TokenState.ACTIVE and each.id not in replaced]
    if not active:
        raise ConflictError(
            f"the token {name_or_id} is not active, or was rotated already",
            remedy="see: setpoint tokens list --all; issue a new one where none is active",
        )
    return active[-1]


def _tell(token: Token, action: str, actor: str, at: datetime) -> Entry:
    details = {
        "id": token.id,
        "scopes": sorted(token.scopes),
        "service": token.service,
        "agent": token.is_agent,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "rotated_from": token.rotated_from,
    }
    return Entry(at, action, f"token:{token.name}", details, actor)


def _encode(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "service": token.service,
        "is_agent": token.is_agent,
        "created_at": token.created_at,
        "created_by": token.created_by,
        "expires_at": token.expires_at,
        "rotated_from": token.rotated_from,
    }


def _decode(row: Row[Any]) -> Token:
    fields = {name: value for name, value in row._mapping.items() if name not in {"scopes", "digest"}}
    return Token(scopes=frozenset(AccessScope(each) for each in row.scopes), **fields)
