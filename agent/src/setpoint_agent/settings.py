"""What the agent is told by its environment, read once when it starts.

`SETPOINT_*` first, then what OpenTelemetry's own variables say of the service, so that a service that is already
traced needs no second name. A value that cannot be read is left at its default and told once: the agent never keeps
an application from starting.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

from setpoint_agent import OFF
from setpoint_agent.container import container_id

LONGEST_NAME: Final = 200
"""Characters of the name of a service, a release or an instance: `schemas/` has room for that and a process id."""

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; the names of the variables are beside each."""

    service: str = "unknown"
    """SETPOINT_SERVICE, else OTEL_SERVICE_NAME, else service.name of OTEL_RESOURCE_ATTRIBUTES."""
    release: str = ""
    """SETPOINT_RELEASE, else service.version of OTEL_RESOURCE_ATTRIBUTES."""
    instance: str = ""
    """SETPOINT_INSTANCE, else service.instance.id, else the host's name; the process id is added for each process."""
    container: str = ""
    """The container that it runs in, as the environment tells (`container`); no variable of ours says it."""
    server: str = ""
    """SETPOINT_SERVER: the control plane's address; empty: nothing is sent."""
    token: str = field(default="", repr=False)
    """SETPOINT_TOKEN, or the content of the file that SETPOINT_TOKEN_FILE names."""
    agent_key: bytes = field(default=b"", repr=False)
    """SETPOINT_AGENT_KEY (hex): what the control plane signs its instructions with; without it none is followed."""
    certificates: str = ""
    """SETPOINT_CA_FILE: PEM of the authorities to trust beside the system's."""
    fleet_key: bytes = field(default=b"", repr=False)
    """SETPOINT_FLEET_KEY (hex): fingerprints of values are keyed with it, so that agents' can be joined."""
    report_file: Path | None = None
    """SETPOINT_REPORT_FILE: evidence is appended here as JSON lines."""
    application: tuple[Path, ...] = ()
    """SETPOINT_APPLICATION (os.pathsep between): folders whose code is the application's; empty: all that is neither
    the standard library nor installed."""
    report_seconds: float = 10.0
    """SETPOINT_REPORT_SECONDS: between two reports."""
    queue: int = 1_000
    """SETPOINT_QUEUE: evidence waiting to be sent at most; the oldest is dropped and counted."""
    coverage: bool = True
    """SETPOINT_COVERAGE=off: functions reached are not recorded."""
    components: bool = True
    """SETPOINT_COMPONENTS=off: what the process is made of is not told."""
    problems: tuple[str, ...] = ()
    """What could not be read of the environment."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that `environment` gives; never raises."""
    problems: list[str] = []
    resource = _resource_attributes(environment.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    report_file = environment.get("SETPOINT_REPORT_FILE", "")
    return Settings(
        service=_name(
            environment.get("SETPOINT_SERVICE") or environment.get("OTEL_SERVICE_NAME") or resource.get("service.name")
        )
        or "unknown",
        release=_name(environment.get("SETPOINT_RELEASE") or resource.get("service.version")),
        instance=_name(environment.get("SETPOINT_INSTANCE") or resource.get("service.instance.id"))
        or _name(socket.gethostname())
        or "unknown",
        container=_name(container_id(environment)),
        server=_server(environment, problems),
        token=_token(environment, problems),
        agent_key=_hex(environment, "SETPOINT_AGENT_KEY", problems),
        certificates=environment.get("SETPOINT_CA_FILE", ""),
        fleet_key=_hex(environment, "SETPOINT_FLEET_KEY", problems),
        report_file=Path(report_file).absolute() if report_file else None,
        application=tuple(
            Path(each).absolute() for each in environment.get("SETPOINT_APPLICATION", "").split(os.pathsep) if each
        ),
        report_seconds=_number(environment, "SETPOINT_REPORT_SECONDS", 10.0, float, problems, least=0.1, most=3_600.0),
        queue=_number(environment, "SETPOINT_QUEUE", 1_000, int, problems, least=1, most=100_000),
        coverage=environment.get("SETPOINT_COVERAGE", "").lower() not in OFF,
        components=environment.get("SETPOINT_COMPONENTS", "").lower() not in OFF,
        problems=tuple(problems),
    )


def _name(text: str | None) -> str:
    """As the control plane takes names: printable, and not too long."""
    return "".join(each for each in text or "" if each.isprintable()).strip()[:LONGEST_NAME]


def _server(environment: Mapping[str, str], problems: list[str]) -> str:
    text = environment.get("SETPOINT_SERVER", "").rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not text.isascii() or not text.isprintable() or " " in text:
        problems.append("SETPOINT_SERVER is no address like https://setpoint.example: nothing is sent")
        return ""
    return text


def _resource_attributes(text: str) -> dict[str, str]:
    """`key=value,key=value`, percent-encoded (OpenTelemetry's SDK environment variables)."""
    pairs = (each.partition("=") for each in text.split(",") if "=" in each)
    return {unquote(key.strip()): unquote(value.strip()) for key, _, value in pairs}


def _token(environment: Mapping[str, str], problems: list[str]) -> str:
    token, path = environment.get("SETPOINT_TOKEN", ""), environment.get("SETPOINT_TOKEN_FILE")
    if path:
        try:
            token = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"SETPOINT_TOKEN_FILE: {path} cannot be read: {type(error).__name__}")
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        problems.append("the token holds characters that no token has")
        return ""
    return token


def _hex(environment: Mapping[str, str], name: str, problems: list[str]) -> bytes:
    try:
        return bytes.fromhex(environment.get(name, ""))
    except ValueError:
        problems.append(f"{name} is not hexadecimal")
        return b""


def _number(
    environment: Mapping[str, str],
    name: str,
    otherwise: _Number,
    read: Callable[[str], _Number],
    problems: list[str],
    *,
    least: _Number,
    most: _Number,
) -> _Number:
    text = environment.get(name, "")
    if not text:
        return otherwise
    try:
        value = read(text)
    except ValueError:
        problems.append(f"{name} is {text!r}; a number is expected")
        return otherwise
    if not least <= value <= most:
        problems.append(f"{name} is {text!r}; {least} to {most} is expected")
        return otherwise
    return value
