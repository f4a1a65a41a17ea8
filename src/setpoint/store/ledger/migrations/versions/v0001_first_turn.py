"""The tables of the loop's first turn. Once released, a migration never changes, so it does not use `tables.py`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from setpoint.store.ledger import dialect, postgres

revision = "0001"
down_revision = None

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    _create_what_is_known()
    _create_what_was_concluded()
    _create_what_was_done()
    _create_who_may_write()
    _create_audit()


def _create_what_is_known() -> None:
    op.create_table("services", _text("name"), _text("tier"), _text("exposure"), _text("owner"), _key("name"))
    op.create_table("releases", _text("service"), _text("version"), _moment("first_seen"), _key("service", "version"))
    op.create_table(
        "signals",
        sa.Column("id", _number, primary_key=True),
        _text("service"),
        _text("kind"),
        sa.Column("weight", sa.Float, nullable=False),
        _moment("at"),
        _text("cause"),
    )
    op.create_index("signals_of_service", "signals", ["service", "at"])


def _create_what_was_concluded() -> None:
    op.create_table(
        "resources",
        _text("scope"),
        _text("urn"),
        _text("service"),
        _text("key"),
        _text("comparison", nullable=True),
        sa.Column("differs", sa.Boolean, nullable=False),
        _moment("updated_at"),
        _key("scope", "urn"),
    )
    op.create_index("resources_remembered", "resources", ["scope", "urn", "key"])
    op.create_index("resources_differing", "resources", ["scope", "differs", "urn"])
    op.create_table(
        "findings",
        _text("scope"),
        _text("id"),
        _text("urn"),
        _text("service"),
        _text("source"),
        _text("rule"),
        _text("path"),
        _text("severity"),
        _text("title"),
        _text("evidence"),
        _text("policies"),
        _moment("first_seen"),
        _moment("opened_at"),
        _moment("last_changed"),
        _moment("closed_at", nullable=True),
        _count("times_opened"),
        _key("scope", "id"),
    )
    op.create_index("findings_of_urn", "findings", ["scope", "urn"])
    op.create_index("findings_of_service", "findings", ["service"])
    op.create_table(
        "decisions",
        sa.Column("id", _number, primary_key=True),
        _text("subject"),
        _text("stage"),
        _text("path"),
        _text("together"),
        _moment("at"),
        _text("document"),
    )
    op.create_index("decisions_of_subject", "decisions", ["subject", "stage", "path", "id"])


def _create_what_was_done() -> None:
    op.create_table(
        "remediations",
        sa.Column("id", _number, primary_key=True),
        _text("scope"),
        _text("urn"),
        _text("service"),
        _text("state"),
        _text("plan", nullable=True),
        _text("findings"),
        _text("reason"),
        _moment("detected_at"),
        _moment("updated_at"),
        _count("attempts"),
    )
    op.create_index("remediations_of_urn", "remediations", ["urn"])
    op.create_index("remediations_of_state", "remediations", ["scope", "state"])
    op.create_table(
        "remediation_steps",
        sa.Column("id", _number, primary_key=True),
        sa.Column("remediation", _number, sa.ForeignKey("remediations.id"), nullable=False),
        _text("state"),
        _text("reason"),
        _moment("at"),
    )
    op.create_index("ix_remediation_steps_remediation", "remediation_steps", ["remediation"])
    op.create_table(
        "beats",
        sa.Column("id", _number, primary_key=True),
        _text("scope"),
        _moment("started_at"),
        _moment("ended_at"),
        *(_count(name) for name in ("resources", "examined", "opened", "closed", "remediated")),
        _text("coverage"),
    )
    op.create_index("beats_of_scope", "beats", ["scope", "id"])


def _create_who_may_write() -> None:
    op.create_table(
        "leases",
        _text("scope"),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        _text("host"),
        _count("pid"),
        _text("birth"),
        _moment("acquired_at"),
        _moment("expires_at"),
        _key("scope"),
    )
    clock = op.create_table("clock", _count("id"), _moment("latest"), _key("id"))
    op.bulk_insert(clock, [{"id": 1, "latest": 0}])


def _create_audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("sequence", _number, nullable=False, autoincrement=False),
        _text("writer"),
        _moment("at"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        _text("details"),
        _text("previous"),
        _text("digest"),
        _key("sequence"),
    )
    op.create_index("audit_log_of_writer", "audit_log", ["writer", "sequence"])
    op.create_table(
        "seals",
        sa.Column("number", _number, nullable=False, autoincrement=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        _text("digest"),
        _key("number"),
    )
    append_only = dialect.append_only if op.get_bind().dialect.name == "sqlite" else postgres.append_only
    for statement in (*append_only("audit_log"), *append_only("seals")):
        op.execute(statement)


def _key(*names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names)
