"""Requests that come in through WSGI (PEP 3333): an application's `__call__` is watched, whatever framework it is of.

The outermost application opens the request; one that is called inside of it (a mount, a middleware) finds it open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from time import perf_counter
from types import CodeType, ModuleType
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES
from setpoint_agent.once import once
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, Value, current
from setpoint_agent.sources.answers import NONE, tell, tell_head
from setpoint_agent.sources.frameworks import is_watched, own_code
from setpoint_agent.sources.opening import probe_of
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_query
from setpoint_agent.switch import switch

Environ = dict[str, Any]
Start = Callable[..., Any]

_ENTRIES: Final = ("wsgi_app", "wsgi")
"""What an application of Flask or bottle goes through to be called."""
_tell_head: Final = quietly(tell_head)
_NO_LENGTH: Final = frozenset({"", "0", None})


def watched(application: Callable[..., Any]) -> Callable[..., Any]:
    """An application that is a function, with a request opened around each of its calls."""
    own = own_code(application)

    def call(environ: Environ, start_response: Start) -> Any:
        if not switch.on or current.get() is not None:
            return application(environ, start_response)
        visit = Visit(environ, start_response)
        visit.own = own
        token = current.set(visit)
        try:
            body = application(environ, visit.start)
        except BaseException:
            visit.leave(failed=True)
            raise
        finally:
            current.reset(token)
        return visit.watched(body)

    ENTRIES.add(call.__code__)
    return call


def watched_method(application: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a method of a framework's."""

    def call(self: Any, environ: Environ, start_response: Start) -> Any:
        if not switch.on or current.get() is not None:
            return application(self, environ, start_response)
        visit = Visit(environ, start_response)
        token = current.set(visit)
        try:
            body = application(self, environ, visit.start)
        except BaseException:
            visit.leave(failed=True)
            raise
        finally:
            current.reset(token)
        return visit.watched(body)

    ENTRIES.add(call.__code__)
    return call


class Visit(Request):
    """One request on its way through an application.

    It is one object and few functions, since they are gone through for each request: in a service that does a lot in
    between, each of them has left the processor's caches, and costs three times what it takes by itself.
    """

    answered = NONE
    own: CodeType | None = None
    """The code that answers where no framework tells."""
    _told = False

    def __init__(self, environ: Environ, start_response: Start) -> None:
        self.method = environ.get("REQUEST_METHOD", "")
        self._environ = environ
        self._start_response = start_response
        if switch.fleet_key:
            self._note_probe()
        if environ.get("CONTENT_LENGTH") not in _NO_LENGTH or "HTTP_TRANSFER_ENCODING" in environ:
            self._keep_body()
        self.began = perf_counter()

    @quietly
    def _note_probe(self) -> None:
        self.probe = probe_of(self._environ.get("HTTP_X_SETPOINT_PROBE", ""))

    @once
    def path(self) -> str:
        path = f"{self._environ.get('SCRIPT_NAME', '')}{self._environ.get('PATH_INFO', '')}"
        # PEP 3333: octets in the guise of Latin-1
        return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")

    @quietly
    def _keep_body(self, /) -> None:
        environ = self._environ
        stream, length = environ.get("wsgi.input"), environ.get("CONTENT_LENGTH") or ""
        if stream is not None:
            most = int(length) if length.isdecimal() else 0
            environ["wsgi.input"] = _Input(stream, self, environ.get("CONTENT_TYPE", ""), most)

    def first_parts(self) -> Iterable[Value]:
        return _values(self._environ)

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """The server's `start_response`, noting what passes."""
        self.answered = answered = _tell_head(self, status, headers) or NONE
        if exc_info is None:
            write = self._start_response(status, headers)
        else:
            write = self._start_response(status, headers, exc_info)
        if not answered.page:
            return write
        self._write = write
        return self.write if callable(write) else write

    def write(self, data: bytes) -> Any:
        """What the server's `start_response` gave back."""
        self.add(data)
        return self._write(data)

    def watched(self, body: Any) -> Any:
        """What the application answers, watched until its last octet where that is of interest."""
        answered = self.answered
        if answered.whole and not answered.page and self.own is None:  # nearly all are: this is all of `leave`
            operations.finish(self, answered.status)
            return body
        if answered.page or not answered.whole:
            if not isinstance(body, list):
                if not self._is_file(body):
                    return _Body(body, self)
            elif answered.page:
                for chunk in body:
                    self.add(chunk)
        self.leave()
        return body

    def _is_file(self, body: Any) -> bool:
        """Whether the server sends it by itself: it must stay what it is."""
        file_wrapper = self._environ.get("wsgi.file_wrapper")
        return file_wrapper is not None and isinstance(body, file_wrapper)

    def add(self, chunk: bytes) -> None:
        if self.answered.page and isinstance(chunk, bytes):
            self.answered.add(chunk)

    def leave(self, *, failed: bool = False) -> None:
        """Once: the answer is whole, or broke off."""
        if self.ended:
            return
        if self.answered.page:
            self.tell()
        self.handler = self.handler or self.own
        operations.finish(self, 0 if failed else self.answered.status)

    def tell(self) -> None:
        """Once: nothing more of the answer comes."""
        if not self._told:
            self._told = True
            self.handler = self.handler or self.own
            tell(self, self.answered)


