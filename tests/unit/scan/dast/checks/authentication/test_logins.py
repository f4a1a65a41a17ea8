from __future__ import annotations

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.authentication.logins import password_parts


def test_a_password_is_what_is_called_so_or_has_its_format() -> None:
    parts = (
        Part(PartPlace.BODY, "/login", {"type": "string"}),
        Part(PartPlace.BODY, "/secret", {"type": "string", "format": "password"}),
        Part(PartPlace.BODY, "/password", {"type": "string"}),
        Part(PartPlace.BODY, "/password_hint", {"type": "string"}),
    )
    found = password_parts(Operation("POST", "/register", parts, BodyForm.JSON))
    assert [each.name for each in found] == ["/secret", "/password"]
