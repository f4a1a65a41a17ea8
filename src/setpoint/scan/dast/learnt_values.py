"""Values out of answers and tokens: where the document's links point, and who a token is of. Used by `learning`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of


def payload_of(token: str) -> dict[str, Json]:
    """What a JSON Web Token says; nothing of any other token. It is not verified: it is our own."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = parse_json(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), "the token")
    except (InputError, binascii.Error, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}


def claims(token: str) -> dict[str, Json]:
    """Who a JSON Web Token says its holder is."""
    known = {"sub": "id", "uid": "id", "user_id": "id", "userId": "id", "preferred_username": "username"}
    members = {known.get(key, key): value for key, value in payload_of(token).items() if isinstance(value, (str, int))}
    return {key: members[key] for key in ("id", "username", "email", "name") if key in members}


_CALLED: Final = ("email", "username", "login", "user_name", "userName", "mail")
"""Members that hold what a person logs in with."""


def named_as(user: str) -> dict[str, Json]:
    """Who the holder of this login is: its name, or its address."""
    if not user:
        return {}
    return {"email": user} if "@" in user else {"username": user, "login": user, "user": user}


def is_called(person: Mapping[str, Json], user: str) -> bool:
    """Whether this is who logs in so."""
    return bool(user) and any(person.get(name) == user for name in _CALLED)


def pointed(expression: str, answer: Answer) -> Json:
    """What a runtime expression (OpenAPI 3.1, 4.8.20.3) means for this answer; None where it is none of these."""
    if expression.startswith("$response.header."):
        return answer.header(expression.removeprefix("$response.header.").lower()) or None
    if not expression.startswith("$response.body#/"):
        return None
    value = json_of(answer)
    for step in expression.removeprefix("$response.body#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, (str, int)) else None
