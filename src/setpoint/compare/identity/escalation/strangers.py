"""Subjects that somebody whom nobody meant to let in can have signed by a provider that signs for everybody.

Called by `outside`. Whoever opens an account at such a provider chooses its name, and those of what is in it: a trust
policy whose pattern leaves that name open lets it in, even where it spells the rest (GitHub Docs, "OpenID Connect
reference"; GitLab Docs, "OpenID Connect in AWS"; likewise the other providers' documentation of their tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, product
from typing import Final

NAME: Final = "a-stranger"

MOST_WILDCARDS: Final = 3
"""Of a pattern that is filled in; one with more is held against the usual subject only."""

_OWN: Final = rf"[^:/]*{NAME}[^:/]*"
"""What the stranger chose, with whatever a pattern demands around it."""


@dataclass(frozen=True, slots=True)
class _Subject:
    usual: str
    form: str = ""
    """Of all that a stranger can have; empty where nobody chooses anything of it."""


_SUBJECTS: Final[Mapping[str, _Subject]] = {
    "token.actions.githubusercontent.com": _Subject(
        f"repo:{NAME}/a-repository:ref:refs/heads/main",
        rf"repo:{_OWN}/[^:/]+:(?:ref:refs/.+|environment:.+|pull_request)",
    ),
    "gitlab.com": _Subject(
        f"project_path:{NAME}/a-project:ref_type:branch:ref:main",
        rf"project_path:{_OWN}/[^:]+:ref_type:(?:branch|tag):ref:.+",
    ),
    "app.terraform.io": _Subject(
        f"organization:{NAME}:project:a-project:workspace:a-workspace:run_phase:apply",
        rf"organization:{_OWN}:project:[^:]+:workspace:[^:]+:run_phase:(?:plan|apply)",
    ),
    "agent.buildkite.com": _Subject(
        f"organization:{NAME}:pipeline:a-pipeline:ref:refs/heads/main:commit:0:step:0",
        rf"organization:{_OWN}:pipeline:[^:]+:ref:.+:commit:[^:]+:step:.+",
    ),
    "accounts.google.com": _Subject("100000000000000000000"),
    "cognito-identity.amazonaws.com": _Subject("us-east-1:00000000-0000-0000-0000-000000000000"),
}
"""By the provider's address."""


def subjects_of_strangers(issuer: str, patterns: tuple[str, ...]) -> list[str]:
    """The usual one, and for each pattern one that fits it where there can be one; none where strangers get none."""
    known = _SUBJECTS.get(issuer)
    if known is None:
        return []
    fitting = (_fitting(known, pattern) for pattern in patterns if known.form)
    return list(dict.fromkeys((known.usual, *(each for each in fitting if each))))


@lru_cache(maxsize=4096)
def _fitting(known: _Subject, pattern: str) -> str:
    """Empty where no stranger can have such a subject."""
    literals = pattern.replace("?", "a").split("*")
    if len(literals) - 1 > MOST_WILDCARDS:
        return ""
    form = re.compile(known.form)
    return next((each for each in _filled(literals, known.usual) if form.fullmatch(each)), "")


def _filled(literals: list[str], usual: str) -> Iterator[str]:
    """With parts of the usual subject in the place of wildcards: the first may stand for any beginning of it, or of
    what follows the stranger's name; a later one for any end of it, or for a name."""
    parts = re.split(r"(?<=[:/])|(?=[:/])", usual)
    ends = ["", NAME, *("".join(parts[index:]) for index in range(len(parts)))]
    begins = [*accumulate(parts), *accumulate(parts[parts.index(NAME) :])]
    wildcards = len(literals) - 1
    for fillings in product(["", *begins], *([ends] * (wildcards - 1))) if wildcards else ((),):
        yield literals[0] + "".join(fill + literal for fill, literal in zip(fillings, literals[1:], strict=True))
