"""Numbers and spans of time as people read them, for whatever makes sentences."""

from __future__ import annotations

from datetime import timedelta


def counted(number: int, one: str, several: str = "") -> str:
    """`1 day`, `2,000 days`; `several` where that is more than an s."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def span(seconds: float) -> str:
    """A duration by its two largest units: `3d 4h`, `12m`, `40s`; `0.2s` below half a second."""
    rounded = timedelta(seconds=round(seconds))
    hours, rest = divmod(rounded.seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(rounded.days, "d"), (hours, "h"), (minutes, "m"), (left, "s")]
    told = [f"{number}{unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or f"{seconds:.1f}s"
