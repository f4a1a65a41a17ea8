from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.scan import ScanKind, ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.secrets.detect_secrets import DetectSecrets, read_detect_secrets

KEY = "AKIA" + "IOSFODNN7EXAMPLF"


def test_where_a_secret_is_and_nothing_of_it(root: Path, target_of: Callable[..., ScanTarget]) -> None:
    (root / "deploy").mkdir()
    (root / "deploy" / "prod.env").write_text(f"region=eu\nkey={KEY}\n", encoding="utf-8")
    (root / "a.py").write_text(
        f"one = '{KEY}'  # pragma: allowlist secret\n# pragma: allowlist nextline secret\ntwo = '{KEY}'\n",
        encoding="utf-8",
    )
    run = DetectSecrets().scan(target_of(), lambda _line: None)
    assert (run.status, run.kind, run.version) == (ScanStatus.COMPLETE, ScanKind.SECRETS, "1.5.0")
    assert {(each.place.file, each.place.line, each.is_suppressed) for each in run.results} == {
        ("a.py", 1, True),
        ("deploy/prod.env", 2, False),
    }
    assert {(each.rule, each.severity, each.cwes) for each in run.results} == {
        ("aws-access-key", Severity.HIGH, (798,))
    }
    assert KEY not in str(run)
    assert not any(each.snippet or each.told_fingerprint for each in run.results)


def test_a_name_hides_nothing(root: Path, target_of: Callable[..., ScanTarget]) -> None:
    (root / "swagger.env").write_text(f"key={KEY}\n", encoding="utf-8")
    assert [each.place.file for each in DetectSecrets().scan(target_of(), lambda _line: None).results] == [
        "swagger.env"
    ]


@pytest.mark.parametrize(
    "data",
    [
        f"# café\nkey={KEY}\n".encode("latin-1"),
        f"# café\nkey={KEY}\n".encode("utf-16"),
        f"# café\r\nkey={KEY}\r\n".encode("utf-16"),
        f"# \ud800\nkey={KEY}\n".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_text_in_another_encoding_hides_nothing(
    root: Path, target_of: Callable[..., ScanTarget], data: bytes
) -> None:
    (root / "deploy").mkdir()
    (root / "deploy" / "prod.env").write_bytes(data)
    (root / "plain.env").write_text(f"key={KEY}\n", encoding="utf-8")
    (root / "picture").write_bytes(b"\x89PNG\0" + data)
    run = DetectSecrets().scan(target_of(), lambda _line: None)
    assert (run.status, run.files, run.version) == (ScanStatus.COMPLETE, 3, "1.5.0")
    places = {(each.place.file, each.place.line) for each in run.results}
    assert places == {("deploy/prod.env", 2), ("plain.env", 1)}


@pytest.mark.parametrize("output", [b"[]", b"{}", b'{"results": []}', b'{"results": {"a": 3}}', b"{"])
def test_what_is_none_of_its_output(root: Path, output: bytes) -> None:
    with pytest.raises(InputError):
        read_detect_secrets(output, root)
