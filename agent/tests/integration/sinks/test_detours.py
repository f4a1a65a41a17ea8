"""Flask: data that readers of objects are given, by whatever detour it came; and data that is the application's own."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import copy
import gzip
import hmac
import io
import marshal
import pickle
import zlib
from collections.abc import Callable
from typing import Any

import flask
import itsdangerous
import jsonpickle
import pytest
import yaml
from tests.conftest import Watch

FAMILIES = ("sinks.deserialisation",)
PACKED = pickle.dumps({"name": "chair", "sizes": [1, 2, 3], "text": "some words"})
DOCUMENT = "name: chair\nsize: 3"
KEY = b"kept elsewhere"


def given() -> Any:
    return flask.request.get_json()["data"]


def unpacked(octets: bytes) -> bytes:
    return base64.b64decode(octets)


def text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def padded(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


def from_gzip(data: str) -> Any:
    with gzip.open(io.BytesIO(unpacked(data.encode()))) as file:
        return pickle.loads(file.read())


def restricted(data: str) -> Any:
    class Restricted(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            raise pickle.UnpicklingError(name)

    return Restricted(io.BytesIO(unpacked(data.encode()))).load()


def authenticated(data: str) -> Any:
    octets = unpacked(data.encode())
    if not hmac.compare_digest(hmac.new(KEY, octets, "sha256").hexdigest(), flask.request.get_json()["mac"]):
        flask.abort(400)
    return pickle.loads(octets)


FLAWED: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "base64": (lambda data: pickle.loads(base64.b64decode(data)), text(PACKED)),
    "without padding": (lambda data: pickle.loads(padded(data)), text(PACKED).translate({61: None, 43: 45, 47: 95})),
    "behind a prefix": (lambda data: pickle.loads(base64.b64decode(data.split(":")[1])), f"v1:{text(PACKED)}"),
    "reversed": (lambda data: pickle.loads(base64.b64decode(data[::-1])), text(PACKED)[::-1]),
    "twice": (lambda data: pickle.loads(unpacked(unpacked(data))), text(text(PACKED).encode())),
    "fromhex": (lambda data: pickle.loads(bytes.fromhex(data)), PACKED.hex()),
    "unhexlify": (lambda data: pickle.loads(binascii.unhexlify(data)), PACKED.hex()),
    "codecs": (lambda data: pickle.loads(codecs.decode(data, "hex")), PACKED.hex()),
    "latin-1": (lambda data: pickle.loads(data.encode("latin-1")), PACKED.decode("latin-1")),
    "zlib": (lambda data: pickle.loads(zlib.decompress(unpacked(data))), text(zlib.compress(PACKED))),
    "bz2": (lambda data: pickle.loads(bz2.decompress(unpacked(data))), text(bz2.compress(PACKED))),
    "gzip, opened": (from_gzip, text(gzip.compress(PACKED))),
    "gzip, as a file": (
        lambda data: pickle.load(gzip.GzipFile(fileobj=io.BytesIO(unpacked(data)))),
        text(gzip.compress(PACKED)),
    ),
    "in pieces": (
        lambda data: pickle.loads(b"".join(map(base64.b64decode, data))),
        [text(PACKED[:24]), text(PACKED[24:])],
    ),
    "a buffer": (lambda data: pickle.load(io.BufferedReader(io.BytesIO(unpacked(data)))), text(PACKED)),
    "an unpickler": (lambda data: pickle.Unpickler(io.BytesIO(unpacked(data))).load(), text(PACKED)),
    "mapped": (lambda data: [*map(pickle.loads, map(base64.b64decode, data))], [text(PACKED)]),
    "marshal": (lambda data: marshal.loads(unpacked(data)), text(marshal.dumps([1, "some words"]))),
    "yaml.unsafe_load": (lambda data: [yaml.unsafe_load(data)], DOCUMENT),
    "yaml.load_all": (lambda data: [*yaml.load_all(data, Loader=yaml.Loader)], DOCUMENT),
    "yaml, a file": (lambda data: yaml.unsafe_load(io.StringIO(data)), DOCUMENT),
    "yaml, a loader": (lambda data: yaml.UnsafeLoader(data).get_single_data(), DOCUMENT),
    "jsonpickle.decode": (lambda data: jsonpickle.decode(data, keys=True), '{"name": "chair"}'),
    "jsonpickle, restored": (lambda data: jsonpickle.unpickler.Unpickler().restore(data), {"name": "chair-blue"}),
}
SAFE: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "a constant": (lambda data: (unpacked(data), pickle.loads(PACKED)), text(PACKED)),
    "packed by itself": (lambda data: pickle.loads(pickle.dumps({"text": data})), "some words"),
    "copied": (lambda data: copy.deepcopy({"text": data}), "some words"),
    "signed": (
        lambda data: pickle.loads(unpacked(itsdangerous.Signer(KEY).unsign(data))),
        itsdangerous.Signer(KEY).sign(text(PACKED)).decode(),
    ),
    "authenticated": (authenticated, text(PACKED)),
    "restricted": (restricted, text(PACKED)),
    "JSON": (lambda data: flask.json.loads(unpacked(data)), text(b'{"name": "chair"}')),
    "yaml.safe_load": (lambda data: [yaml.safe_load(data)], DOCUMENT),
    "yaml.full_load": (lambda data: [yaml.full_load(data)], DOCUMENT),
}


def answer(read: Callable[[Any], Any], data: Any) -> None:
    application = flask.Flask(__name__)

    @application.post("/")
    def view() -> str:
        read(given())
        return "fine"

    mac = hmac.new(KEY, PACKED, "sha256").hexdigest()
    assert application.test_client().post("/", json={"data": data, "mac": mac}).status_code == 200


@pytest.mark.parametrize("name", FLAWED)
def test_flawed(watching: Watch, name: str) -> None:
    evidence = watching(*FAMILIES)
    answer(*FLAWED[name])
    assert {each.kind.name for each in evidence} == {"unsafe-deserialisation"}


@pytest.mark.parametrize("name", SAFE)
def test_safe(watching: Watch, name: str) -> None:
    evidence = watching(*FAMILIES)
    answer(*SAFE[name])
    assert evidence == []
