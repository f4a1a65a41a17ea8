"""Scores what a scanner reported against the truth. Called by benchmarks and tests; knows nothing of any scanner.

A fault is found when a finding names its method, its route and a CWE of its family. See README.md for the whole
rule.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.assets.targets.check import labels

Label = dict[str, Any]

PLAIN_HTTP = frozenset({311, 319, 523, 614})
"""What every loopback target without TLS has: counted neither for nor against, except with the labels of TLS."""


@dataclass(frozen=True)
class Finding:
    """A finding, whoever made it."""

    method: str
    """`*` for a site-wide one."""
    route: str
    """A template, a concrete path, or `*`."""
    cwe: int
    part: str = ""
    """Optional, as in the labels (`header:Server`): tells the site-wide faults of one CWE apart."""


@dataclass(frozen=True)
class Score:
    found: frozenset[str]
    missed: frozenset[str]
    false: tuple[Finding, ...]
    """On a near-miss; on the repaired twin, all of them."""
    unlabelled: tuple[Finding, ...]
    """On the faulty target, neither a fault's nor a near-miss's: to be looked at by a person."""


def score(target: str, findings: Iterable[Finding], *, repaired: bool = False) -> Score:
    known = labels(target)
    found: set[str] = set()
    false: list[Finding] = []
    unlabelled: list[Finding] = []
    for finding in findings:
        if target != "site-tls" and finding.cwe in PLAIN_HTTP:
            continue
        shown = [] if repaired else _shown(known, finding)
        found.update(label["id"] for label in shown if finding.cwe in label["accepts"])
        if repaired or (not shown and _near(known, finding)):
            false.append(finding)
        elif not shown:
            unlabelled.append(finding)
    missed = frozenset() if repaired else frozenset(label["id"] for label in known) - found
    return Score(frozenset(found), missed, tuple(false), tuple(unlabelled))


def _shown(known: list[Label], finding: Finding) -> list[Label]:
    """The faults that the finding tells of: those at its place, else the site-wide ones, unless its place is a
    near-miss."""
    told = [label for label in known if finding.cwe in {*label["accepts"], *label["also"]}]
    here = [label for label in told if not label["site_wide"] and _is_at(label, finding)]
    wide = [label for label in told if label["site_wide"] and _same_part(label["part"], finding.part)]
    wide = [label for label in wide if label["method"] == finding.method] or [
        label for label in wide if label["method"] == "*"
    ]
    near = _near(known, finding)
    if near:  # it is about that near-miss, if it does not name the part of another fault
        wide = [label for label in wide if finding.part and label not in near]
    if any(place["route"] == finding.route for label in near for place in label["near_misses"]):
        here = [label for label in here if label["route"] == finding.route]  # `/products/today` is no `/products/{sku}`
    return here or wide


def _near(known: list[Label], finding: Finding) -> list[Label]:
    """The faults for which the finding took something harmless."""
    return [
        label
        for label in known
        if finding.cwe in label["accepts"] and any(_is_at(near_miss, finding) for near_miss in label["near_misses"])
    ]


def _same_part(wanted: str, given: str) -> bool:
    return not wanted or not given or wanted.lower() == given.lower()


def _is_at(place: Label, finding: Finding) -> bool:
    methods = {place["method"], finding.method.upper()}
    same_method = len(methods) == 1 or "*" in methods or methods == {"GET", "HEAD"}
    return same_method and any(_fits(route, finding.route) for route in (place["route"], *place.get("beside", ())))


def _fits(template: str, route: str) -> bool:
    """The same template whatever its parameters are called, or a path that it covers."""
    path = unquote(route.partition("?")[0])
    if re.sub(r"\{[^}]*\}|<[^>]*>", "{}", template) == re.sub(r"\{[^}]*\}|<[^>]*>", "{}", path):
        return True
    pattern = "".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", template))
    return re.fullmatch(pattern, path, re.DOTALL) is not None and path.count("/") >= template.count("/")
