"""The line of a lockfile that lists a package, where its reader does not say. Called by `advisories`."""

from __future__ import annotations

import re
from typing import Final

NEAR: Final = 3
"""Lines below its name in which the formats have a package's version."""


def line_of(text: str, package: str, version: str) -> int:
    """The first that has the name, with the version on it or right below; 0 where there is none.

    `package` as purls spell it: a Maven group is left out, and PyPI's names match however they are spelt.
    """
    kind, _, name = package.partition("/")
    if kind == "maven":
        name = name.rpartition("/")[2]
    spelt = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", name))) if kind == "pypi" else re.escape(name)
    named = re.compile(rf"(?<![\w.-]){spelt}(?![\w-]|\.\w)", re.IGNORECASE)
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if named.search(line) and any(version in each for each in lines[number - 1 : number + NEAR]):
            return number
    return 0
