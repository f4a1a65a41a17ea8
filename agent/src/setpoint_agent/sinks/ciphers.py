"""Ciphers, modes and keys that no longer resist attacks, chosen by the application itself.

Weak are ciphers with blocks of 64 bits or known breaks (NIST SP 800-131A revision 2, section 2; RFC 7465 for RC4), the
mode ECB (SP 800-38A: equal blocks stay equal), and keys of less than 112 bits of security: RSA, DSA and Diffie-Hellman
below 2048 bits, curves below 224 (SP 800-57 part 1, table 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import WEAK_CIPHER
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import put
from setpoint_agent.sinks.own_calls import Applies, watching
from setpoint_agent.sinks.wrapping import argument

FEWEST_BITS: Final = 2_048
WEAK_ALGORITHMS: Final = ("ARC4", "Blowfish", "CAST5", "IDEA", "RC2", "SEED", "TripleDES")
"""As `cryptography` names them, all of which it keeps in `decrepit` by now; Camellia is there for want of use only."""
WEAK_CURVES: Final = ("SECP192R1", "SECT163K1", "SECT163R2")
WEAK_CURVE_NAMES: Final = frozenset({"p192", "p-192", "prime192v1", "secp192r1", "nist p-192"})
MODE_ECB: Final = 1
"""pycryptodome's number of it, the same for all ciphers."""

_HAZMAT: Final = "cryptography.hazmat"


def _watch_classes(path: str, names: tuple[str, ...]) -> Preparation:
    """Classes of `cryptography`, at their making."""

    def prepare(module: ModuleType) -> None:
        # A module with deprecated names is one behind another, which warns of them when it is asked: look behind it.
        held = vars(vars(module).get("_module", module))
        for name in names:
            if isinstance(held.get(name), type):
                put(held[name], "__init__", watching(WEAK_CIPHER, f"{path}.{name}"))

    return Preparation(path, prepare)


def _small(position: int, keyword: str) -> Applies:
    """Whether the argument that says how many bits a key is to have asks for too few."""

    def small(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
        bits = argument(arguments, keywords, position, keyword)
        return isinstance(bits, int) and bits < FEWEST_BITS

    return small


def _in_ecb(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return bool(argument(arguments, keywords, 1, "mode") == MODE_ECB)


def _on_weak_curve(_: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return str(keywords.get("curve", "")).lower() in WEAK_CURVE_NAMES


def _pycryptodome() -> tuple[Patch, ...]:
    """It is installed as `Crypto` or as `Cryptodome`."""
    bits = _small(0, "bits")
    calls = (
        *((f"Cipher.{name}", "new", None) for name in ("ARC2", "ARC4", "Blowfish", "CAST", "DES", "DES3")),
        ("Cipher.AES", "new", _in_ecb),
        ("PublicKey.RSA", "generate", bits),
        ("PublicKey.DSA", "generate", bits),
        ("PublicKey.ECC", "generate", _on_weak_curve),
    )
    return tuple(
        Patch(f"{package}.{path}", name, watching(WEAK_CIPHER, f"{package}.{path}.{name}", applies))
        for package in ("Crypto", "Cryptodome")
        for path, name, applies in calls
    )


def _key(path: str, name: str, position: int) -> Patch:
    path = f"{_HAZMAT}.primitives.asymmetric.{path}"
    return Patch(path, name, watching(WEAK_CIPHER, f"{path}.{name}", _small(position, "key_size")))


PATCHES: Final = (
    _watch_classes(f"{_HAZMAT}.decrepit.ciphers.algorithms", WEAK_ALGORITHMS),
    _watch_classes(f"{_HAZMAT}.primitives.ciphers.algorithms", WEAK_ALGORITHMS),
    _watch_classes(f"{_HAZMAT}.primitives.ciphers.modes", ("ECB",)),
    _watch_classes(f"{_HAZMAT}.primitives.asymmetric.ec", WEAK_CURVES),
    _key("rsa", "generate_private_key", 1),
    _key("dsa", "generate_private_key", 0),
    _key("dsa", "generate_parameters", 0),
    _key("dh", "generate_parameters", 1),
    *_pycryptodome(),
)
