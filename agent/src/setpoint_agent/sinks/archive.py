"""Archives that come with a request: the names inside of them are the sender's, as much as a query is.

`zipfile` strips folders that lead out of the target by itself, `tarfile` only with a filter (PEP 706). An application
that writes the members by itself is met in `sinks.path`: names that it reads are values of the request from then on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import ARCHIVE_TRAVERSAL, PATH_TRAVERSAL
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import BODY, FILE, FILE_NAME, FORM, JSON, Request, Value, current
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, looking

MOST_NAMES: Final = 256
"""Members of one archive that are looked at."""
FILTERED_BY_DEFAULT: Final = sys.version_info >= (3, 14)
"""What `tarfile` does where nobody says which filter (PEP 706)."""
_WITHOUT_FILTER: Final = frozenset({"fully_trusted", "fully_trusted_filter"})
_SAFE_AFTER: Final = frozenset({"path"})
_PARTS: Final = frozenset({BODY, FILE, FORM, JSON})
"""What an archive may come in."""
_BEGINNINGS: Final = ("\x1f\ufffd", "BZh", "\ufffd7zXZ", "PK\x03\x04", "H4sI", "QlpoO", "/Td6WFo", "UEsDB")
"""How compressed archives begin (gzip, bzip2, xz, zip), as text and in base64. A bare tar begins with a name."""


def _extracting(name: str, folder_at: int) -> Patch:
    """`extractall(archive, path, members, filter=…)` and `extract(archive, member, path, filter=…)`."""
    members = Sink(ARCHIVE_TRAVERSAL, f"tarfile.TarFile.{name}", "path", _SAFE_AFTER)
    folder = Sink(PATH_TRAVERSAL, f"tarfile.TarFile.{name}", "path", _SAFE_AFTER)

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        request = current.get()
        archive = arguments[0]
        examine(folder, argument(arguments, keywords, folder_at, "path"))
        if request is None or _filters(archive, keywords.get("filter")):
            return
        # Only what was read of it already: reading on would change what a stream gives to the application.
        names = [each.name for each in archive.members[:MOST_NAMES]]
        if names and _note(request, names, first=names[0]):
            examine(members, max(names, key=len))

    return Patch("tarfile", f"TarFile.{name}", looking(look))


def _filters(archive: Any, chosen: Any) -> bool:
    """Whether members outside of the target are refused; a function of the application's own is taken to do that."""
    chosen = chosen or getattr(archive, "extraction_filter", None)
    if chosen is None:
        return FILTERED_BY_DEFAULT
    return getattr(chosen, "__name__", chosen) not in _WITHOUT_FILTER


def _names_read(found: Any) -> list[str]:
    """What a method of an archive gave back: names, members, or one member."""
    members = found if isinstance(found, list) else [found]
    return [each if isinstance(each, str) else getattr(each, "filename", None) or each.name for each in members]


@quietly
def _note_read(request: Request, archive: Any, found: Any) -> None:
    names = _names_read(found)[:MOST_NAMES]
    members = getattr(archive, "members", ())
    _note(request, names, first=members[0].name if members else names[0])


def _reading(original: Callable[..., Any]) -> Callable[..., Any]:
    """The wrapper of a method that gives members of an archive back."""

    def read(*arguments: Any, **keywords: Any) -> Any:
        found = original(*arguments, **keywords)
        request = current.get()
        if found and request is not None:
            _note_read(request, arguments[0], found)
        return found

    return in_place_of(original, read)


def _note(request: Request, names: Sequence[str], first: str) -> bool:
    """Make the names values of the request, if their archive came with it; whether it did."""
    origin = next((each for each in request.values() if each.part in _PARTS and _holds_archive(each.text, first)), None)
    if origin is None:
        return False
    known = {each.text for each in request.values() if each.part == FILE_NAME}
    values = [Value(FILE_NAME, origin.name, each) for each in names if each not in known]
    if values:
        request.add_source(lambda: values)
    return True


def _holds_archive(text: str, first: str) -> bool:
    return text.startswith((*_BEGINNINGS, first))


PATCHES: Final = (
    Patch("zipfile", "ZipFile.namelist", _reading),
    Patch("zipfile", "ZipFile.infolist", _reading),
    Patch("tarfile", "TarFile.next", _reading),
    _extracting("extractall", 1),
    _extracting("extract", 2),
)
