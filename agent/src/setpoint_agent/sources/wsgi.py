"""Requests that come in through WSGI (PEP 3333): an application's `__call__` is watched, whatever framework it is of.

The outermost application opens the request; one that is called inside of it (a mount, a middleware) finds it open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, Value, current
from setpoint_agent.sources.answers import Answer, tell
from setpoint_agent.sources.frameworks import own_code
from setpoint_agent.sources.opening import finish, probe_of, wanted
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_query
from setpoint_agent.stack import ENTRIES

Environ = dict[str, Any]


def watched(application: Callable[..., Any]) -> Callable[..., Any]:
    """`application`, with a request opened around each of its calls; for methods as well as functions."""
    own = own_code(application)

    def call(*arguments: Any, **keywords: Any) -> Any:
        if not wanted() or len(arguments) < 2:
            return application(*arguments, **keywords)
        *owner, environ, start_response = arguments
        visit = _visit(environ, own)
        if visit is None:
            return application(*arguments, **keywords)
        answered: Any = visit.answer(lambda: application(*owner, environ, visit.starter(start_response), **keywords))
        return answered

    return call


class Visit:
    """One request on its way through an application."""

    __slots__ = ("_answer", "_began", "_file_wrapper", "_own", "_told", "request")

    def __init__(self, request: Request, file_wrapper: Any, own: Any) -> None:
        self.request = request
        self._own = own
        """The code that answers where no framework tells."""
        self._answer = Answer()
        self._began = time.perf_counter()
        self._file_wrapper = file_wrapper
        self._told = False

    def starter(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        """The server's `start_response`, noting what passes."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any, **keywords: Any) -> Any:
            self._note_head(status, headers)
            write = start_response(status, headers, *rest, **keywords)
            return self._writer(write) if callable(write) else write

        return start

    def answer(self, call: Callable[[], Any]) -> Any:
        """What the application answers, watched until its last octet."""
        token = current.set(self.request)
        try:
            body = call()
        except BaseException:
            self.end(failed=True)
            raise
        finally:
            current.reset(token)
        if isinstance(body, list):
            for chunk in body:
                self.add(chunk)
            self.end()
            return body
        if self._is_sent_as_it_is(body):
            self.end()
            return body
        return _Body(body, self)

    @property
    def is_made(self) -> bool:
        """The body is there already: no code of the application runs while it is sent."""
        return self._answer.whole

    def _is_sent_as_it_is(self, body: Any) -> bool:
        """Nothing is to be seen in it any more; and a file that the server sends by itself must stay what it is."""
        is_file = self._file_wrapper is not None and isinstance(body, self._file_wrapper)
        return is_file or (self.is_made and not self._answer.page)

    def add(self, chunk: bytes) -> None:
        if self._answer.page and isinstance(chunk, bytes):
            self._answer.add(chunk)

    def end(self, *, failed: bool = False) -> None:
        """Once: the answer is whole, or broke off."""
        if self.request.ended:
            return
        self.tell()
        finish(self.request, 0 if failed else self._answer.status, time.perf_counter() - self._began)

    def tell(self) -> None:
        """Once: nothing more of the answer comes."""
        if not self._told:
            self._told = True
            if self.request.handler is None:
                self.request.handler = self._own
            tell(self.request, self._answer)

    @quietly
    def _note_head(self, status: str, headers: list[tuple[str, str]]) -> None:
        self._answer.begin(int(status[:3]), list(headers))

    def _writer(self, write: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        def writing(data: bytes) -> Any:
            self.add(data)
            return write(data)

        return writing


class _Body:
    """A body that is made while it is sent: its request is current whenever the application's code runs."""

    def __init__(self, body: Iterable[bytes], visit: Visit) -> None:
        self._body = body
        self._chunks = iter(body)
        self._visit = visit

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks) if self._visit.is_made else self._made()
        except StopIteration:
            self._visit.tell()  # not every client closes what it has read to the end: those of test suites do not
            raise
        self._visit.add(chunk)
        return chunk

    def _made(self) -> bytes:
        token = current.set(self._visit.request)
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException:
            self._visit.end(failed=True)
            raise
        finally:
            current.reset(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def close(self) -> None:
        """Servers call it when all was sent, and also when a client went away."""
        token = current.set(self._visit.request)
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            current.reset(token)
            self._visit.end()


ENTRIES.update({Visit.answer.__code__, Visit.end.__code__, _Body.__next__.__code__, _Body.close.__code__})


class _Input:
    """`wsgi.input`, keeping a bounded copy of what the application reads of it; the agent itself never reads it."""

    def __init__(self, stream: Any, request: Request, content_type: str, length: int) -> None:
        self._stream = stream
        self._request = request
        self._content_type = content_type
        self._length = length
        self._kept = bytearray()
        self._told = False

    def read(self, *arguments: Any) -> bytes:
        return self._keep(self._stream.read(*arguments), whole=not arguments or arguments[0] in {-1, None})

    def readline(self, *arguments: Any) -> bytes:
        return self._keep(self._stream.readline(*arguments))

    def readlines(self, *arguments: Any) -> list[bytes]:
        lines: list[bytes] = self._stream.readlines(*arguments)
        self._keep(b"".join(lines), whole=True)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        for line in self._stream:
            yield self._keep(line)
        self._keep(b"", whole=True)

    def __getattr__(self, name: str) -> Any:
        given = getattr(self._stream, name)
        return self._reading_into(given) if name == "readinto" else given

    def _reading_into(self, readinto: Callable[[Any], int | None]) -> Callable[[Any], int | None]:
        """Only where the stream itself has it: readers ask before they use it."""

        def reading(buffer: Any) -> int | None:
            size = readinto(buffer)
            self._keep(bytes(memoryview(buffer)[: size or 0]))
            return size

        return reading

    def _keep(self, data: bytes, *, whole: bool = False) -> bytes:
        if not self._told:
            self._kept += data[: MOST_BODY - len(self._kept)]
            if whole or not data or len(self._kept) >= min(self._length or MOST_BODY, MOST_BODY):
                self._told = True
                body, content_type = bytes(self._kept), self._content_type
                self._request.add_source(lambda: of_body(body, content_type))
        return data


@quietly
def _visit(environ: Environ, own: Any) -> Visit:
    request = Request(environ.get("REQUEST_METHOD", ""), _path(environ))
    request.add_source(lambda: _values(environ))
    header = environ.get("HTTP_X_SETPOINT_PROBE")
    if header:
        request.probe = probe_of(header)
    stream = environ.get("wsgi.input")
    length = environ.get("CONTENT_LENGTH") or ""
    if stream is not None and (length not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ):
        size = int(length) if length.isdecimal() else 0
        environ["wsgi.input"] = _Input(stream, request, environ.get("CONTENT_TYPE", ""), size)
    return Visit(request, environ.get("wsgi.file_wrapper"), own)


def _path(environ: Environ) -> str:
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    if path.isascii():
        return path
    return path.encode("latin-1", "replace").decode("utf-8", "replace")  # PEP 3333: octets in the guise of Latin-1


def _values(environ: Environ) -> list[Value]:
    values = list(of_query(environ.get("QUERY_STRING", "")))
    for name, text in list(environ.items()):
        if name.startswith("HTTP_"):
            values += of_header(_header_name(name), text)
    return values


@lru_cache(256)
def _header_name(name: str) -> str:
    """`HTTP_X_TENANT` is what WSGI makes of `X-Tenant`, whose letters may have been large or small."""
    return name[5:].replace("_", "-").title()


def _watch_attribute(name: str) -> Callable[[ModuleType], None]:
    """For servers that keep their application in something that a function of them gives back."""

    def prepare(module: ModuleType) -> None:
        owner, _, attribute = name.rpartition(".")
        holder = getattr(module, owner)
        original = getattr(holder, attribute)

        def giving(*arguments: Any, **keywords: Any) -> Any:
            application = original(*arguments, **keywords)
            return watched(application) if callable(application) else application

        setattr(holder, attribute, giving)

    return prepare


def _first_callable(position: int, keyword: str) -> Wrap:
    """For functions that are handed an application at `position` or as `keyword`."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def taking(*arguments: Any, **keywords: Any) -> Any:
            if callable(keywords.get(keyword)):
                keywords[keyword] = watched(keywords[keyword])
            elif len(arguments) > position and callable(arguments[position]):
                given = list(arguments)
                given[position] = watched(given[position])
                arguments = tuple(given)
            return original(*arguments, **keywords)

        return taking

    return wrap


PATCHES: Final = (
    Patch("flask.app", "Flask.wsgi_app", watched),
    Patch("django.core.handlers.wsgi", "WSGIHandler.__call__", watched),
    Patch("falcon.app", "App.__call__", watched),
    Patch("bottle", "Bottle.wsgi", watched),
    Preparation("gunicorn.app.base", _watch_attribute("BaseApplication.wsgi")),
    Patch("wsgiref.simple_server", "WSGIServer.set_app", _first_callable(1, "application")),
    Patch("werkzeug.serving", "run_simple", _first_callable(2, "application")),
    Patch("werkzeug.serving", "make_server", _first_callable(2, "app")),
    Patch("waitress", "serve", _first_callable(0, "app")),
    Patch("gevent.pywsgi", "WSGIServer.__init__", _first_callable(2, "application")),
)
"""Frameworks by their own entry points; servers for applications that are of none of them."""
