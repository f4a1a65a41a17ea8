"""Requests that come in through WSGI (PEP 3333): an application's `__call__` is watched, whatever framework it is of.

The outermost application opens the request; one that is called inside of it (a mount, a middleware) finds it open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from time import perf_counter
from types import ModuleType
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, Value, current
from setpoint_agent.sources.answers import NONE, Answer, tell, tell_head
from setpoint_agent.sources.frameworks import own_code
from setpoint_agent.sources.opening import finish, probe_of
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_query
from setpoint_agent.switch import switch

Environ = dict[str, Any]


def watched(application: Callable[..., Any]) -> Callable[..., Any]:
    """`application`, with a request opened around each of its calls; for methods as well as functions."""
    own = own_code(application)

    def call(*arguments: Any, **keywords: Any) -> Any:
        if not switch.on or current.get() is not None or len(arguments) < 2:
            return application(*arguments, **keywords)
        visit = _visit(arguments[-2], arguments[-1], own)
        if visit is None:
            return application(*arguments, **keywords)
        return visit.answer(application, (*arguments[:-1], visit.start), keywords)

    return call


class Visit(Request):
    """One request on its way through an application.

    It is one object and few functions, since they are gone through for each request: in a service that does a lot in
    between, each of them is no longer in the processor's caches, and costs ten times what it takes by itself.
    """

    answered = NONE
    _told = False

    def __init__(self, method: str, path: str, environ: Environ, start_response: Callable[..., Any], own: Any) -> None:
        self.method = method
        self.path = path
        self._environ = environ
        self._start_response = start_response
        self._own = own
        """The code that answers where no framework tells."""
        self._began = perf_counter()

    def first_parts(self) -> Iterable[Value]:
        return _values(self._environ)

    def start(self, status: str, headers: list[tuple[str, str]], *rest: Any, **keywords: Any) -> Any:
        """The server's `start_response`, noting what passes."""
        self._note_head(status, headers)
        write = self._write = self._start_response(status, headers, *rest, **keywords)
        return self.write if callable(write) else write

    def write(self, data: bytes) -> Any:
        """What the server's `start_response` gave back."""
        self.add(data)
        return self._write(data)

    def answer(self, application: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """What the application answers, watched until its last octet."""
        token = current.set(self)
        try:
            body = application(*arguments, **keywords)
        except BaseException:
            self.leave(failed=True)
            raise
        finally:
            current.reset(token)
        answered = self.answered
        if isinstance(body, list):
            for chunk in body if answered.page else ():
                self.add(chunk)
        elif (answered.page or not answered.whole) and not self._is_file(body):
            return _Body(body, self)
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
        if self.handler is None:
            self.handler = self._own
        if self.answered.page:
            self.tell()
        finish(self, 0 if failed else self.answered.status, perf_counter() - self._began)

    def tell(self) -> None:
        """Once: nothing more of the answer comes."""
        if not self._told:
            self._told = True
            if self.handler is None:
                self.handler = self._own
            tell(self, self.answered)

    @quietly
    def _note_head(self, status: str, headers: list[tuple[str, str]]) -> None:
        answer = self.answered = Answer(int(status[:3]), list(headers))
        tell_head(self, answer)


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


ENTRIES.update({Visit.answer.__code__, Visit.leave.__code__, _Body.__next__.__code__, _Body.close.__code__})


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


@quietly
def _visit(environ: Environ, start_response: Callable[..., Any], own: Any) -> Visit:
    asked = environ.get
    path = f"{asked('SCRIPT_NAME', '')}{asked('PATH_INFO', '')}"
    if not path.isascii():  # PEP 3333: octets in the guise of Latin-1
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    visit = Visit(asked("REQUEST_METHOD", ""), path, environ, start_response, own)
    if switch.fleet_key:
        visit.probe = probe_of(asked("HTTP_X_SETPOINT_PROBE", ""))
    length = asked("CONTENT_LENGTH") or ""
    if length not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ:
        _keep_body(environ, visit, int(length) if length.isdecimal() else 0)
    return visit


def _keep_body(environ: Environ, visit: Visit, length: int) -> None:
    stream = environ.get("wsgi.input")
    if stream is not None:
        environ["wsgi.input"] = _Input(stream, visit, environ.get("CONTENT_TYPE", ""), length)


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
