"""What a script was made of, where the site serves its source map. Called by `crawl`.

Bundlers shorten names and join addresses beyond recognition; the sources say them as people wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.surface.pages import MAX_TEXT

MAX_MAPS: Final = 10
"""Asked for in one scan: a request each."""

_OTHERS: Final = re.compile(r"(?:^|/)node_modules/|^webpack/|\(webpack\)")
"""Sources of libraries: their addresses are nobody's."""

_NAMED: Final = re.compile(r"^[ \t]*(?://|/\*)[#@] ?sourceMappingURL=([^\s*]{1,500})", re.MULTILINE)
_NEAR_END: Final = 2_000
"""Characters: the line that names a map is the last one (ECMA-426, 11)."""


def map_of(script: Answer) -> str:
    """The address of its map, as the script or a field of its answer has it; empty where neither does."""
    told = script.header("sourcemap") or script.header("x-sourcemap")
    named = _NAMED.findall(script.body[-_NEAR_END:].decode(errors="replace"))
    address = told or (named[-1] if named else "")
    return "" if address.startswith("data:") else address


def sources_in(answer: Answer) -> Iterator[str]:
    """The site's own sources that a map holds, bounded together as a single script is."""
    document = json_of(answer) if answer.status == 200 else None
    contents = document.get("sourcesContent") if isinstance(document, dict) else None
    names = document.get("sources") if isinstance(document, dict) else None
    left = MAX_TEXT
    for place, text in enumerate(contents if isinstance(contents, list) else ()):
        name = names[place] if isinstance(names, list) and place < len(names) else ""
        if isinstance(text, str) and not _OTHERS.search(str(name)):
            yield text[:left]
            left -= len(text[:left])
        if left <= 0:
            return
