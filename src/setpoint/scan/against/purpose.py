"""What a weak hash or a random number is for, by the names around it. Used by `speaking`.

MD5 as the key of a cache is fine, MD5 of a password is not, and the call is the same: what CodeQL's queries on weak
hashes and randomness do by the names of what goes in, this does by those of everything around. One word that may be
about a secret is enough for full weight, however it is put together with others; of a plain purpose, whole words only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from setpoint.scan.against.reading import Reading, named, names_in
from setpoint.scan.functions import Statement, parts_of

SECRET_STEMS: Final = (
    *("passw", "passphrase", "passcode", "secret", "token", "nonce", "csrf", "xsrf", "credential", "session", "cookie"),
    *("signature", "signing", "signed", "verif", "certif", "captcha", "authent", "authori", "login", "logon", "signup"),
    *("crypt", "cipher", "recover", "invit", "voucher", "coupon", "licen", "activat", "confirm", "redeem", "unlock"),
    *("capabilit", "private", "privileg", "admin", "challenge", "security", "forg", "tamper", "trust"),
)
"""Beginnings of words, wherever they stand in a name: `authtoken` is no word of any list."""
SECRET_WORDS: Final = frozenset(
    {
        *(
            "pass",
            "pwd",
            "pw",
            "pin",
            "otp",
            "totp",
            "hotp",
            "mfa",
            "salt",
            "pepper",
            "mac",
            "hmac",
            "jwt",
            "jti",
            "sid",
        ),
        *(
            "auth",
            "oauth",
            "sign",
            "signs",
            "sso",
            "saml",
            "code",
            "codes",
            "reset",
            "api",
            "apikey",
            "share",
            "shared",
        ),
        *("link", "links", "gift", "lottery", "winner", "prize", "user", "users", "account", "accounts", "guess", "iv"),
    }
)
"""Whole words of what must not be guessed or forged, or of what often stands for that."""

PLAIN: Final = frozenset(
    {
        *("cache", "cached", "caches", "caching", "memo", "memoize", "memoise", "memoized", "memoised"),
        *("etag", "etags", "checksum", "checksums", "crc", "dedup", "dedupe", "deduplicate", "deduplication"),
        *("shard", "shards", "sharding", "partition", "partitions", "partitioning", "bucket", "buckets", "bucketing"),
        *("spread", "spreading", "balance", "balancer", "balancing", "rollout", "canary"),
        *("jitter", "jittered", "delay", "delays", "delayed", "backoff", "retry", "retries", "sleep", "throttle"),
        *("sample", "sampled", "samples", "sampling", "shuffle", "shuffled", "benchmark", "simulate", "simulation"),
        *("colour", "colours", "color", "colors", "palette", "avatar", "identicon", "thumbnail", "thumbnails"),
        *("demo", "demos", "dummy", "fake", "lorem", "fixture", "fixtures"),
        *("greeting", "greetings", "joke", "jokes", "quote", "quotes", "slogan", "slogans", "tip", "tips"),
        *("animation", "particle", "particles", "noise", "dice"),
    }
)
"""Words of what nobody gains by guessing: where content is kept, how load is spread and repeated, what is shown. Not
`seed`, `key`, `id` or `hash`, which are of either kind."""

CALLS: Final = frozenset({"sample", "shuffle"})
"""Names of the calls themselves, which say nothing of what they are for."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LETTERS: Final = re.compile("[A-Za-z]+")
_OTHERS: Final = re.compile("[^a-z]")


def plain_purpose(code: Reading, statement: Statement, file: str) -> str:
    """The word that tells of it; empty where none does, or another may tell of a secret."""
    around = [_module(file), *code.names_around(statement)]
    nodes = [statement.node, *(each.node for each in code.users(statement))]
    near = [*around, *(name for each in nodes for name in names_in(each)), *_of_callers(code, statement)]
    if any(map(_may_be_secret, near)):
        return ""
    telling = [*around, *(name for each in nodes for name in _purposes(each))]
    return next((word for name in telling for word in words(name) if word in PLAIN), "")


def words(name: str) -> list[str]:
    """`cacheKey` and `CACHE_KEY` as cache, key; a word may have capitals within (`ETag`)."""
    return [each.lower() for each in (*_WORD.findall(name), *_LETTERS.findall(name))]


def _may_be_secret(name: str) -> bool:
    letters = _OTHERS.sub("", name.lower())
    return any(stem in letters for stem in SECRET_STEMS) or not SECRET_WORDS.isdisjoint(words(name))


def _of_callers(code: Reading, statement: Statement) -> Iterator[str]:
    """What is around the places of the same file that call its function: it may be a helper of theirs."""
    own = statement.function.rpartition(".")[2]
    for each in code.mentions.get(own, ()) if own else ():
        yield from code.names_around(each)
        yield from names_in(each.node)


def _purposes(node: ast.AST) -> Iterator[str]:
    """What its names say, but for those of the weak calls themselves."""
    parts = [node, *parts_of(node)]
    calls = {id(each.func) for each in parts if isinstance(each, ast.Call)}
    return (name for each in parts for name in named(each) if id(each) not in calls or name not in CALLS)


def _module(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]
