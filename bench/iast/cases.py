"""The cases, as `cases.jsonl` has them: what is asked of which route, and what is true of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
CASES: Final = HERE / "cases.jsonl"
APPS: Final = HERE / "apps"
FROZEN: Final = HERE / "FROZEN"
FRAMEWORKS: Final = ("flask", "django", "fastapi")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Texts may hold `{listener}`, the port of the stand-in that answers over HTTP."""

    method: str
    path: str
    """Percent-encoded."""
    query: Sequence[tuple[str, str]] = ()
    raw_query: str = ""
    """A query string to send as it is."""
    headers: Mapping[str, str] | None = None
    cookies: Mapping[str, str] | None = None
    form: Sequence[tuple[str, str]] = ()
    files: Sequence[Mapping[str, str]] = ()
    """Each with `field`, `name` and either `content` or `base64`."""
    json: Any = None
    body: str = ""
    body_base64: str = ""
    websocket: Mapping[str, str] | None = None
    """One message, `text` or `base64`; its answer is awaited."""

    @staticmethod
    def of(document: Mapping[str, Any], names: Mapping[str, str]) -> Request:
        """A request of the file, with its placeholders filled in."""
        text = json.dumps(document)
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        parts = json.loads(text)
        pairs = {name: [(key, value) for key, value in parts.get(name, ())] for name in ("query", "form")}
        return Request(**{**parts, **pairs})


class EffectKind(StrEnum):
    """Where it shows that an attack worked."""

    ANSWER = "answer"
    """The body has the text."""
    HTML = "html"
    """The body has the text, and a browser would take it for a page."""
    HEADER = "header"
    """A header of the answer, `name`, has the text."""
    COOKIE = "cookie"
    """A cookie lacks Secure, HttpOnly or SameSite."""
    FILE = "file"
    """There is a file or folder of that path."""
    HIT = "hit"
    """The stand-in was asked for that host and path."""
    MAIL = "mail"
    """A letter went out with the text in a header called `name`."""
    LOG = "log"
    """A line of the log begins with the text."""


@dataclass(frozen=True, slots=True)
class Effect:
    kind: EffectKind
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    framework: str
    category: str
    cwe: frozenset[int]
    """Any of them names it rightly."""
    vulnerable: bool
    manner: str
    """Why it is safe, or how it is vulnerable."""
    transformations: Sequence[str]
    """What the value goes through on its way to the sink."""
    benign: Mapping[str, Any]
    attack: Mapping[str, Any]
    effect: Effect | None
    """How it shows that the attack worked; None where the call alone is what is wrong, and nothing shows it."""
    status: int
    """Of the answer to the benign request; 101 for a WebSocket."""
    needs: frozenset[str]

    @property
    def path(self) -> str:
        """The route up to its parameters; no other case has it."""
        return f"/{self.category}/{self.id}"


def load_cases(path: Path = CASES) -> list[Case]:
    with path.open(encoding="utf-8") as lines:
        return [_case(json.loads(line)) for line in lines]


def _case(line: Mapping[str, Any]) -> Case:
    effect = Effect(**{**line["effect"], "kind": EffectKind(line["effect"]["kind"])}) if line["effect"] else None
    return Case(**{**line, "cwe": frozenset(line["cwe"]), "needs": frozenset(line["needs"]), "effect": effect})


def digests() -> dict[str, str]:
    """SHA-256 of the cases and of every source file of the applications, by path."""
    return {str(path.relative_to(HERE)): hashlib.sha256(path.read_bytes()).hexdigest() for path in _frozen_files()}


def _frozen_files() -> Iterator[Path]:
    yield CASES
    yield from sorted(APPS.rglob("*.py"))


def frozen_digests() -> dict[str, str]:
    """What `FROZEN` says they were."""
    lines = (line.split("  ", 1) for line in FROZEN.read_text(encoding="utf-8").splitlines() if line)
    return {name: digest for digest, name in lines}
