"""What of a token a command goes by."""

from __future__ import annotations

import pytest

from setpoint.cli.tokens import NameOrId
from setpoint.model.credential import mint

TEXT, CREDENTIAL = mint()


@pytest.mark.parametrize("given", [TEXT, TEXT[:-9], CREDENTIAL.id], ids=["whole", "cut", "id"])
def test_a_whole_token_is_known_by_its_id(given: str) -> None:
    assert NameOrId()(given) == CREDENTIAL.id


@pytest.mark.parametrize("given", ["ci", "web_7", "sp_ci", "web_7_b"])
def test_a_name_is_a_name(given: str) -> None:
    assert NameOrId()(given) == given
