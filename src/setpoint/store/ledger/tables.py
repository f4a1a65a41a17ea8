"""The tables as the code uses them. Those in the file are made by `migrations/`; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    true,
)

from setpoint.store.ledger.columns import Document, Moment, Number

metadata = MetaData()

services = Table(
    "services",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tier", Text, nullable=False),
    Column("exposure", Text, nullable=False),
    Column("owner", Text, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("service", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False),
)

resources = Table(
    "resources",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("urn", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("key", Text, nullable=False),
    # Null where there is neither drift, gap nor fold: most entities, most of the time.
    Column("comparison", Document),
    # Whether the comparison has a drift or a gap.
    Column("differs", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # Covering: what is remembered is read from this index alone, past all comparisons.
    Index("resources_remembered", "scope", "urn", "key"),
    Index("resources_differing", "scope", "differs", "urn"),
)

findings = Table(
    "findings",
    metadata,
    # Two scopes may look at one entity with different eyes: what one of them concludes closes nothing of the other's.
    Column("scope", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("urn", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("evidence", Document, nullable=False),
    Column("policies", Document, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("last_changed", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("times_opened", Integer, nullable=False),
    Column("accepted_by", Text, nullable=False, server_default=""),
    Column("has_counted", Boolean, nullable=False, server_default=true()),
    # Who made it so; null until that is asked. `identity/attributions` alone writes these.
    Column("traced", Document),
    # When it was changed last, as the answer is about it.
    Column("traced_for", Moment),
    Column("traced_up_to", BigInteger),
    Column("trace_at", Moment),
    Column("traces_until", Moment),
    Index("findings_of_urn", "scope", "urn"),
    Index("findings_of_service", "service"),
    Index("findings_of_rule", "scope", "rule"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("service", Text, nullable=False, server_default=""),
    Column("stage", Text, nullable=False),
    Column("path", Text, nullable=False),
    # The digest of everything that was decided together of this subject, stage and path.
    Column("together", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("document", Document, nullable=False),
    Index("decisions_of_subject", "subject", "stage", "path", "id"),
    Index("decisions_of_service", "service", "id"),
)

remediations = Table(
    "remediations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("urn", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("plan", Document),
    Column("findings", Document, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detected_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Who sets again what was set back; null where that is not why a person has it.
    Column("inquiry", Document),
    # Null once that is told, or will not be.
    Column("ask_at", Moment),
    Index("remediations_of_urn", "urn"),
    Index("remediations_of_state", "scope", "state"),
)
Index(
    "remediations_to_ask",
    remediations.c.scope,
    remediations.c.ask_at,
    sqlite_where=remediations.c.ask_at.is_not(None),
    postgresql_where=remediations.c.ask_at.is_not(None),
)

remediation_steps = Table(
    "remediation_steps",
    metadata,
    Column("id", Number, primary_key=True),
    Column("remediation", Number, ForeignKey("remediations.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

signals = Table(
    "signals",
    metadata,
    Column("id", Number, primary_key=True),
    Column("service", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Column("cause", Text, nullable=False),
    Index("signals_of_service", "service", "at"),
)

beats = Table(
    "beats",
    metadata,
    Column("id", Number, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("resources", Integer, nullable=False),
    Column("examined", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("remediated", Integer, nullable=False),
    Column("coverage", Document, nullable=False),
    Column("held", Document, nullable=False, server_default="{}"),
    Index("beats_of_scope", "scope", "id"),
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    # Brought forward where somebody ends the waiver early.
    Column("expires_at", Moment, nullable=False),
)

# When a waiver, also one from a file, last kept something from counting.
waiver_matches = Table(
    "waiver_matches",
    metadata,
    Column("waiver", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("remediation", Number, ForeignKey("remediations.id")),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("outcome", Text, nullable=False),
    Index("orders_open", "done_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("alert", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Null once it was delivered, or given up.
    Column("next_at", Moment),
    Column("outcome", Text, nullable=False),
    Index("deliveries_due", "next_at"),
)

# What was judged, so that other policies can be run over the past

# Everything that is recorded there is kept once, however often it is seen again.
states = Table(
    "states",
    metadata,
    # Of what is packed, before it is packed.
    Column("digest", Text, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

# An entity as it was judged, from `at` on; until `ended_at`, where that is over.
history = Table(
    "history",
    metadata,
    Column("id", Number, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("urn", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    # Digests of states; null where there is nothing of the kind.
    Column("actual", Text),
    Column("intended", Text),
    Column("differences", Text),
    Column("exceptions", Text),
    # Path → the digest of what was decided together there (`decisions.together`); null where nothing was.
    Column("decided", Document),
)
Index(
    "history_now",
    history.c.scope,
    history.c.urn,
    unique=True,
    sqlite_where=history.c.ended_at.is_(None),
    postgresql_where=history.c.ended_at.is_(None),
)
Index(
    "history_over",
    history.c.ended_at,
    sqlite_where=history.c.ended_at.is_not(None),
    postgresql_where=history.c.ended_at.is_not(None),
)

history_reach = Table(
    "history_reach",
    metadata,
    Column("scope", Text, primary_key=True),
    # From when on the past is there as a whole.
    Column("since", Moment, nullable=False),
    Column("pruned_at", Moment, nullable=False),
)

# What a decision of the gate was made from.
gate_cases = Table(
    "gate_cases",
    metadata,
    Column("decision", Number, ForeignKey("decisions.id"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("document", Document, nullable=False),
    # Empty where it was not recorded.
    Column("scope", Text, nullable=False, server_default=""),
)

gate_states = Table(
    "gate_states",
    metadata,
    Column("decision", Number, ForeignKey("gate_cases.decision"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("urn", Text, nullable=False),
    Column("state", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("birth", Text, nullable=False),
    Column("acquired_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # Of the whole text of the token, which is nowhere.
    Column("digest", Text, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("service", Text),
    Column("is_agent", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    # Brought forward where the token is rotated.
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("rotated_from", Text),
    Index("tokens_of_name", "name"),
)

# Under the master key, which is not in the ledger.
wrapped_keys = Table(
    "wrapped_keys",
    metadata,
    # What the key is for, which the wrapping binds it to: `fleet`, or `agent <token id>`.
    Column("purpose", Text, primary_key=True),
    Column("wrapped", Text, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("writer", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Document, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("audit_log_of_writer", "writer", "sequence"),
)

seals = Table(
    "seals",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    # The last sealed row; rows are numbered without a gap, so it is their count, too.
    Column("through", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

# What the API answered lately, so that a call which is made again is not done again.
answers = Table(
    "answers",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # Of what was asked.
    Column("fingerprint", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("answers_by_age", "at"),
)

clock = Table(
    "clock",
    metadata,
    # One row: the latest time that any write carried.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("latest", Moment, nullable=False),
)
