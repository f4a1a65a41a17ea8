"""Paths that differ in identifiers only, as one template. Called by `crawl`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from setpoint.scan.dast.naming import noun_of, segments_of

_IDENTIFIER: Final = re.compile(
    r"""\d{1,20}                                                     # a number
      | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}                  # a UUID
      | (?=[^/]*\d)[0-9a-f]{12,64}                                   # a digest, an ObjectId
      | (?=[^/]*\d)(?=[^/]*[A-Za-z])[0-9A-Za-z_-]{20,64}             # a ULID, a token
      | [A-Za-z]{1,8}[-_]\d{1,20}                                    # ORD-1001
      | [\w.+-]{1,64}@[\w.-]{1,100}""",  # an address
    re.VERBOSE | re.IGNORECASE,
)

MAX_SIBLINGS: Final = 12
"""Different names at one place of a path: more are names of objects (`/blog/how-to-cook`), not of functions."""


def is_identifier(segment: str) -> bool:
    return _IDENTIFIER.fullmatch(unquote(segment)) is not None


def template_of(path: str, siblings: Mapping[str, int] | None = None) -> tuple[str, dict[str, str]]:
    """The template of a path, and what stood in the places of its parameters.

    `siblings` (of `siblings_of`): how many different names stand below each parent.
    """
    steps = segments_of(path)
    values: dict[str, str] = {}
    result: list[str] = []
    for place, step in enumerate(steps):
        parent = "/" + "/".join(result)
        crowded = siblings is not None and place == len(steps) - 1 and siblings.get(parent, 0) > MAX_SIBLINGS
        if not is_identifier(step) and not crowded:
            result.append(step)
            continue
        is_last = not any(map(is_identifier, steps[place + 1 :]))
        noun = noun_of(parent)
        name = "id" if (is_last and not values) or not noun else f"{noun}_id"
        while name in values:
            name += "_"
        values[name] = unquote(step)
        result.append(f"{{{name}}}")
    ending = "/" if path.endswith("/") and steps else ""
    return "/" + "/".join(result) + ending, values


def siblings_of(paths: Iterable[str]) -> dict[str, int]:
    """Parent, as a template → how many different last steps that are no identifiers were seen below it."""
    below: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        steps = segments_of(path)
        if steps and not is_identifier(steps[-1]):
            parent, _ = template_of("/" + "/".join(steps[:-1]))
            below[parent].add(steps[-1])
    return {parent: len(names) for parent, names in below.items()}
