"""Secrets that people give to signatures when they mean to change them later. Tried offline, on own tokens alone.

The words are our own choice: what tutorials, templates and examples of frameworks have people write there, composed as
people compose them; single words, by themselves or with an ending, are in `secret_words.txt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, product
from pathlib import Path
from typing import Final

WHOLE: Final = (
    "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "a-string-secret-at-least-256-bits-long",
    "you-will-never-guess", "super-secret-key-change-me", "please-change-me", "change-this-secret", "change_this",
    "keyboard cat", "keyboardcat", "shhhhh", "shhhhhh", "shhh", "thisisasecret", "this-is-a-secret",
    "this is a secret", "thisismysecret", "this is my secret key", "thisismysecretkey", "mysecretkey123",
    "secretkey", "topsecret", "top-secret", "top_secret", "notasecret", "not-a-secret", "insecure",
    "insecure-secret", "unsafe", "qwerty", "qwertyuiop", "123456", "12345678", "123456789", "1234567890",
    "0123456789", "abc123", "abcdef", "abcd1234", "letmein", "welcome", "iloveyou", "dragon", "monkey", "hunter2",
    "password1", "passw0rd", "p@ssw0rd", "P@ssw0rd", "admin123", "root", "toor", "foobar", "foo", "bar", "baz",
    "none", "null", "undefined", "true", "a", "x", "s3cr3t", "S3cr3t", "s3cret", "secr3t", "gehim", "geheim",
    "passwort", "motdepasse", "secreto", "contraseña", "segreto", "flask-insecure", "django-insecure",
    "some-random-string", "random-string", "randomsecret", "correct horse battery staple", "0000000000000000",
    "1111111111111111", "00000000000000000000000000000000", "your-secret-key-here", "your_secret_key_here",
    "yoursecretkeyhere", "insert-secret-here", "CHANGE_ME_PLEASE", "replace-me", "replace_me", "replaceme", "TODO",
    "todo", "xxx", "xxxxxx",
)  # fmt: skip

WORDS: Final = (
    "secret", "key", "jwt", "token", "password", "pass", "admin", "dev", "development", "test", "testing", "demo",
    "example", "sample", "default", "changeme", "change", "me", "my", "your", "the", "super", "very", "app", "api",
    "auth", "session", "cookie", "signing", "sign", "private", "hmac", "flask", "django", "express", "node",
    "spring", "rails", "laravel", "fastapi", "shared", "local", "localhost", "staging", "prod", "production",
    "server", "service", "web", "company", "some", "only", "hs256", "access", "refresh", "user", "login", "site",
    "client", "public", "weak",
)  # fmt: skip

PREFIXES: Final = (
    "my", "your", "the", "our", "a", "this-is", "this-is-a", "this-is-my", "super", "my-super", "very", "ultra",
    "change-this", "change-me",
)  # fmt: skip
NOUNS: Final = (
    "secret", "secret-key", "super-secret", "super-secret-key", "jwt-secret", "jwt-secret-key", "secret-jwt-key",
    "jwt-key", "signing-key", "private-key", "token-secret", "secret-token", "very-secret-key", "very-secret",
    "session-secret", "app-secret", "hmac-key", "shared-secret", "development-secret",
)  # fmt: skip
"""What is said before, and what of: with hyphens, and with the other joints instead of them."""

JOINTS: Final = ("", "-", "_", " ", ".")
ENDINGS: Final = ("", "1", "12", "123", "1234", "12345", "!", "!!", "2023", "2024", "2025", "2026", "01", "@123")

THREES: Final = (
    "secret", "key", "jwt", "my", "super", "your", "app", "token", "signing", "change", "me", "dev", "this", "test",
    "auth", "api", "the", "very", "session", "flask",
)  # fmt: skip
"""Of what is joined three at a time: all of the words would be a million, and people do not go that far."""

LEET: Final = tuple(
    str.maketrans(plain, instead)
    for plain, instead in (("a", "@"), ("o", "0"), ("e", "3"), ("ao", "@0"), ("aeios", "@310$"), ("aeio", "4310"))
)
"""Letters that people write as others to please a rule for passwords."""

FEW_DIGITS, MOST_DIGITS = 4, 6
"""Of numbers: up to the first they are as likely as words, up to the second there are a million, which come last."""


def guesses(hints: Iterable[str]) -> Iterator[bytes]:
    """Each once, the likeliest first; `hints` are names of the target: its host, issuer, audience, title."""
    seen: set[str] = set()
    for guess in _composed([each for each in hints if each]):
        if guess not in seen:
            seen.add(guess)
            yield guess.encode()


def _composed(hints: list[str]) -> Iterator[str]:
    phrases = (f"{prefix}-{noun}" for prefix, noun in product((*PREFIXES, *hints), NOUNS))
    pairs = (joint.join(pair) for pair, joint in product(product((*WORDS, *hints), repeat=2), JOINTS))
    for word in (*WHOLE, *WORDS, *hints, *_single_words()):
        yield from _endings(word)
        yield from (word.translate(each) for each in LEET)
    yield from chain.from_iterable(map(_numbers, range(1, FEW_DIGITS + 1)))
    for phrase, joint in product((*NOUNS, *phrases), JOINTS):
        yield from _endings(phrase.replace("-", joint))
    for pair in pairs:
        yield from _endings(pair)
    for three, joint in product(product((*THREES, *hints), repeat=3), JOINTS[:3]):
        yield from _spellings(joint.join(three))
    yield from chain.from_iterable(map(_numbers, range(FEW_DIGITS + 1, MOST_DIGITS + 1)))


def _single_words() -> Iterator[str]:
    for line in Path(__file__).with_name("secret_words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def _numbers(digits: int) -> Iterator[str]:
    """All of so many digits."""
    return (f"{number:0{digits}}" for number in range(10**digits))


def _endings(word: str) -> Iterator[str]:
    for ending in ENDINGS:
        yield word + ending
    yield word.capitalize()
    yield word.upper()
    yield word.title()
    for ending in ("1", "123", "!"):
        yield word.capitalize() + ending


def _spellings(word: str) -> Iterator[str]:
    yield word
    yield f"{word}123"
    yield word.upper()
