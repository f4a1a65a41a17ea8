"""What Setpoint is given of a target's accounts: an `auth.yaml` made from `users.json`, as an operator would write it.

The passwords stand in it as literals: they are those of the targets in this repository, and no secrets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from bench.dast.trials import Trial

PAYLOADS: Final[Mapping[str, Mapping[str, object]]] = {
    "/v1/hooks/payments": {"id": "bench-payment-1", "order": 1},
    "/v1/hooks/refunds": {"id": "bench-refund-1", "username": "alice", "amount": 1},
}
"""Webhook of the API → a message that it takes: about an order and an account of the canary's own."""
SPARE_TOKENS: Final = {"expired": "expired", "foreign-audience": "foreign"}
"""Kind of token in `auth.yaml` → what the target's operator calls it."""


def write_auth(folder: Path, given: Trial) -> Path:
    content = _of_site(given) if given.document == "" else _of_api(given)
    path = folder / "auth.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def _of_api(given: Trial) -> dict[str, Any]:
    jwt = given.people["login"]["jwt"]
    user_field, password_field = jwt["json"]
    login = {
        "kind": "json",
        "path": jwt["path"],
        "user_field": user_field,
        "password_field": password_field,
        "token": f"/{jwt['token']}",
        "refresh": {"path": "/v1/auth/refresh", "field": f"/{jwt['refresh']}", "token": f"/{jwt['refresh']}"},
        "probe": "/v1/me",
    }
    return {
        "logins": {"jwt": login},
        "accounts": _accounts(given),
        "tokens": [_spare_token(given, kind, name) for kind, name in SPARE_TOKENS.items()],
        "webhooks": [_webhook(given, path) for path in PAYLOADS],
        "registration": True,
    }


def _of_site(given: Trial) -> dict[str, Any]:
    form = given.people["login"]["form"]
    user_field, password_field = form["fields"]
    login = {
        "kind": "form",
        "page": form["page"],
        "user_field": user_field,
        "password_field": password_field,
        "success": {"cookie": form["cookie"]},
        "probe": "/account",
    }
    return {"logins": {"form": login}, "accounts": _accounts(given), "registration": True}


def _accounts(given: Trial) -> Sequence[dict[str, Any]]:
    roles: Sequence[str] = given.people["roles"]
    return [
        {
            "name": user["username"],
            "role": user["role"],
            "rank": 1 + roles.index(user["role"]),
            "user": user["username"],
            "password": {"insecure_literal": user["password"]},
        }
        for user in given.people["users"]
    ]


def _spare_token(given: Trial, kind: str, name: str) -> dict[str, Any]:
    token = given.running.operators_token("alice", name)
    return {"kind": kind, "account": "alice", "token": {"insecure_literal": token}}


def _webhook(given: Trial, path: str) -> dict[str, Any]:
    signing = given.people["webhooks"]
    return {
        "path": path,
        "scheme": "hmac",
        "secret": {"insecure_literal": signing["secret"]},
        "header": signing["signature_header"],
        "signed": "{timestamp}.{body}",
        "written": "t={timestamp},v1={hex}",
        "payload": dict(PAYLOADS[path]),
    }
