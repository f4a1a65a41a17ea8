"""Paths that differ in identifiers only, as one template. Called by `crawl`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from typing import Final
from urllib.parse import unquote

from setpoint.model.dast import ANONYMOUS, Caller
from setpoint.scan.dast.action_words import reason_of, verbs_of
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
"""Different titles at one place of a path: more are names of objects (`/blog/how-to-cook`), not of functions."""

MAX_WORDS: Final = 60
"""Of names that are one word each: users have them (`/people/ann`), and so have the functions of a site."""

Names = frozenset[tuple[str, str]]
"""Parent, as a template, and step of what stands for an object though it looks like a word."""


_WORDS: Final = re.compile(r"[^\W_]+")


def is_identifier(segment: str) -> bool:
    return _IDENTIFIER.fullmatch(unquote(segment)) is not None


def template_of(path: str, names: Names = frozenset()) -> tuple[str, dict[str, str]]:
    """The template of a path, and what stood in the places of its parameters. `names` are those of `names_in`."""
    steps = segments_of(path)
    values: dict[str, str] = {}
    result: list[str] = []
    for place, step in enumerate(steps):
        parent = "/" + "/".join(result)
        if not is_identifier(step) and (parent, step) not in names:
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


def names_in(seen: Iterable[tuple[str, Caller]]) -> Names:
    """The names of objects among the paths that pages lead to: there are many, or peers see different ones."""
    below: dict[str, dict[str, set[Caller]]] = defaultdict(lambda: defaultdict(set))
    for path, caller in seen:
        steps = segments_of(path)
        if steps and not is_identifier(steps[-1]):
            parent, _ = template_of("/" + "/".join(steps[:-1]))
            below[parent][steps[-1]].add(caller)
    return frozenset(
        (parent, step)
        for parent, by_step in below.items()
        for step in {*_many(by_step), *_personal(by_step, is_root=parent == "/")}
        if not reason_of(verbs_of(unquote(step)))  # what says that it destroys stays as it is, for `Safety` to read
    )


def _many(steps: Collection[str]) -> Collection[str]:
    """Functions are named by a word each, what people write has a title: the words stay, where there are titles."""
    titles = [each for each in steps if len(_WORDS.findall(unquote(each))) > 1]
    if len(titles) > MAX_SIBLINGS and 2 * len(titles) > len(steps):
        return titles
    return steps if len(steps) > MAX_WORDS else ()


def _personal(steps: Mapping[str, Set[Caller]], *, is_root: bool) -> set[str]:
    """What only one account is led to, where its peers are led to others instead: each has its own.

    At the root, what is only another rank's may be a function that it alone has.
    """
    by_owner: dict[Caller, set[str]] = defaultdict(set)
    for step, callers in steps.items():
        for caller in callers if _is_one_account(callers) else ():
            by_owner[caller].add(step)
    owners = Counter((each.role, each.rank) for each in by_owner)
    if max(owners.values(), default=0) < 2:
        return set()
    return {step for each, own in by_owner.items() if not is_root or owners[each.role, each.rank] > 1 for step in own}


def _is_one_account(callers: Set[Caller]) -> bool:
    """Whether it is one account, and not nobody."""
    return len(callers) == 1 and ANONYMOUS not in callers
