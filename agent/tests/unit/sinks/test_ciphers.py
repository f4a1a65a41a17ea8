"""Weak ciphers, modes and keys of cryptography and pycryptodome, and the strong ones beside them."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import Crypto.Cipher.AES
import Crypto.Cipher.ARC4
import Crypto.Cipher.Blowfish
import Crypto.Cipher.DES
import Crypto.Cipher.DES3
import Crypto.PublicKey.ECC
import Crypto.PublicKey.RSA
import pytest
from cryptography.hazmat.decrepit.ciphers import algorithms as decrepit
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

KEY = bytes(range(16))

WEAK: dict[str, Callable[[], object]] = {
    "TripleDES": lambda: decrepit.TripleDES(KEY + KEY[:8]),
    "ARC4": lambda: decrepit.ARC4(KEY),
    "Blowfish": lambda: decrepit.Blowfish(KEY),
    "CAST5": lambda: decrepit.CAST5(KEY),
    "IDEA": lambda: decrepit.IDEA(KEY),
    "SEED": lambda: decrepit.SEED(KEY),
    "ECB": lambda: Cipher(algorithms.AES(KEY), modes.ECB()),
    "small RSA": lambda: rsa.generate_private_key(65537, 1024),
    "small RSA by name": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
    "small DSA": lambda: dsa.generate_parameters(1024),
    "small curve": lambda: ec.generate_private_key(ec.SECP192R1()),
    "pycryptodome DES": lambda: Crypto.Cipher.DES.new(KEY[:8], Crypto.Cipher.DES.MODE_CBC),
    "pycryptodome DES3": lambda: Crypto.Cipher.DES3.new(KEY + KEY[:8], Crypto.Cipher.DES3.MODE_CBC),
    "pycryptodome ARC4": lambda: Crypto.Cipher.ARC4.new(KEY),
    "pycryptodome Blowfish": lambda: Crypto.Cipher.Blowfish.new(KEY, Crypto.Cipher.Blowfish.MODE_CBC),
    "pycryptodome ECB": lambda: Crypto.Cipher.AES.new(KEY, Crypto.Cipher.AES.MODE_ECB),
    "pycryptodome small RSA": lambda: Crypto.PublicKey.RSA.generate(1024),
    "pycryptodome small curve": lambda: Crypto.PublicKey.ECC.generate(curve="p192"),
}
SAFE: dict[str, Callable[[], object]] = {
    "GCM": lambda: Cipher(algorithms.AES(KEY), modes.GCM(KEY)),
    "CBC": lambda: Cipher(algorithms.AES(KEY), modes.CBC(KEY)),
    "ChaCha20": lambda: algorithms.ChaCha20(KEY + KEY, KEY),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
    "pycryptodome GCM": lambda: Crypto.Cipher.AES.new(KEY, Crypto.Cipher.AES.MODE_GCM),
    "pycryptodome curve": lambda: Crypto.PublicKey.ECC.generate(curve="p256"),
}


@pytest.mark.parametrize("name", WEAK)
def test_weak(watching: Watch, name: str) -> None:
    evidence = watching("sinks.ciphers", sources=False)
    with request_of("blue"):
        try:
            WEAK[name]()
        except ValueError:  # the library, or the OpenSSL under it, refuses by itself
            assert name not in {"ECB", "TripleDES"}
    assert [(each.kind.cwe, each.frames[-1].function) for each in evidence] == [(327, "<lambda>")]


@pytest.mark.parametrize("name", SAFE)
def test_safe(watching: Watch, name: str) -> None:
    evidence = watching("sinks.ciphers", sources=False)
    with request_of("blue"):
        SAFE[name]()
    assert evidence == []


def test_nobody_is_warned(watching: Watch) -> None:
    """cryptography warns of whoever asks its old module for an old cipher."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watching("sinks.ciphers", sources=False)
