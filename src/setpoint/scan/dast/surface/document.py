"""An OpenAPI document as a surface: 3.0, 3.1, 3.2, and Swagger 2.0. Called by the engine and by `lookup`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import check_depth, parse_json, parse_yaml, read_bytes
from setpoint.model.canonical import Json
from setpoint.model.dast import Sent, Surface
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.surface.operations import Reader
from setpoint.scan.dast.surface.references import Load, References
from setpoint.scan.dast.surface.schemas import entries, items
from setpoint.scan.dast.surface.security_schemes import schemes_of
from setpoint.scan.dast.surface.swagger import as_openapi

MAX_DOCUMENT_BYTES: Final = 32 * 1024 * 1024
"""Twice the largest public document."""

MAX_FLAWS: Final = 3
"""Told of a document that is not as the standard has it; the rest is counted."""

_REMEDY: Final = "give an OpenAPI 3 or Swagger 2.0 document, as JSON or YAML"


def read_document(path: Path, base: str) -> Surface:
    """The surface that the file describes, on the target at `base`; what it refers to stands beside it.

    Raises `InputError` where it is no such document.
    """
    folder = path.resolve().parent

    def beside(location: str) -> Json:
        wanted = Path(location).resolve()
        if "://" in location or not wanted.is_relative_to(folder):
            raise InputError("it is not beside the document")
        return _parsed(read_bytes(wanted, limit=MAX_DOCUMENT_BYTES), str(wanted))

    document = _parsed(read_bytes(path, limit=MAX_DOCUMENT_BYTES), str(path))
    return surface_of(document, str(path.resolve()), base, beside, where=str(path))


def fetch_document(url: str, base: str, sender: Sender) -> Surface:
    """As `read_document`, of a document that the target serves: on its own scheme, host and port alone.

    Raises `InputError`, or `CouldNotTellError` where the target does not answer.
    """
    if _origin(url) != _origin(base):
        remedy = f"fetch it yourself and give the file, or give its address on {_origin(base)}"
        raise InputError("the document is on another host than the target", where=url, remedy=remedy)

    def load(location: str) -> Json:
        if _origin(location) != _origin(base):
            raise InputError("it is on another host")
        return _parsed(_fetched(location, sender), location)

    return surface_of(load(url), url, base, load, where=url)


def surface_of(document: Json, location: str, base: str, load: Load, *, where: str) -> Surface:
    """The surface of a parsed document."""
    if not isinstance(document, Mapping) or not ("openapi" in document or "swagger" in document):
        raise InputError(
            "this is no OpenAPI document: it has neither 'openapi' nor 'swagger'", where=where, remedy=_REMEDY
        )
    if not isinstance(document.get("paths", {}), Mapping):
        raise InputError("its paths are no mapping", where=where, remedy=_REMEDY)
    flaws = flaws_of(document)
    shaped = as_openapi(document) if "swagger" in document else document
    references = References(shaped, location, load)
    reader = Reader(shaped, references)
    operations = tuple(reader.operations())
    remarks = (*flaws, *references.remarks) if operations else (*flaws, *references.remarks, "it has no operations")
    told = tuple(f"{where}: {each}" for each in remarks)
    return Surface(base_of(shaped, base), operations, told, tuple(schemes_of(shaped, references)))


def flaws_of(document: Mapping[str, Json]) -> list[str]:
    """Where it departs from its version's schema: told, never a reason to stop, since real documents often do."""
    from openapi_spec_validator.schemas import (  # here: takes more than a second to load
        openapi_v2_schema_validator,
        openapi_v30_schema_validator,
        openapi_v31_schema_validator,
        openapi_v32_schema_validator,
    )

    version = str(document.get("openapi") or document.get("swagger"))
    by_version = {
        "2.0": openapi_v2_schema_validator,
        "3.0": openapi_v30_schema_validator,
        "3.1": openapi_v31_schema_validator,
        "3.2": openapi_v32_schema_validator,
    }
    validator = by_version.get(version[:3])
    if validator is None:
        return [f"its version {version[:20]!r} is not known, and was read as the latest"]
    places = list(dict.fromkeys(str(each.json_path) for each in validator.iter_errors(document)))
    told = [f"it is not valid OpenAPI {version[:20]} at {place}" for place in places[:MAX_FLAWS]]
    return [*told, f"{len(places) - MAX_FLAWS} more places are not valid"] if len(places) > MAX_FLAWS else told


def base_of(document: Mapping[str, Json], base: str) -> str:
    """Where its paths begin on this target.

    Of its servers the first on the target's host counts, else the first that names none, else the path of the first.
    A path that the user gave stands, unless the server's goes on from it.
    """
    at = urlsplit(base)
    origin, given = f"{at.scheme}://{at.netloc}", at.path.rstrip("/")
    servers = [_address(each) for each in entries(document, "servers")]
    servers.sort(key=lambda each: 0 if each.netloc == at.netloc else 1 if not each.netloc else 2)
    path = servers[0].path.rstrip("/") if servers else ""
    if path and not path.startswith("/"):
        path = urljoin(f"{given}/", path)
    return origin + (path if path.startswith(given) else given)


def _address(server: Json) -> SplitResult:
    url = str(dict(items(server)).get("url") or "/")
    for name, said in items(server, "variables"):
        url = url.replace(f"{{{name}}}", str(dict(items(said)).get("default") or ""))
    try:
        return urlsplit(url)
    except ValueError:  # no address at all
        return urlsplit("/")


def _origin(url: str) -> str:
    at = urlsplit(url)
    return f"{at.scheme}://{at.netloc}".lower()


def _parsed(data: bytes, where: str) -> Json:
    if data.lstrip()[:1] in (b"{", b"["):
        return parse_json(data, where)
    value = parse_yaml(data, where).value
    check_depth(value, where)
    return value


def _fetched(url: str, sender: Sender) -> bytes:
    exchange = sender.send(Sent("GET", url, (("accept", "application/json, application/yaml;q=0.9, */*;q=0.1"),)))
    answer = exchange.answer
    if answer is None:
        raise CouldNotTellError("the document cannot be fetched", where=url, remedy=exchange.failure)
    if answer.status != 200:
        raise InputError(f"the target answers {answer.status} where its document should be", where=url)
    if not answer.is_whole:
        raise InputError("the document is larger than what is read of an answer", where=url, remedy="give it as a file")
    return answer.body
