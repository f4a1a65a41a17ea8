"""Policies that AWS manages, as far as they are known without asking AWS: an export may leave them out.

`aws_managed.json` has the default version of the most used ones as AWS published it on the day that is given with each
("AWS Managed Policy Reference Guide"). What an export says itself always wins. Called by `wiring.identity`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from setpoint.files import parse_json, read_bytes
from setpoint.model.canonical import Json

FILE: Final = Path(__file__).with_name("aws_managed.json")


def known_policy(arn: str) -> Json:
    """The document of a policy that AWS manages; None for one that is not among those known."""
    entry = _known().get(arn.partition(":policy/")[2])
    return None if entry is None else entry["document"]


@cache
def _known() -> Mapping[str, Json]:
    """Path and name → version, day and document; the same in every partition."""
    known: Mapping[str, Json] = parse_json(read_bytes(FILE), str(FILE))
    return known
