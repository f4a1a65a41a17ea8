"""Licences as SPDX expressions (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/), in one spelling."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final

from setpoint.intent.sbom.libraries import missing

LONGEST: Final = 2000
"""Characters of an expression: some carry thirty identifiers; whole licence texts are no expressions."""
DEEPEST: Final = 20
"""Parentheses opened in one expression: its parser is recursive."""

NOTHING_SAID: Final = frozenset(("", "NOASSERTION", "UNKNOWN"))
"""In a licence's place: nobody says (`UNKNOWN` is what setuptools wrote for years)."""

_OF_THE_DOCUMENT: Final = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?(?:LicenseRef|AdditionRef)-[A-Za-z0-9.-]+")
"""Names that a document gives to licences of its own, which the grammar allows anywhere."""

_USUAL_NAMES: Final = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the mit license": "MIT",
    "the unlicense (unlicense)": "Unlicense",
}
"""Names in which only one licence can be meant; of `BSD License` and `Apache` nobody knows which."""


def licence_of(text: str) -> tuple[str, bool]:
    """(the expression in its normal form, True), or (the name as it is, False); ("", True) where nobody says."""
    plain = " ".join(text.split())
    if plain.upper() in NOTHING_SAID:
        return "", True
    known = expression_of(_USUAL_NAMES.get(plain.lower(), plain)) if len(plain) <= LONGEST else ""
    return (known, True) if known else (plain[:LONGEST], False)


@lru_cache(maxsize=4096)
def expression_of(text: str) -> str:
    """Empty for what is no SPDX expression; remembered, so nothing longer than `LONGEST` should be asked."""
    if text == "NONE":
        return text  # SPDX: looked at, and there is none
    if text.count("(") > DEEPEST:
        return ""
    licensing, refusal = _licensing()
    try:
        parsed = licensing.parse(text)
    except (refusal, IndexError, AssertionError):  # the latter two for some parentheses with nothing in them
        return ""
    if parsed is None or any(not _OF_THE_DOCUMENT.fullmatch(key) for key in licensing.unknown_license_keys(parsed)):
        return ""
    return str(parsed)


@cache
def _licensing() -> tuple[Any, type[Exception]]:
    """(the parser that knows every identifier of SPDX, what it raises)."""
    try:
        from license_expression import ExpressionError, get_spdx_licensing
    except ImportError as error:
        raise missing("license-expression") from error
    return get_spdx_licensing(), ExpressionError
