"""Folders that show what is in them. Listed in `checks`.

By structure: a page (or JSON) whose links are the folder's own children, as a server makes it for a folder without an
index; a page that people made for its files has other links, and no title that names the path. Where an application
puts its own frame around such a list, the folder is named, and one of the files is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of, page_of
from setpoint.scan.dast.checks.configuration.hosts import pointed_to
from setpoint.scan.dast.checks.configuration.probes import Probes
from setpoint.scan.dast.checks.configuration.problems import OWASP, SITE
from setpoint.scan.dast.checks.configuration.visits import is_page, visits
from setpoint.scan.dast.interface import Workbench

_USUAL: Final = (
    "static",
    "uploads",
    "files",
    "assets",
    "images",
    "media",
    "backup",
    "backups",
    "logs",
    "data",
    "tmp",
    "private",
    "public",
    "download",
    "downloads",
    "documents",
    "docs",
    "export",
    "exports",
    "img",
    "js",
    "old",
    "temp",
    "archive",
    "reports",
    "storage",
    "ftp",
)
"""Folders of files that no page may point to."""

MOST_KNOWN: Final = 20
"""Folders above known paths that are asked for; the usual ones are asked for besides."""

MOST_ENTRIES: Final = 20
"""Requests for files of supposed listings that a plan counts: two for each of them."""

_LIKE_A_FILE: Final = re.compile(r"[^/]+\.[A-Za-z0-9]{1,10}|[^/]+/")
"""A name with an ending, or one of a folder with its slash: words of a menu have neither."""

_AROUND: Final = frozenset(
    {"name", "size", "last", "modified", "date", "time", "type", "description", "parent", "directory"}
    | {"folder", "file", "files", "index", "listing"}
)
"""Words that stand around the names of a list and say nothing else."""
_LONGEST_AROUND: Final = 3
"""Letters of units and months, which may stand there besides."""

_FEWEST_BARE: Final = 2
"""Files of a list without a heading."""

_HEADING: Final = re.compile(r"\b(index of|directory listing|listing (of )?directory|directory:)", re.IGNORECASE)
"""What servers write above: Apache, nginx, Python, Node and Jetty."""


class DirectoryListings:
    """Folders that show what is in them."""

    name = "directory-listings"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if Probes(bench).are_allowed:
            usual = len(_USUAL) * len(Probes(bench).roots)
            yield PlannedRequest("GET *", self.name, "", MOST_KNOWN + usual + MOST_ENTRIES, usual)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = Probes(bench)
        found = dict(_among_known(probes))
        if probes.are_allowed:
            usual = (root + name + "/" for root in probes.roots for name in _USUAL)
            folders = dict.fromkeys((*probes.folders[:MOST_KNOWN], *usual))
            for path in (each for each in folders if each not in found and each.rstrip("/") not in found):
                exchange = _listing(probes, path)
                if exchange is not None:
                    found[path] = exchange
        if found:
            yield _fault(list(found.items()))


def is_listing(answer: Answer, url: str) -> bool:
    """`url`: of the folder, with the slash at its end."""
    document = json_of(answer)
    if isinstance(document, list):
        # nginx, autoindex_format json; Caddy: browse
        return bool(document) and all(
            isinstance(each, dict) and "name" in each and {"mtime", "mod_time"} & set(each) for each in document
        )
    page = page_of(answer)
    return page is not None and _is_list_of_children(page, url)


def entry_of(answer: Answer, url: str) -> str:
    """The path of a file that the page lists where it names the folder, or has nothing but a list; empty where not."""
    page = page_of(answer)
    if page is None:
        return ""
    links = _links(page)
    files = [href for href, text in links if _is_child(href, text, url) and _LIKE_A_FILE.fullmatch(text)]
    target = pointed_to(url, files[0]) if files else None
    if target is None or not (_names_path(page, url) or _is_bare(page, links, files, url)):
        return ""
    return unquote(target.path)


def _links(page: Any) -> list[tuple[str, str]]:
    """Where each leads, and what it says."""
    return [(each.get("href") or "", " ".join(each.text_content().split())) for each in page.iter("a")]


def _heading(page: Any) -> str:
    return " ".join(text for tag in ("title", "h1") for each in page.iter(tag) if (text := each.text_content()))


def _names_path(page: Any, url: str) -> bool:
    path = urlsplit(url).path
    return path != "/" and unquote(path).rstrip("/") in _heading(page)


def _is_bare(page: Any, links: list[tuple[str, str]], files: list[str], url: str) -> bool:
    """Whether it is names of files and what servers write beside them, and nothing that a person wrote."""
    others = [href for href, _ in links if href not in files and not href.startswith("?") and not _leads_up(href, url)]
    if others or len(files) < _FEWEST_BARE:
        return False
    words = " ".join(" ".join(page.itertext()).split())
    for _, text in links:
        words = words.replace(text, " ", 1)
    named = {each.lower() for each in re.findall(r"[A-Za-z]+", unquote(urlsplit(url).path))}
    told = {each.lower() for each in re.findall(r"[A-Za-z]+", words) if len(each) > _LONGEST_AROUND}
    return told <= named | _AROUND


def _is_list_of_children(page: Any, url: str) -> bool:
    heading, links = _heading(page), _links(page)
    children = [href for href, text in links if _is_child(href, text, url)]
    leads_up = any(_leads_up(href, url) for href, _ in links)
    names_path = _names_path(page, url)
    others = [
        href for href, _ in links if href not in children and not href.startswith("?") and not _leads_up(href, url)
    ]
    if len(others) > len(children):
        return False
    return bool(children or leads_up) and (bool(_HEADING.search(heading)) or (leads_up and names_path))


def _is_child(href: str, text: str, url: str) -> bool:
    """Whether a link leads to what is right below the folder, under its own name (or as much of it as has room)."""
    folder, target = urlsplit(url).path, pointed_to(url, href)
    if target is None or not target.path.startswith(folder):
        return False
    name = target.path.removeprefix(folder).rstrip("/")
    shown = text.rstrip("/").rstrip(".>… ")
    return bool(name and shown) and "/" not in name and unquote(name).startswith(shown)


def _leads_up(href: str, url: str) -> bool:
    folder, target = urlsplit(url).path, pointed_to(url, href)
    above = folder[: folder.rstrip("/").rfind("/") + 1]
    return href in {"..", "../"} or (bool(href) and target is not None and target.path == above != folder)


def _among_known(probes: Probes) -> Iterator[tuple[str, Exchange]]:
    for visit in visits(probes.bench, "GET"):
        url = visit.exchange.sent.url.partition("?")[0].rstrip("/") + "/"
        if visit.caller != ANONYMOUS or not is_page(visit.answer):
            continue
        is_framed = probes.are_allowed and _names_what_is_there(probes, visit.exchange, url)
        if is_framed or is_listing(visit.answer, url):
            yield visit.operation.path, visit.exchange


def _listing(probes: Probes, path: str) -> Exchange | None:
    exchange = probes.found(path)
    if exchange is None or exchange.answer is None:
        return None
    if is_listing(exchange.answer, exchange.sent.url):
        return None if probes.absences.is_like(exchange) else exchange
    return exchange if _names_what_is_there(probes, exchange, exchange.sent.url) else None


def _names_what_is_there(probes: Probes, exchange: Exchange, url: str) -> bool:
    """Whether one of the files that it lists is given to who asks for it."""
    entry = entry_of(exchange.answer, url) if exchange.answer is not None else ""
    if not entry or probes.absences.is_like(exchange):
        return False
    file = probes.found(entry)
    return file is not None and not probes.absences.is_like(file)


def _fault(found: list[tuple[str, Exchange]]) -> Fault:
    (path, exchange), *others = found
    is_of_site = len(others) > 1
    return Fault(
        kind="directory-listing",
        cwe=548,
        owasp=OWASP,
        severity=Severity.MEDIUM,
        certainty=Certainty.OBSERVED,
        method="" if is_of_site else "GET",
        path=SITE if is_of_site else path,
        message=f"{path} shows anybody the names of all files in it; turn the listing of folders off",
        proof=(exchange,),
        difference="the answer is a list of links to what is in the folder",
        examples=tuple(f"GET {each}" for each, _ in (found if is_of_site else others)),
    )
