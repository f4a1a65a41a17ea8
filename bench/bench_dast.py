"""What the scanner of running services finds in the frozen targets, what it invents and what it harms, beside peers.

    python -m bench.bench_dast [--target api,site,site-tls] [--tools setpoint,wapiti,schemathesis]
                               [--families] [--misses] [--json] [--seconds 300] [--with-agent]
    python -m bench.bench_dast --growth

Each tool gets each target and its repaired twin by itself, freshly started. Setpoint runs as its command does, in the
safe profile, but with a higher rate, so that it ends soon; a peer has `--seconds`. `--with-agent` adds a second run of
Setpoint, with the agent in the target and an ordinary day behind it. `bench/dast/README.md` says how the score is made.
Goal: every fault found, nothing told of the repaired twins, no harm. `--growth`: requests as operations grow.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.dast.growth import show_growth
from bench.dast.inside import SetpointInside
from bench.dast.peer_schemathesis import Schemathesis
from bench.dast.peer_wapiti import Wapiti
from bench.dast.scoring import tally
from bench.dast.showing import Result, heading, line, show_families, show_goal, show_misses
from bench.dast.tools import Setpoint, Tool
from bench.dast.trials import TARGETS

TOOLS: Final = ("setpoint", "wapiti", "schemathesis")
PEERS_SECONDS: Final = 300.0


def main() -> None:
    options = _options()
    if options.growth:
        show_growth()
        return
    tools = list(_tools(options.tools, options.seconds, with_agent=options.with_agent))
    if not options.json:
        print(heading(), flush=True)
    results = []
    for result in _results(options.target, tools):
        results.append(result)
        if not options.json:
            print(line(result), flush=True)
    if options.json:
        print(json.dumps([each.document() for each in results], indent=1))
        return
    if options.families:
        show_families(results)
    if options.misses:
        show_misses(results)
    show_goal([each for each in results if each.tool.startswith(Setpoint.name)])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score the scanner of running services and its peers.")
    parser.add_argument("--target", type=_some_of(TARGETS), default=TARGETS, help="which, with commas between them")
    parser.add_argument("--tools", type=_some_of(TOOLS), default=TOOLS, help="which, with commas between them")
    parser.add_argument("--seconds", type=float, default=PEERS_SECONDS, help="that a peer has for one run")
    parser.add_argument("--with-agent", action="store_true", help="Setpoint a second time, with an agent inside")
    parser.add_argument("--families", action="store_true", help="what was found by family of faults")
    parser.add_argument("--misses", action="store_true", help="list what was missed, invented, unlabelled and harmed")
    parser.add_argument("--json", action="store_true", help="everything, as one document")
    parser.add_argument("--growth", action="store_true", help="requests as operations grow, and nothing else")
    return parser.parse_args()


def _some_of(known: Sequence[str]) -> Callable[[str], Sequence[str]]:
    def read(text: str) -> Sequence[str]:
        names = text.split(",")
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return names

    return read


def _tools(names: Sequence[str], seconds: float, *, with_agent: bool) -> Iterator[Tool]:
    known: dict[str, Tool] = {each.name: each for each in (Setpoint(), Wapiti(seconds), Schemathesis(seconds))}
    yield from (known[name] for name in names)
    if with_agent:
        yield SetpointInside()


def _results(targets: Iterable[str], tools: Sequence[Tool]) -> Iterator[Result]:
    for target in targets:
        for tool in (each for each in tools if each.can_test(target)):
            for repaired in (False, True):
                yield _result(tool, target, repaired=repaired)


def _result(tool: Tool, target: str, *, repaired: bool) -> Result:
    with tempfile.TemporaryDirectory() as name, tool.on(target, repaired=repaired) as given:
        outcome = tool.test(given, Path(name))
        harm = given.harm
    return Result(tool.name, target, repaired, tally(target, outcome.told, repaired=repaired), harm, outcome)


if __name__ == "__main__":
    main()