class _Body:
    """A body that is made while it is sent: its request is current whenever the application's code runs."""

    def __init__(self, body: Iterable[bytes], visit: Visit) -> None:
        self._body = body
        self._chunks = iter(body)
        self._visit = visit

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        visit = self._visit
        try:
            chunk = next(self._chunks) if visit.answered.whole else self._made()  # whole: no code runs while it is sent
        except StopIteration:
            visit.tell()  # not every client closes what it has read to the end: those of test suites do not
            raise
        visit.add(chunk)
        return chunk

    def _made(self) -> bytes:
        token = current.set(self._visit)
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException:
            self._visit.leave(failed=True)
            raise
        finally:
            current.reset(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def close(self) -> None:
        """Servers call it when all was sent, and also when a client went away."""
        token = current.set(self._visit)
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            current.reset(token)
            self._visit.leave()


ENTRIES.update({Visit.leave.__code__, _Body.__next__.__code__, _Body.close.__code__})


class _Input:
    """`wsgi.input`, keeping a bounded copy of what the application reads of it; the agent itself never reads it."""

    def __init__(self, stream: Any, request: Request, content_type: str, length: int) -> None:
        self._stream = stream
        self._request: Request | None = request
        """Until it knows of the body: it holds what holds this."""
        self._content_type = content_type
        self._most = min(length or MOST_BODY, MOST_BODY)
        self._kept: list[bytes] = []

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
        if self._request is not None:
            self._kept.append(data[: self._most])
            self._most -= len(data)
            if whole or not data or self._most <= 0:
                self._request.add_source(partial(_of_pieces, self._kept, self._content_type))
                self._request = None
        return data


def _of_pieces(body: list[bytes], content_type: str) -> Iterable[Value]:
    return of_body(b"".join(body), content_type)


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
            if not callable(application) or is_watched(application, *_ENTRIES):
                return application
            return watched(application)

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
    Patch("flask.app", "Flask.wsgi_app", watched_method),
    Patch("django.core.handlers.wsgi", "WSGIHandler.__call__", watched_method),
    Patch("falcon.app", "App.__call__", watched_method),
    Patch("bottle", "Bottle.wsgi", watched_method),
    Preparation("gunicorn.app.base", _watch_attribute("BaseApplication.wsgi")),
    Patch("wsgiref.simple_server", "WSGIServer.set_app", _first_callable(1, "application")),
    Patch("werkzeug.serving", "run_simple", _first_callable(2, "application")),
    Patch("werkzeug.serving", "make_server", _first_callable(2, "app")),
    Patch("waitress", "serve", _first_callable(0, "app")),
    Patch("gevent.pywsgi", "WSGIServer.__init__", _first_callable(2, "application")),
)
"""Frameworks by their own entry points; servers for applications that are of none of them."""
