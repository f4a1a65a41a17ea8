"""The dangerous ends that both targets share, each with its safe twin: shell, files, XML, templates, filters, fetches.

`unsafe` is the fault's switch. The unsafe branch is what a hurried developer writes; the safe one is the ordinary
repair.
"""

import os
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import jinja2
from lxml import etree

METADATA_HOSTS = frozenset({"169.254.169.254", "metadata.google.internal"})
"""Where clouds answer; here they lead to the target's own loopback port."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost"})
ALLOWED_FETCHES = frozenset({"images.shop.test", "cdn.shop.test"})
"""The hosts from which the repaired targets would fetch; none of them exists, so that nothing ever leaves the
    machine."""
MAX_FETCHED = 4_096
HOST_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")


class Refused(ValueError):
    """The input is not acceptable; the caller answers 4xx."""


class Unreachable(Exception):
    """The address could not be fetched; the caller answers 502."""


def run_shell(command: str, folder: Path) -> tuple[int, str]:
    """Exit status and output of `sh -c`, with nothing of this process's environment; whoever lasts too long is
    ended."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command.replace("\0", "")],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=8)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return process.returncode, output[:MAX_FETCHED]


def probe_host(host: str, folder: Path, *, unsafe: bool) -> str:
    """What the probe printed for a host."""
    if unsafe:
        return run_shell(f"echo probing {host}", folder)[1]
    if not HOST_NAME.fullmatch(host):
        raise Refused("host")
    return f"probing {host}\n"


def is_known_host(host: str, folder: Path, *, unsafe: bool) -> bool:
    """Whether the host stands in the list of hosts; tells nothing but yes or no."""
    (folder / "hosts.txt").write_text("localhost\ngateway\n", encoding="utf-8")
    if unsafe:
        return run_shell(f"grep -qxF {host} hosts.txt", folder)[0] == 0
    return host in {"localhost", "gateway"}


def read_text(folder: Path, name: str, *, unsafe: bool) -> str:
    """A text of the folder. Raises FileNotFoundError."""
    path = folder / name
    try:
        if not unsafe and not path.resolve().is_relative_to(folder.resolve()):
            raise FileNotFoundError(name)
        return path.read_text(encoding="utf-8", errors="replace")[:65_536]
    except (OSError, ValueError) as error:  # a folder, a NUL byte, a name too long
        raise FileNotFoundError(name) from error


def read_names(document: bytes, *, unsafe: bool) -> list[str]:
    """The text of every `name` element. Raises Refused for what is no XML."""
    parser = (
        etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=True)
        if unsafe
        else etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("no XML") from error
    if not unsafe and root.getroottree().docinfo.doctype:
        raise Refused("a document type is not accepted")
    return ["".join(element.itertext())[:MAX_FETCHED] for element in root.iter("name")]


def render_notice(text: str, name: str, *, unsafe: bool) -> str:
    """The text with `{{ name }}` filled in. Raises Refused for a template that cannot be rendered."""
    if not unsafe:
        return text.replace("{{ name }}", name)
    try:
        return jinja2.Environment().from_string(text).render(name=name)  # autoescape is beside the point: text is code
    except Exception as error:  # whatever the tester's template raises
        raise Refused("template") from error


class _LoopbackConnection(HTTPConnection):
    """Goes to the metadata port for a metadata host, to the loopback for the loopback, and nowhere else."""

    metadata_port = 0

    def connect(self) -> None:
        name, port = self.host, self.port
        if name in METADATA_HOSTS:
            self.host, self.port = "127.0.0.1", self.metadata_port
        elif name not in LOOPBACK_HOSTS:
            raise OSError(f"no route to {name}")
        try:
            super().connect()
        finally:
            self.host, self.port = name, port


class _LoopbackHandler(urllib.request.HTTPHandler):
    def __init__(self, metadata_port: int) -> None:
        super().__init__()
        self.connection = type("Connection", (_LoopbackConnection,), {"metadata_port": metadata_port})

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self.connection, req)


