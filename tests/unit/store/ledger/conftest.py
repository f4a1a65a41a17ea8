from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.postgres import PostgresServer, has_postgres, postgres_server

from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.writer import SqlWriter

EMPTY = """
DO $$ DECLARE each record; BEGIN
    SET LOCAL session_replication_role = replica;  -- the audit log refuses
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', each.tablename);
    END LOOP;
    FOR each IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', each.sequencename);
    END LOOP;
    INSERT INTO clock VALUES (1, 0);
END $$"""


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to copy, so that not every test runs the migrations."""
    path = tmp_path_factory.mktemp("ledger") / "empty.sqlite"
    open_ledger(str(path)).close()
    return path


@pytest.fixture
def path(empty_ledger: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_ledger, tmp_path / "ledger.sqlite"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever uses a ledger runs on both databases; what looks into the file itself, on the one that has a file."""
    if "engine" in metafunc.fixturenames:
        has_file = "path" in metafunc.fixturenames
        metafunc.parametrize("engine", ["sqlite"] if has_file else ["sqlite", "postgres"])


@pytest.fixture
def place(engine: str, request: pytest.FixtureRequest) -> str:
    """Of an empty ledger."""
    return str(request.getfixturevalue("path" if engine == "sqlite" else "shared_ledger"))


@pytest.fixture
def ledger(place: str) -> Iterator[SqlLedger]:
    opened = open_ledger(place)
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture
def writer(ledger: SqlLedger, now: datetime) -> SqlWriter:
    return ledger.acquire("aws", now, ttl=60)[1]


@pytest.fixture
def bucket() -> Callable[[str], Urn]:
    return lambda name: Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", name)


@pytest.fixture
def found() -> Callable[..., Finding]:
    def make(urn: Urn, path: str = "Encryption", severity: Severity = Severity.HIGH, **evidence: object) -> Finding:
        return Finding(
            urn,
            "payments",
            FindingSource.DRIFT,
            "drift/changed",
            path,
            severity,
            f"{path} is not as declared",
            evidence or {"intended": "aws:kms", "actual": "AES256"},
            policies=("s3-encrypted",),
        )

    return make


@pytest.fixture
def decided() -> Callable[..., Decision]:
    def make(subject: Urn, message: str = "not encrypted", path: str = "Encryption", policy: str = "p1") -> Decision:
        reason = Reason(policy, Outcome.VIOLATED, Severity.HIGH, message, {"seen": [1, 2.5, None, {"a": "ü"}]})
        return Decision(subject, "payments", Stage.RUNTIME, Verdict.REFUSE, Effect.REMEDIATE, path, (reason,))

    return make


@pytest.fixture
def concluded() -> Callable[..., Conclusion]:
    def make(
        urn: Urn, *findings: Finding, key: str = "key", decisions: tuple[Decision, ...] = (), service: str = "payments"
    ) -> Conclusion:
        drifts = tuple(Drift(urn, DriftKind.CHANGED, each.path, "aws:kms", "AES256") for each in findings)
        return Conclusion(urn, key, service, Comparison(urn, drifts), findings, decisions)

    return make


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server of PostgreSQL's: what a power cut would lose is no test's business."""
    if not has_postgres():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server(is_durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """The name of a database with a ledger in it."""
    open_ledger(postgres.create("migrated")).close()
    return "migrated"


@pytest.fixture
def postgres_ledger(postgres: PostgresServer, migrated: str) -> Iterator[str]:
    """The address of an empty ledger in a database of its own."""
    with postgres.copied(migrated) as address:
        yield address


@pytest.fixture
def shared_ledger(postgres: PostgresServer, migrated: str) -> Iterator[str]:
    """The address of an empty ledger, which is emptied afterwards: that takes a tenth of what a copy does."""
    yield postgres.url(migrated)
    postgres.run(EMPTY, migrated)
