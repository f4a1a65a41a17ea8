"""Folders that show what is in them. Listed in `checks`.

By structure: a page (or JSON) whose links are the folder's own children, as a server makes it for a folder without an
index; a page that people made for its files has other links, and no title that names the path.
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

_HEADING: Final = re.compile(r"\b(index of|directory listing|listing (of )?directory|directory:)", re.IGNORECASE)
"""What servers write above: Apache, nginx, Python, Node and Jetty."""


class DirectoryListings:
    """Folders that show what is in them."""

    name = "directory-listings"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if Probes(bench).are_allowed:
            usual = len(_USUAL) * len(Probes(bench).roots)
            yield PlannedRequest("GET *", self.name, "", MOST_KNOWN + usual, usual)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = Probes(bench)
        found = dict(_among_known(bench))
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


def _is_list_of_children(page: Any, url: str) -> bool:
    path = urlsplit(url).path
    heading = " ".join(text for tag in ("title", "h1") for each in page.iter(tag) if (text := each.text_content()))
    links = [(each.get("href") or "", " ".join(each.text_content().split())) for each in page.iter("a")]
    children = [href for href, text in links if _is_child(href, text, url)]
    leads_up = any(_leads_up(href, url) for href, _ in links)
    names_path = path != "/" and unquote(path).rstrip("/") in heading
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


def _among_known(bench: Workbench) -> Iterator[tuple[str, Exchange]]:
    for visit in visits(bench, "GET"):
        url = visit.exchange.sent.url.partition("?")[0].rstrip("/") + "/"
        if visit.caller == ANONYMOUS and is_page(visit.answer) and is_listing(visit.answer, url):
            yield visit.operation.path, visit.exchange


def _listing(probes: Probes, path: str) -> Exchange | None:
    exchange = probes.found(path)
    if exchange is None or exchange.answer is None or not is_listing(exchange.answer, exchange.sent.url):
        return None
    return None if probes.absences.is_like(exchange) else exchange


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
