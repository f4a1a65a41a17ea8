"""Weak hashes, by whatever name and constructor; and those that are not for security, or not the application's."""

from __future__ import annotations

import copy
import hashlib
import hmac
import inspect
import io
import pickle
from collections.abc import Callable, Iterator
from hashlib import md5  # before the agent is put in place
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.evidence import Evidence
from setpoint_agent.sinks.hashing import WEAK, name_of, normalised

SINKS = "sinks.hashing"


def sinks(evidence: list[Evidence]) -> list[str]:
    return [each.sink for each in evidence]


@pytest.mark.parametrize(
    "name", ["md5", "MD5", "MD-5", "sha1", "SHA-1", "sha_1", "RSA-SHA1", "ssl3-md5", "openssl_md5", "ripemd160", "SHA"]
)
def test_names_of_weak_hashes(name: str) -> None:
    assert normalised(name) in WEAK


@pytest.mark.parametrize("name", ["sha224", "SHA-256", "sha512_256", "sha3_256", "blake2b", "shake_128", "sm3", ""])
def test_names_of_others(name: str) -> None:
    assert normalised(name) not in WEAK


@given(st.text())
def test_any_name_is_read(name: str) -> None:
    assert normalised(name).isalnum() or normalised(name) == ""


def test_a_hash_by_name_constructor_or_module() -> None:
    import Crypto.Hash.SHA1

    assert [name_of(each) for each in ("SHA1", hashlib.sha1, Crypto.Hash.SHA1)] == ["sha1"] * 3
    assert name_of(7) == ""


WEAK_CALLS: dict[str, Callable[[], object]] = {
    "hashlib.md5": lambda: hashlib.md5(b"blue"),
    "hashlib.sha1": lambda: hashlib.sha1(b"blue", usedforsecurity=True),
    "hashlib.new": lambda: hashlib.new("MD-5".replace("-", ""), b"blue"),
    "hmac.new": lambda: hmac.new(b"key", b"blue", "md5"),
    "hmac.HMAC": lambda: hmac.HMAC(b"key", b"blue", hashlib.md5),
    "hmac.digest": lambda: hmac.digest(b"key", b"blue", "md5"),
}
SAFE_CALLS: dict[str, Callable[[], object]] = {
    "not for security": lambda: hashlib.md5(b"blue", usedforsecurity=False),
    "named, not for security": lambda: hashlib.new("sha1", b"blue", usedforsecurity=False),
    "strong": lambda: hashlib.sha256(b"blue"),
    "strong by name": lambda: hashlib.new("sha3_256", b"blue"),
    "HMAC with SHA-1": lambda: hmac.new(b"key", b"blue", hashlib.sha1).hexdigest(),
    "HMAC with SHA-256": lambda: hmac.new(b"key", b"blue", "sha256"),
    "PBKDF2": lambda: hashlib.pbkdf2_hmac("sha1", b"blue", b"salt", 1),
}


@pytest.mark.parametrize("sink", WEAK_CALLS)
def test_weak_calls(watching: Watch, sink: str) -> None:
    evidence = watching(SINKS, sources=False)
    with request_of("blue"):
        WEAK_CALLS[sink]()
    assert sinks(evidence) == [sink]
    assert evidence[0].kind.cwe == 328
    assert evidence[0].frames[-1].function == "<lambda>"


@pytest.mark.parametrize("name", SAFE_CALLS)
def test_safe_calls(watching: Watch, name: str) -> None:
    evidence = watching(SINKS, sources=False)
    with request_of("blue"):
        SAFE_CALLS[name]()
    assert evidence == []


def test_imported_before_the_start(watching: Watch) -> None:
    evidence = watching(SINKS, sources=False)
    assert md5(b"blue").hexdigest() == "48d6215903dff56238e52e8891380c8f"
    assert sinks(evidence) == ["hashlib.md5"]  # outside of requests, too


def test_a_file(watching: Watch) -> None:
    evidence = watching(SINKS, sources=False)
    with request_of("blue"):
        assert hashlib.file_digest(io.BytesIO(b"blue"), "md5").hexdigest() == "48d6215903dff56238e52e8891380c8f"
    assert sinks(evidence) == ["hashlib.new"]


def test_the_same_place_counts_once_a_request(watching: Watch) -> None:
    evidence = watching(SINKS, sources=False)
    for _ in range(2):
        with request_of("blue"):
            for _ in range(3):
                hashlib.md5(b"blue")
    assert sinks(evidence) == ["hashlib.md5"] * 2


def test_libraries_have_their_own(watching: Watch) -> None:
    import uuid

    from werkzeug.http import generate_etag

    evidence = watching(SINKS, sources=False)
    with request_of("blue"):
        generate_etag(b"blue")
        uuid.uuid3(uuid.NAMESPACE_DNS, "blue")
    assert evidence == []


def test_constructors_stay_what_they_are(watching: Watch) -> None:
    watching(SINKS, sources=False)

    class Digests:
        md5: Any = hashlib.md5  # a function of C does not become a method

    assert Digests().md5(b"blue").hexdigest() == "48d6215903dff56238e52e8891380c8f"
    assert pickle.loads(pickle.dumps(hashlib.md5)) is hashlib.md5
    assert copy.deepcopy(hashlib.md5) is hashlib.md5
    assert {"string", "usedforsecurity"} <= set(inspect.signature(hashlib.md5).parameters)
    assert hashlib.md5.__name__ == "openssl_md5"
    assert hashlib.md5.__doc__ == "Returns a md5 hash object; optionally initialized with a string"
    with pytest.raises(TypeError, match="openssl_md5"):
        hashlib.md5(b"blue", b"green")


def of_cryptography() -> Iterator[tuple[str, Callable[[], object]]]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    yield "weak", lambda: hashes.Hash(hashes.MD5())
    yield "weak", lambda: hashes.Hash(hashes.SHA1())
    yield "weak", lambda: HMAC(b"key", hashes.MD5())
    yield "safe", lambda: hashes.Hash(hashes.SHA256())
    yield "safe", lambda: HMAC(b"key" * 9, hashes.SHA1())
    yield "safe", lambda: PBKDF2HMAC(algorithm=hashes.SHA1(), length=32, salt=b"salt" * 4, iterations=1)


def of_pycryptodome() -> Iterator[tuple[str, Callable[[], object]]]:
    from Crypto.Hash import HMAC, MD5, SHA1, SHA256

    yield "weak", lambda: MD5.new(b"blue")
    yield "weak", lambda: SHA1.new(b"blue")
    yield "weak", lambda: HMAC.new(b"key" * 9, digestmod=MD5)
    yield "safe", lambda: HMAC.new(b"key" * 9, digestmod=SHA1)
    yield "safe", lambda: SHA256.new(b"blue")


@pytest.mark.parametrize("library", [of_cryptography, of_pycryptodome])
def test_libraries(watching: Watch, library: Callable[[], Iterator[tuple[str, Callable[[], object]]]]) -> None:
    evidence = watching(SINKS, sources=False)
    for expected, call in library():
        evidence.clear()
        with request_of("blue"):
            call()
        assert bool(evidence) is (expected == "weak"), (expected, call.__code__.co_firstlineno)
