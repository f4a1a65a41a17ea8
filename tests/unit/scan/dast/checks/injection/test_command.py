"""A page that asks programs of the system, with a shell and without."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request

from setpoint.model.dast import Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.command import CommandInjection

Found = Callable[..., list[Fault]]
LOOKUP = Operation("GET", "/lookup", (Part(PartPlace.QUERY, "target", example="localhost"),))


def tools(command: str, *, without: str = "", shows_output: bool = True) -> Flask:
    """`command` with the value in the place of `{}`; `without`: what is taken from it before."""
    app = Flask(__name__)

    @app.get("/lookup")
    def lookup() -> Any:
        value = request.args.get("target", "").replace(without, "") if without else request.args.get("target", "")
        done = subprocess.run(command.format(value), shell=True, capture_output=True, text=True, check=False)  # noqa: S602  # that is the fault
        if not shows_output:
            return "reachable" if done.returncode == 0 else ("not reachable", 502)
        return done.stdout

    return app


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("echo looking for {}", ""),
        ("echo 'looking for {}'", ""),
        ('echo "looking for {}"', ""),
        ("echo {} | tr a-z a-z", ""),
        ("true {} && echo done", ""),
        ("echo {}", ";"),
        ('echo "{}"', ";"),
    ],
)
def test_a_shell_works_out_a_product(found: Found, command: str, without: str) -> None:
    (fault,) = found(CommandInjection, tools(command, without=without), LOOKUP)

    assert (fault.kind, fault.cwe, fault.part) == ("command-injection", 78, "query:target")
    assert fault.certainty is Certainty.CONFIRMED


def test_a_command_whose_output_is_not_shown(found: Found) -> None:
    (fault,) = found(CommandInjection, tools("test -n '{}'", shows_output=False), LOOKUP)

    assert fault.certainty is Certainty.DIFFERENTIAL


def test_arguments_as_a_list_are_no_fault(found: Found) -> None:
    app = Flask(__name__)

    @app.get("/lookup")
    def lookup() -> Any:
        value = request.args.get("target", "")
        return subprocess.run(["echo", "looking for", value], capture_output=True, text=True, check=True).stdout

    assert found(CommandInjection, app, LOOKUP) == []


def test_a_value_that_is_refused_is_no_fault(found: Found) -> None:
    app = Flask(__name__)

    @app.get("/lookup")
    def lookup() -> Any:
        value = request.args.get("target", "")
        return value if value.isalpha() else (f"not a host: {value}", 400)

    assert found(CommandInjection, app, LOOKUP) == []


PING = Operation("GET", "/ping", (Part(PartPlace.QUERY, "host"),))


def ping(allowed: str, *, with_shell: bool) -> Flask:
    """Tells whether the host is the local one, of hosts that the pattern begins with, or is."""
    app = Flask(__name__)

    @app.get("/ping")
    def answer() -> Any:
        host = request.args.get("host", "")
        if not re.match(allowed, host):
            return "no such host", 400
        command = f"test -n {host} -a {host} = localhost"
        arguments = ["sh", "-c", command] if with_shell else ["test", "-n", host, "-a", host, "=", "localhost"]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        return "reachable" if done.returncode == 0 else "not reachable"

    return app


def test_a_value_that_has_to_begin_as_hosts_do(found: Found) -> None:
    (fault,) = found(CommandInjection, ping("localhost|[a-z]+[.]example", with_shell=True), PING)

    assert (fault.part, fault.certainty) == ("query:host", Certainty.DIFFERENTIAL)


@pytest.mark.parametrize(("allowed", "with_shell"), [("localhost", False), (r"[a-z.]+\Z", True)])
def test_a_host_that_is_checked_as_a_whole_or_an_argument_is_no_fault(
    found: Found, allowed: str, with_shell: bool
) -> None:
    assert found(CommandInjection, ping(allowed, with_shell=with_shell), PING) == []
