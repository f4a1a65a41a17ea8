from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.store.ledger.address import ServerAddress, is_server, server_address


@pytest.mark.parametrize(
    ("text", "meant", "shown"),
    [
        ("postgresql://", ServerAddress(), "postgresql:///"),
        ("postgres://db/x", ServerAddress(host="db", database="x"), "postgresql://db/x"),
        (
            "postgresql://a%40b:p%2Fw@db:5433/x?sslmode=require",
            ServerAddress("a@b", "p/w", "db", 5433, "x", (("sslmode", "require"),)),
            "postgresql://a@b@db:5433/x",
        ),
        ("postgresql://u:p@w@[::1]:1/x", ServerAddress("u", "p@w", "::1", 1, "x"), "postgresql://u@[::1]:1/x"),
        (
            "postgresql+psycopg://u@/x?host=/run/postgresql",
            ServerAddress("u", database="x", options=(("host", "/run/postgresql"),)),
            "postgresql://u@/run/postgresql/x",
        ),
        ("postgresql://%2Frun%2FPG/x", ServerAddress(host="/run/PG", database="x"), "postgresql:///run/PG/x"),
    ],
)
def test_an_address_says_what_libpq_reads_in_it(text: str, meant: ServerAddress, shown: str) -> None:
    assert is_server(text)
    assert server_address(text) == meant
    assert server_address(text).shown == shown


@pytest.mark.parametrize("text", ["setpoint.sqlite", "sqlite:///x", "mysql://db/x", "postgresql", "C:/postgresql"])
def test_what_is_no_server_is_none(text: str) -> None:
    assert not is_server(text)


@pytest.mark.parametrize("rest", ["u:sesame@db:x/y", "u:sesame@[::1/y", "u:sesame@db/x?a=b&sesame", "u:sesame@db:0/x"])
def test_what_cannot_be_read_is_not_repeated(rest: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        server_address(f"postgresql://{rest}", "setpoint.yaml:3")
    assert "sesame" not in caught.value.diagnostics()
    assert caught.value.__cause__ is None


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="&=%"), max_size=40))
def test_no_text_is_shown_with_its_password(rest: str) -> None:
    address = server_address(f"postgresql://u:sesame@db/{rest.replace('?', '')}")
    assert "sesame" not in repr(address) + address.shown
