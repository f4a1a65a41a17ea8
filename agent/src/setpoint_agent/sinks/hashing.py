"""Hashes that no longer resist attacks, made by the application itself and not marked as not being for security.

Weak are the algorithms for which collisions can be computed or are within reach (NIST SP 800-131A revision 2, section
9; RFC 6151). Within HMAC a collision is of no use: NIST SP 800-107 revision 1, section 5.3.4, and SP 800-131A, section
10, go on allowing HMAC with SHA-1, so that is not reported; HMAC with MD5 is: MD5 was never approved, and RFC 6151,
section 2.3, asks new designs not to use it. The same holds for what is built upon HMAC (PBKDF2, HKDF, one-time codes).
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import WEAK_HASH
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.patching.replace import put, rebind
from setpoint_agent.quiet import quietly
from setpoint_agent.reading.scene import called_name
from setpoint_agent.reading.source import function_of, node_at
from setpoint_agent.sinks.own_calls import Applies, look, watching
from setpoint_agent.sinks.wrapping import argument

WEAK: Final = frozenset(
    {"md2", "md4", "md5", "mdc2", "md5sha1", "ripemd", "ripemd160", "rmd160", "sha", "sha0", "sha1"}
)
"""Normalised names. RIPEMD-160 has 160 bits as SHA-1 has, and like that is on no list of approved hashes."""
WEAK_IN_HMAC: Final = WEAK - {"ripemd160", "rmd160", "sha1"}
WEAK_FOR_PASSWORDS: Final = frozenset(
    {"apr_md5_crypt", "bsdi_crypt", "des_crypt", "hex_md4", "hex_md5", "hex_sha1", "ldap_md5", "ldap_salted_md5"}
    | {"ldap_salted_sha1", "ldap_sha1", "lmhash", "md5_crypt", "mysql323", "mysql41", "nthash"}
)
"""passlib's names of schemes that one of these hashes, or DES, is all of
(https://passlib.readthedocs.io/en/stable/lib/passlib.hash.html)."""
BUILT_ON_HMAC: Final = frozenset(
    {"ConcatKDFHMAC", "HKDF", "HKDFExpand", "HMAC", "HOTP", "KBKDFHMAC", "PBKDF2HMAC", "TOTP"}
)
"""What of `cryptography` takes a hash for HMAC."""

_CONSTRUCTORS: Final = ("md5", "sha1")
"""Of those that `hashlib` has under names of their own, the weak ones; others are made by `hashlib.new`."""
_PREFIXES: Final = re.compile(r"^(?:rsa|ssl[23]|openssl|cryptohash|cryptodomehash)(?=.)")
"""What OpenSSL, `hashlib` and pycryptodome put before the name of a hash."""


def normalised(name: str) -> str:
    """`sha1` for `SHA-1`, `RSA-SHA1`, `openssl_sha1`, `Crypto.Hash.SHA1`."""
    return _PREFIXES.sub("", re.sub(r"[^a-z0-9]", "", name.lower()))


def name_of(digest: Any) -> str:
    """The normalised name of a hash that is given by its name, constructor, module or object."""
    name = digest if isinstance(digest, str) else getattr(digest, "__name__", None) or getattr(digest, "name", "")
    return normalised(name) if isinstance(name, str) else ""


def _for_security(_: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return bool(keywords.get("usedforsecurity", True))


def _weak_by_name(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return _for_security(arguments, keywords) and name_of(argument(arguments, keywords, 0, "name")) in WEAK


def _weak_in_hmac(position: int, keyword: str, default: str = "") -> Applies:
    def weak(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
        return name_of(argument(arguments, keywords, position, keyword) or default) in WEAK_IN_HMAC

    return weak


def _weak_for_passwords(arguments: Sequence[Any], _: Mapping[str, Any]) -> bool:
    return getattr(arguments[0], "name", "") in WEAK_FOR_PASSWORDS


def _replace_constructors(module: ModuleType) -> None:
    """`hashlib.md5` is `_hashlib.openssl_md5`: both stay one object, so that it can be pickled as before."""
    behind = sys.modules.get("_hashlib")
    replacements = []
    for name in _CONSTRUCTORS:
        placed = put(module, name, watching(WEAK_HASH, f"hashlib.{name}", _for_security))
        if placed is not None:
            replacements.append((*placed, name))
            if getattr(behind, f"openssl_{name}", None) is placed[0]:
                setattr(behind, f"openssl_{name}", placed[1])
    rebind(replacements)


def _watching_objects(name: str) -> Wrap:
    """`hashes.SHA1()` of `cryptography`: what it is made for is told by the call that it is an argument of."""

    def wrap(original: Callable[..., None]) -> Callable[..., None]:
        def __init__(self: Any, *arguments: Any, **keywords: Any) -> None:  # noqa: N807 - it is that method
            _look_at_object(name, sys._getframe(1))
            original(self, *arguments, **keywords)

        return __init__

    return wrap


@quietly
def _look_at_object(name: str, caller: FrameType) -> None:
    if normalised(name) in WEAK_IN_HMAC or not _is_for_hmac(caller):
        look(caller, WEAK_HASH, f"cryptography.hazmat.primitives.hashes.{name}")


def _is_for_hmac(caller: FrameType) -> bool:
    function = function_of(caller.f_code)
    made = node_at(caller, function) if function is not None else None
    if function is None or made is None:
        return False
    return any(
        made in {*node.args, *(each.value for each in node.keywords)}
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and called_name(node) in BUILT_ON_HMAC
    )


def _pycryptodome() -> tuple[Patch, ...]:
    """It is installed as `Crypto` or as `Cryptodome`."""
    return tuple(
        Patch(f"{package}.Hash.{name}", "new", watching(WEAK_HASH, f"{package}.Hash.{name}.new", applies))
        for package in ("Crypto", "Cryptodome")
        for name, applies in (
            *((each, None) for each in ("MD2", "MD4", "MD5", "RIPEMD160", "SHA1")),
            ("HMAC", _weak_in_hmac(2, "digestmod", default="md5")),
        )
    )


PATCHES: Final = (
    Preparation(hashlib.__name__, _replace_constructors),
    Patch("hashlib", "new", watching(WEAK_HASH, "hashlib.new", _weak_by_name)),
    Patch("hmac", "new", watching(WEAK_HASH, "hmac.new", _weak_in_hmac(2, "digestmod"))),
    Patch("hmac", "HMAC.__init__", watching(WEAK_HASH, "hmac.HMAC", _weak_in_hmac(3, "digestmod"))),
    Patch("hmac", "digest", watching(WEAK_HASH, "hmac.digest", _weak_in_hmac(2, "digest"))),
    *(
        Patch("cryptography.hazmat.primitives.hashes", f"{name}.__init__", _watching_objects(name))
        for name in ("MD5", "SHA1")
    ),
    *_pycryptodome(),
    Patch("passlib.utils.handlers", "GenericHandler.hash", watching(WEAK_HASH, "passlib.hash", _weak_for_passwords)),
)
"""pycryptodome's `SHA` and `RIPEMD` are other names of `SHA1` and `RIPEMD160`."""
