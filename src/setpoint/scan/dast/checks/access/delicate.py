"""Values that no answer should show, by the names of their fields and by what they look like. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.naming import words_of


class Delicate(StrEnum):
    """How bad it is that it is shown, the worst first; as a message names it."""

    PASSWORD = "a password or its hash"  # noqa: S105 — what is meant, not a password
    SECRET = "a secret"  # noqa: S105 — the same
    PERSONAL = "personal data"
    INTERNAL = "what is for the inside alone"


_HASH: Final = re.compile(
    r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}"
    r"|\$argon2(id|i|d)\$\S{20,}"
    r"|\$[156]\$[^$\s]{1,32}\$[./A-Za-z0-9]{22,}"
    r"|\$scrypt\$\S{20,}"
    r"|(pbkdf2|scrypt)[:_][\w:]+\$[^$\s]+\$\S{16,}"
)
"""As crypt(3), PHC strings, Django and Werkzeug write them: nothing else looks so."""
_MASK: Final = re.compile(
    r".{0,4}[*•xX.…-]{3,}.{0,4}|\[?(redacted|hidden|masked|filtered|none|null|n/a)\]?", re.IGNORECASE
)
"""What stands in the place of a value."""
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "passwort", "kennwort", "passphrase", "contrasena"})
_DIGESTS: Final = frozenset({"hash", "digest", "salt"})
_SECRETS: Final = frozenset({"secret", "apikey", "otp", "totp", "cvv", "cvc", "pin", "credential", "credentials"})
_CARD_CODES: Final = frozenset({"cvv", "cvc", "csc"})
_KEYS: Final = frozenset({("api", "key"), ("private", "key"), ("secret", "key"), ("access", "key"), ("signing", "key")})
_TOKENS: Final = frozenset(
    {"access", "refresh", "session", "reset", "auth", "api", "bearer", "remember", "activation", "verification", "jwt"}
)
"""Of a token, what makes it one that opens something; tokens of pages and of forms open nothing."""
_PERSONAL: Final = frozenset(
    {
        *("email", "mail", "phone", "mobile", "telephone", "ssn", "iban", "birthday", "birthdate", "dob", "salary"),
        *("passport", "taxid", "nationalid", "cardnumber", "creditcard", "homeaddress", "socialsecurity", "diagnosis"),
        *("socialsecuritynumber", "dateofbirth", "phonenumber", "emailaddress", "creditcardnumber", "bankaccount"),
    }
)
_INTERNAL: Final = frozenset({"internal", "debug", "stacktrace", "backoffice", "margin", "wholesale"})
_SPEAKING_OF: Final = frozenset(
    {
        *("url", "uri", "link", "href", "expires", "expiry", "expiration", "at", "date", "age", "enabled", "required"),
        *("policy", "hint", "strength", "length", "type", "name", "count", "changed", "set", "status", "template"),
        *("label", "placeholder", "field", "verified", "masked", "prefix", "algorithm", "version", "endpoint"),
    }
)
"""Last words of names that speak of the thing, and are not the thing."""


def delicate(name: str, value: Json) -> Delicate | None:
    """What a field of this name with this value gives away."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).strip()
    if _HASH.fullmatch(text):
        return Delicate.PASSWORD
    words = words_of(name)
    if not words or words[-1] in _SPEAKING_OF or words[0] in {"has", "is"}:
        return None
    if len(text) < 3 or _MASK.fullmatch(text) or _is_label(text):
        return None
    return _named(words, text)


def is_never_shown(name: str) -> bool:
    """Whether no answer should hold it, its owner's neither: a card's code may not even be kept (PCI DSS, 3.3.1.2)."""
    return not _CARD_CODES.isdisjoint(words_of(name))


def is_key(name: str) -> bool:
    """Whether it opens what others must not: a key may be published, a secret one not."""
    words = words_of(name)
    return "secret" in words or words[-2:] in {("private", "key"), ("signing", "key")}


def is_hash(text: str) -> bool:
    """Whether it is a hash of a password, wherever it stands."""
    return bool(_HASH.fullmatch(text))


def _named(words: tuple[str, ...], text: str) -> Delicate | None:
    joined = "".join(words)
    if not _PASSWORDS.isdisjoint(words) or joined in {"passwordhash", "pwhash", "passhash"}:
        return Delicate.PASSWORD
    if words[-1] in _DIGESTS and words[0] in {"pass", "user", "hash", "salt"} and len(text) >= 8:
        return Delicate.PASSWORD
    if not _SECRETS.isdisjoint(words) or words[-2:] in _KEYS:
        return Delicate.SECRET
    if words[-1] == "token" and (len(words) == 1 or words[-2] in _TOKENS) and len(text) >= 8:
        return Delicate.SECRET
    is_address = words[-1] not in {"email", "mail"} or _EMAIL.fullmatch(text) is not None
    if is_address and not _PERSONAL.isdisjoint((joined, words[-1])):
        return Delicate.PERSONAL
    return None if _INTERNAL.isdisjoint(words) else Delicate.INTERNAL


def _is_label(text: str) -> bool:
    """Whether it stands beside the field on a page: `Password`, `Enter your password`."""
    is_sentence = " " in text or text.istitle()
    return is_sentence and not any(map(str.isdecimal, text)) and not _PASSWORDS.isdisjoint(words_of(text))
