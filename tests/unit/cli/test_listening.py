from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from setpoint.cli.listening import Listening, listening_options

SEEN: list[Listening] = []


@click.command
@listening_options
@click.option("--other")
def command(listening: Listening, other: str | None) -> None:
    SEEN.append(listening)


@pytest.mark.parametrize(
    "listening",
    [
        Listening(None, None, None, insecure=False),
        Listening("[::1]:8437", Path("a certificate.pem"), Path("/run/key"), insecure=True),
    ],
)
def test_a_process_that_is_started_with_the_same_options_reads_the_same(listening: Listening) -> None:
    result = CliRunner().invoke(command, [*listening.arguments(), "--other", "x"])
    assert result.exit_code == 0
    assert SEEN.pop() == listening
