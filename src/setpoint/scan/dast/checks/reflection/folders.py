"""Folders of files that a server hands out, and paths that lead out of them (CWE-22)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from setpoint.model.dast import Exchange, Fault, Operation, PlannedRequest, Profile, Sent
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.reflection.known_files import ACCOUNTS, is_passwd
from setpoint.scan.dast.checks.reflection.pages import page_in, shown_to
from setpoint.scan.dast.checks.reflection.weaknesses import TRAVERSAL
from setpoint.scan.dast.interface import Workbench

MOST_FOLDERS: Final = 4
"""Sites keep what pages are made of in a few."""

USUAL_FOLDERS: Final = ("/static/",)
"""Where no page tells of any."""

WAYS: Final = ("../", "..%2f", "%2e%2e/", "..%252f", "..%5c")
"""Up one folder: as it is, and as decoders and servers before it have let it through."""

DEPTH: Final = 8
_LINKS: Final = (("script", "src"), ("link", "href"), ("img", "src"))


class FolderTraversal:
    """Folders of files whose paths lead out of them."""

    name = "folder-traversal"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            yield PlannedRequest("*", self.name, "", MOST_FOLDERS * (len(WAYS) + 2), len(WAYS))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        files = _files(bench)
        for folder in dict.fromkeys([*files, *USUAL_FOLDERS]):
            found = _accounts(bench, folder) or _beside(bench, folder, files.get(folder))
            if found:
                operation = Operation("GET", f"{folder}*")
                difference = "the answer shows a file that lies outside of the folder"
                yield TRAVERSAL.fault_at(operation, "path:*", [found], difference)


def _files(bench: Workbench) -> dict[str, str]:
    """The first folder of each path that pages link files of, with one such file."""
    origin = urlsplit(bench.surface.base)
    found: dict[str, str] = {}
    for shown in shown_to(bench).values():
        page = page_in(shown)
        links = (each.get(name) for tag, name in _LINKS for each in page.iter(tag) if each.get(name))
        for address in (urlsplit(urljoin(shown.sent.url, each)) for each in links):
            inside = address.path.removeprefix(f"{origin.path}/")
            if address.netloc == origin.netloc and "/" in inside and len(found) < MOST_FOLDERS:
                found.setdefault(f"/{inside.partition('/')[0]}/", f"/{inside}")
    return found


def _accounts(bench: Workbench, folder: str) -> Exchange | None:
    for way in WAYS:
        exchange = bench.sender.send(Sent("GET", bench.surface.base + folder + way * DEPTH + ACCOUNTS))
        if exchange.answer is not None and is_passwd(exchange.answer):
            return exchange
    return None


def _beside(bench: Workbench, folder: str, file: str | None) -> Exchange | None:
    """A location without its closing slash, mapped to a folder with one: `/static../static/x` is `/static/x`."""
    if file is None:
        return None
    name = folder.strip("/")
    there, out = (bench.surface.base + each for each in (file, f"/{name}..{file}"))
    asked = [bench.sender.send(Sent("GET", each)) for each in (out, there, f"{bench.surface.base}/{name}.,{file}")]
    if not all(map(is_success, asked[:2])) or is_success(asked[2]):
        return None
    same = {each.answer.body for each in asked[:2] if each.answer}
    return asked[0] if len(same) == 1 else None
