"""Data of the request that readers make objects of, as it came and decoded before."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import marshal
import pickle
import shelve
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import itsdangerous
import jsonpickle
import pytest
import yaml
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.request import BODY, FILE, Request, Value, current

THING = {"name": "a chair", "legs": list(range(40))}
FAMILIES = ("sources.decoded", "sinks.deserialisation", "passages.escapers", "passages.validators")


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def of_pickle(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))


def of_pickled_file(text: str) -> Any:
    return pickle.load(io.BytesIO(base64.urlsafe_b64decode(text)))


def of_pickle_compressed(text: str) -> Any:
    return pickle.loads(zlib.decompress(base64.b64decode(text)))


def of_unpickler(text: str) -> Any:
    return pickle.Unpickler(io.BytesIO(base64.b64decode(text))).load()


def of_spooled_file(text: str) -> Any:
    with tempfile.SpooledTemporaryFile() as file:
        file.write(binascii.unhexlify(text))
        file.seek(0)
        return pickle.load(file)


def of_marshal(text: str) -> Any:
    return marshal.loads(base64.b64decode(text))


def of_yaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.UnsafeLoader)


def of_yaml_older(text: str) -> Any:
    return yaml.load(text, yaml.Loader)


def of_yaml_unsafe(text: str) -> Any:
    return yaml.unsafe_load(text)


def of_jsonpickle(text: str) -> Any:
    return jsonpickle.decode(text, keys=True)


UNSAFE: dict[Callable[[str], Any], str] = {
    of_pickle: packed(pickle.dumps(THING)),
    of_pickled_file: packed(pickle.dumps(THING)),
    of_pickle_compressed: packed(zlib.compress(pickle.dumps(THING))),
    of_unpickler: packed(pickle.dumps(THING)),
    of_spooled_file: pickle.dumps(THING).hex(),
    of_marshal: packed(marshal.dumps(THING)),
    of_yaml: "{name: a chair, legs: 4}",
    of_yaml_older: "name: a chair",
    of_yaml_unsafe: "[a chair, a table]",
    of_jsonpickle: json.dumps({"name": "a chair"}),
}


@pytest.mark.parametrize(("read", "text"), UNSAFE.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_unsafe_readers(watching: Watch, read: Callable[[str], Any], text: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    text = text.encode().decode()  # another than the one that this module holds, which would be a constant of it
    with request_of(text):
        assert read(text)
    assert [each.kind.cwe for each in evidence] == [502]
    with request_of("something else"):
        read(text)
    assert len(evidence) == 1


class Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) != ("builtins", "set"):
            raise pickle.UnpicklingError(name)
        return super().find_class(module, name)


def restricted(text: str) -> Any:
    class Inner(pickle.Unpickler):  # pickle.Unpickler is looked up now, as in a module that is loaded after the start
        def find_class(self, module: str, name: str) -> Any:
            raise pickle.UnpicklingError(name)

    data = base64.b64decode(text)
    assert Restricted(io.BytesIO(data)).load() == Inner(io.BytesIO(data)).load()
    return data


def signed(text: str) -> Any:
    signer = itsdangerous.Signer("secret")
    return pickle.loads(base64.b64decode(signer.unsign(signer.sign(text))))


def safe_yaml(text: str) -> Any:
    return [yaml.safe_load(text), yaml.load(text, Loader=yaml.SafeLoader), yaml.load(text, Loader=yaml.FullLoader)]


def plain_json(text: str) -> Any:
    return json.loads(text)


def own_data(text: str) -> Any:
    return pickle.loads(pickle.dumps(len(text)))


SAFE: dict[Callable[[str], Any], str] = {
    restricted: packed(pickle.dumps(THING)),
    signed: packed(pickle.dumps(THING)),
    safe_yaml: "{name: a chair, legs: 4}",
    plain_json: json.dumps({"name": "a chair"}),
    own_data: "a chair",
}


@pytest.mark.parametrize(("read", "text"), SAFE.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_safe_readers(watching: Watch, read: Callable[[str], Any], text: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    text = text.encode().decode()  # another than the one that this module holds, which would be a constant of it
    with request_of(text):
        assert read(text)
    assert evidence == []


@pytest.mark.parametrize("body", [pickle.dumps(THING), gzip.compress(pickle.dumps(THING))], ids=["plain", "gzip"])
def test_a_body_and_a_long_file(watching: Watch, body: bytes) -> None:
    evidence = watching(*FAMILIES, sources=False)
    request = Request("POST", "/")
    request.route = "/"
    request.add_source(lambda: [Value(BODY, "", body.decode("utf-8", "replace"))])
    request.add_source(lambda: [Value(FILE, "f", "x" * 70_000)])
    token = current.set(request)
    try:
        pickle.loads(gzip.decompress(body) if body[:1] == b"\x1f" else body)
    finally:
        current.reset(token)
    assert [each.kind.cwe for each in evidence] == [502]


def test_a_shelf_of_the_clients_choice(watching: Watch, tmp_path: Path, blue: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    with request_of(blue), shelve.open(str(tmp_path / blue)) as shelf:
        shelf["a"] = 1
    assert "shelve.open" in [each.sink for each in evidence]


def test_functions_stay_what_they_were(watching: Watch) -> None:
    watching(*FAMILIES, sources=False)

    class Reader:
        loads = pickle.loads
        unpack = zlib.decompress

    reader: Any = Reader()
    assert reader.loads(pickle.dumps(3)) == 3  # no method: it is written in C
    assert pickle.loads(pickle.dumps(pickle.loads)) is pickle.loads
    assert pickle.loads(pickle.dumps(pickle.Unpickler)) is pickle.Unpickler
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(b"x")
    with pytest.raises(TypeError):
        reader.loads()
