"""Which weaknesses of the CWE are one and the same in practice: tools name them at different levels of its hierarchy.

Used where scanners' results are brought together (`scan`), and where these meet what agents saw (`compare/code`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

FAMILIES: Final[tuple[tuple[int, ...], ...]] = (
    (89, 564, 943),
    (78, 77, 88),
    (94, 95, 96, 1336),
    (79, 80, 83, 87),
    (22, 23, 35, 36, 73),
    (327, 326, 328, 916),
    (330, 331, 335, 337, 338, 340),
    (798, 259, 321),
    (295, 296, 297, 298, 299, 599),
    (611, 827),
    (643, 91, 652),
    (113, 93),
    (377, 378, 379),
    (732, 276, 277, 278, 279),
)
"""Each with the name that people know it by first. Source: the ChildOf relations of the CWE's research view
(https://cwe.mitre.org/data/definitions/1000.html), cut where two of a kind would be mended in different ways; and
what is told for the same calls by one tool or another: 943 for 89, 73 for 22, 326 for 327."""

CREDENTIALS: Final = 798
"""The family of secrets that are written in the source."""

_FAMILY: Final = {cwe: family[0] for family in FAMILIES for cwe in family}
_RANK: Final = {family[0]: rank for rank, family in enumerate(FAMILIES)}


def family_of(cwe: int) -> int:
    """The first of its family; itself where it has none."""
    return _FAMILY.get(cwe, cwe)


def families_of(cwes: Collection[int]) -> frozenset[int]:
    return frozenset(map(family_of, cwes))


def leading(families: Collection[int]) -> int:
    """The one to go by, of several: one of the table before any other, so that a vague word more changes nothing."""
    return min(families, key=lambda each: (_RANK.get(each, len(_RANK)), each))


def name_of(cwes: Collection[int], family: int) -> str:
    """`cwe-89`: what a weakness of this family is called if tools told these of it."""
    told = sorted(each for each in cwes if family_of(each) == family)
    return f"cwe-{family if family in told or not told else told[0]}"
