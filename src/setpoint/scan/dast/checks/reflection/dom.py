"""Scripts of a page that make markup or code of the page's address (CWE-79): read, not run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from setpoint.model.dast import Certainty, Exchange, Fault, KnownFrom, Operation, PlannedRequest, Sent
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.reflection.flows import Flow, flows
from setpoint.scan.dast.checks.reflection.markup import is_script
from setpoint.scan.dast.checks.reflection.pages import page_in, shown_to
from setpoint.scan.dast.checks.reflection.weaknesses import OF_ADDRESS
from setpoint.scan.dast.interface import Workbench

MOST_FILES: Final = 20
"""Scripts in files of their own that are fetched, of the whole site."""

LONGEST_LINE: Final = 5_000
"""Of a script that people wrote: a library made small is none of the site's own."""


class Seen(NamedTuple):
    """Where a flow was met first, and then."""

    operation: Operation
    proof: tuple[Exchange, ...]
    others: list[str]


class ScriptsOfPages:
    """Scripts of a page that make markup or code of the page's address."""

    name = "scripts-of-pages"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if any(each.method == "GET" for each in bench.surface.operations):
            has_pages = any(KnownFrom.CRAWL in each.known_from for each in bench.surface.operations)
            yield PlannedRequest("*", self.name, "", MOST_FILES, None if has_pages else 0)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        met: dict[tuple[str, Flow], Seen] = {}
        files: dict[str, Exchange | None] = {}
        for operation, shown in shown_to(bench).items():
            for where, script, proof in _scripts(bench, shown, files):
                for flow in flows(script):
                    key = (where or script, flow)
                    if key in met:
                        met[key].others.append(operation.key)
                    else:
                        met[key] = Seen(operation, (shown, *proof), [])
        yield from _faults(met)


def _scripts(
    bench: Workbench, shown: Exchange, files: dict[str, Exchange | None]
) -> Iterator[tuple[str, str, tuple[Exchange, ...]]]:
    """Path (empty: the page itself), text and what fetched it, of each script that the page runs."""
    for element in page_in(shown).iter("script"):
        address = urljoin(shown.sent.url, element.get("src") or "").partition("#")[0]
        if not is_script(element):
            continue
        if not element.get("src"):
            yield "", element.text or "", ()
        elif exchange := _file(bench, address, files):
            text = exchange.answer.body.decode(errors="replace") if exchange.answer else ""
            if max(map(len, text.splitlines()), default=0) <= LONGEST_LINE:
                yield urlsplit(address).path, text, (exchange,)


def _file(bench: Workbench, address: str, files: dict[str, Exchange | None]) -> Exchange | None:
    """The target's own script at this address, fetched once."""
    is_own = urlsplit(address).netloc == urlsplit(bench.surface.base).netloc
    if is_own and address not in files and len(files) < MOST_FILES:
        exchange = bench.sender.send(Sent("GET", address))
        files[address] = exchange if is_success(exchange) else None
    return files.get(address)


def _faults(met: Mapping[tuple[str, Flow], Seen]) -> Iterator[Fault]:
    """One for each page and place in it that is written to, whatever of the address reaches it."""
    told: set[tuple[str, str]] = set()
    for (_, flow), seen in met.items():
        if (seen.operation.key, flow.sink) in told:
            continue
        told.add((seen.operation.key, flow.sink))
        yield OF_ADDRESS.fault_at(
            seen.operation,
            f"body:{flow.sink}",
            seen.proof,
            f"{flow.source} reaches {flow.sink}",
            certainty=Certainty.OBSERVED,
            examples=tuple(dict.fromkeys(seen.others)),
        )