def fetch(url: str, metadata_port: int, *, unsafe: bool) -> str:
    """The start of what stands at the address. Raises Refused and Unreachable."""
    parts = urllib.parse.urlsplit(url) if "[" not in url else urllib.parse.SplitResult("", "", "", "", "")
    if not unsafe and (parts.scheme != "https" or parts.hostname not in ALLOWED_FETCHES):
        raise Refused("url")
    opener = urllib.request.OpenerDirector()
    for handler in (
        _LoopbackHandler(metadata_port),
        urllib.request.FileHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    try:
        with opener.open(url, timeout=3) as response:
            return str(response.read(MAX_FETCHED), "utf-8", "replace")
    except (OSError, ValueError, HTTPException) as error:
        raise Unreachable(str(error)) from error


def matches(document: dict[str, Any], query: dict[str, Any]) -> bool:
    """Whether a document fits a query with the operators of document stores (`{"$ne": …}`)."""
    return all(_fits(document.get(name), wanted) for name, wanted in query.items())


def _fits(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    return all(_operator(value, name, operand) for name, operand in wanted.items())


def _operator(value: Any, name: str, operand: Any) -> bool:
    if name == "$ne":
        return bool(value != operand)
    if name == "$exists":
        return (value is not None) == (str(operand).lower() not in {"false", "0"})
    if name == "$in":
        return value in (operand if isinstance(operand, list) else [operand])
    if name == "$regex":
        try:
            return re.search(str(operand)[:100], str(value)) is not None
        except re.error:
            return False
    if name in {"$gt", "$gte", "$lt", "$lte"}:
        left, right = str(value), str(operand)
        return {"$gt": left > right, "$gte": left >= right, "$lt": left < right, "$lte": left <= right}[name]
    return False


def escape_filter(value: str) -> str:
    """A value made harmless inside an LDAP filter (RFC 4515, section 3)."""
    return "".join(f"\\{ord(letter):02x}" if letter in "*()\\\0" else letter for letter in value)


def search_directory(entries: list[dict[str, str]], written: str) -> list[dict[str, str]]:
    """The entries that fit an LDAP filter. Raises Refused for a filter that cannot be read."""
    check, rest = _read_filter(written)
    if rest and not rest.startswith("("):  # servers differ; like some, ours reads the first filter and leaves the rest
        raise Refused("filter")
    return [entry for entry in entries if check(entry)]


def _read_filter(text: str) -> tuple[Any, str]:
    if not text.startswith("("):
        raise Refused("filter")
    kind, text = text[1:2], text[1:]
    if kind in {"&", "|", "!"}:
        parts, text = [], text[1:]
        while text.startswith("("):
            part, text = _read_filter(text)
            parts.append(part)
        if not text.startswith(")"):
            raise Refused("filter")
        return _combine(kind, parts), text[1:]
    inner, closed, rest = text.partition(")")
    name, equals, value = inner.partition("=")
    if not closed or not equals or "(" in inner:
        raise Refused("filter")
    return _comparison(name.strip(), value), rest


def _combine(kind: str, parts: list[Any]) -> Any:
    if kind == "!":
        return lambda entry: not any(part(entry) for part in parts)
    gather = all if kind == "&" else any
    return lambda entry: gather(part(entry) for part in parts)


def _comparison(name: str, value: str) -> Any:
    literal = (
        re.escape(re.sub(r"\\([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), piece)) for piece in value.split("*")
    )
    pattern = re.compile(".*".join(literal), re.IGNORECASE | re.DOTALL)
    return lambda entry: name in entry and pattern.fullmatch(entry[name]) is not None


GREEDY_ADDRESS = re.compile(r"^([a-z0-9]+\.?)+@shop\.test$")
"""Tries every way to cut a run of letters into pieces: the time doubles with each letter."""
PLAIN_ADDRESS = re.compile(r"^[a-z0-9.]+@shop\.test$")
MAX_ADDRESS = 25
"""So that the target can be slowed for about a second and never stopped."""


def is_address(text: str, *, unsafe: bool) -> bool:
    if len(text) > MAX_ADDRESS:
        raise Refused("address")
    return (GREEDY_ADDRESS if unsafe else PLAIN_ADDRESS).match(text) is not None
