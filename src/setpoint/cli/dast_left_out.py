"""Operations that a scan of a running service leaves out, a line for each reason. Used by its report and its plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from setpoint.cli.output import Output

SHOWN: Final = 8
"""Operations of one reason; `--json` has them all."""


def show_left_out(output: Output, left_out: Mapping[str, str], words: str) -> None:
    """`words` say what it means that they are left out."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for operation, reason in left_out.items():
        by_reason[reason].append(operation)
    if by_reason:
        output.line(f"{words}:")
    for reason, operations in by_reason.items():
        output.line(f"  {shortened(operations, SHOWN)}: {reason}")


def shortened(names: Sequence[str], most: int) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
