from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.credential import ALPHABET, PATTERN, SECRET_LENGTH, mint, read


def test_a_token_is_recognised_by_its_form_and_read_back() -> None:
    text, credential = mint()
    assert PATTERN.fullmatch(text)
    assert read(text) == credential
    assert PATTERN.search(f'token = "{text}"')


def test_the_secret_has_256_bits() -> None:
    assert len(ALPHABET) ** SECRET_LENGTH >= 2**256


def test_no_two_are_alike_and_none_shows_its_secret() -> None:
    minted = [mint() for _ in range(100)]
    assert len({text for text, _ in minted}) == len({each.id for _, each in minted}) == 100
    text, credential = minted[0]
    assert text.rsplit("_", 1)[1] not in repr(credential)
    assert credential.digest not in repr(credential)


@given(st.integers(min_value=0, max_value=66), st.sampled_from(ALPHABET))
def test_a_mistyped_sign_is_noticed(place: int, sign: str) -> None:
    text, _ = mint()
    other = text[:place] + sign + text[place + 1 :]
    assert other == text or read(other) is None


@given(st.text())
def test_other_text_is_no_token(text: str) -> None:
    assert read(text) is None


def test_a_token_that_was_cut_or_has_more_is_none() -> None:
    text, _ = mint()
    assert all(read(each) is None for each in (text[:-1], text + "0", text + "\n", " " + text, text.upper()))
