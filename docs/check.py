"""Holds the docs against the program; `--write` puts the program's own words in. Part of `make lint`.

A fenced block after `<!-- setpoint … -->` is what that command prints; a table after `<!-- table: name -->` is made
from the code.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from setpoint.act.revert.reverter import ACTIONS
from setpoint.intent.guardrails import load_guardrails
from setpoint.model.policy import Policy, Stage, Subject
from setpoint.observe.aws.observer import permissions
from setpoint.observe.aws.resource_policies import PERMISSIONS as OF_RESOURCES
from setpoint.wiring.policies import shipped_policies

ROOT: Final = Path(__file__).parent.parent
OUTPUT: Final = re.compile(r"(<!-- (setpoint[^>]*) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
TABLE: Final = re.compile(r"<!-- table: ([a-z]+) -->\n(?:\n(?:\|[^\n]*\n)+)?")


def main() -> int:
    write = "--write" in sys.argv[1:]
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    stale = [page for page in pages if not _is_fresh(page, write=write)]
    for page in stale:
        sys.stderr.write(f"{page.relative_to(ROOT)} does not say what the program says; run: make docs\n")
    return 1 if stale else 0


def _is_fresh(page: Path, *, write: bool) -> bool:
    text = page.read_text(encoding="utf-8")
    fresh = OUTPUT.sub(lambda match: match[1] + _output(match[2]) + match[4], text)
    fresh = TABLE.sub(lambda match: f"<!-- table: {match[1]} -->\n\n{TABLES[match[1]]()}\n", fresh)
    if write and fresh != text:
        page.write_text(fresh, encoding="utf-8")
        return True
    return fresh == text


def _output(command: str) -> str:
    program = [sys.executable, "-m", *command.split()]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(program, capture_output=True, text=True, check=True, env=environment)  # noqa: S603
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def _table(*rows: tuple[str, ...]) -> str:
    headings, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, ("---",) * len(headings), *body))


def _reading() -> str:
    rows = ((type_name, _actions(actions)) for type_name, actions in sorted(permissions().items()))
    return _table(("type", "reading it needs"), *rows)


def _reverting() -> str:
    rows = (
        (type_name, ", ".join(action.properties), _actions(action.permissions))
        for type_name, actions in sorted(ACTIONS.items())
        for action in actions
    )
    return _table(("type", "setting back", "needs"), *rows)


def _resources() -> str:
    rows = ((service, _actions(actions)) for service, actions in sorted(OF_RESOURCES.items()))
    return _table(("service", "its resources' policies need"), *rows)


def _actions(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _pack() -> str:
    return _table(
        ("policy", "severity", "at deploy", "at runtime", "references"),
        *(_policy_row(policy) for policy in load_guardrails([shipped_policies()])),
    )


def _policy_row(policy: Policy) -> tuple[str, ...]:
    deploy = "" if policy.subject is Subject.DRIFT else str(policy.effect(Stage.DEPLOY))
    return (
        f"`{policy.id}`: {policy.title}",
        str(policy.severity),
        deploy,
        str(policy.effect(Stage.RUNTIME)),
        ", ".join(policy.references),
    )


def _operations() -> str:
    """Of the API: what each needs, and who may call it."""
    from setpoint.server.app import api_document

    rows = (
        (
            f"`{method.upper()} {path}`",
            operation["x-setpoint-scope"],
            "yes" if operation.get("x-setpoint-narrows") else "",
            operation["summary"],
        )
        for path, methods in api_document()["paths"].items()
        for method, operation in methods.items()
    )
    return _table(("operation", "scope", "for one service", "what"), *rows)


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "reading": _reading,
    "reverting": _reverting,
    "resources": _resources,
    "pack": _pack,
    "operations": _operations,
}

if __name__ == "__main__":
    sys.exit(main())
