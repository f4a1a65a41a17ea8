"""What keeps a permission that is granted from having any effect: a denial, the boundary, the organisation's policies.

Only where it does so wholly and whatever the circumstances: what is denied under a condition is granted otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from setpoint.compare.identity.permissions.holding import Holding, boxes, flat_denials
from setpoint.compare.identity.permissions.inclusion import covers, overlaps
from setpoint.compare.identity.permissions.parts import Part
from setpoint.model.identity import Aspect


@dataclass(frozen=True, slots=True)
class Denial:
    """What keeps something from having any effect."""

    told: str
    by: tuple[Part, ...] = ()
    """Of the principal's own denials, those that do."""
    by_boundary: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of one principal."""

    own: tuple[Part, ...] = ()
    """Denials in its own policies."""
    boundary: str = ""
    within: tuple[Part, ...] | None = None
    """What the boundary says; None where there is none, or nobody told."""
    levels: tuple[tuple[Part, ...], ...] = ()
    """What the organisation's policies say, level by level: each has to allow."""

    @classmethod
    def of(cls, granted: Holding | None, levels: tuple[tuple[Part, ...], ...]) -> Limits:
        if granted is None:
            return cls()
        return cls(granted.flat_denials, granted.boundary, granted.limits, levels)

    def on(self, piece: Part) -> Denial | None:
        """What denies all of it; None where nothing is known to."""
        denials = _denying(piece, self.own)
        if denials:
            return Denial(f"denied by {denials[0].granter.name}", denials)
        told = "" if self.within is None else _beyond(piece, self.within, f"beyond the boundary {self.boundary}")
        if told:
            return Denial(told, by_boundary=True)
        return next(
            (Denial(told) for level in self.levels if (told := _beyond(piece, level, _unallowing(level)))), None
        )


def _unallowing(level: Sequence[Part]) -> str:
    policies = ", ".join(dict.fromkeys(each.granter.policy for each in level))
    return f"not allowed by {policies or 'any policy of a level of the organisation'}"


def _denying(piece: Part, denials: Sequence[Part]) -> tuple[Part, ...]:
    """One that denies all of it, or several that do together; none where they do not."""
    if not denials or not covers(boxes(denials), piece.box):
        return ()
    alone = next((each for each in denials if covers((each.box,), piece.box)), None)
    return (alone,) if alone else tuple(each for each in denials if overlaps(piece.box, (each.box,)))


def _beyond(piece: Part, says: Sequence[Part], told: str) -> str:
    """By policies that have to allow it for it to have any effect; empty where they leave any of it."""
    allowing = [each for each in says if each.meaning.aspect is Aspect.MAY]
    if not overlaps(piece.box, boxes(allowing)):
        return told
    denials = _denying(piece, flat_denials(says))
    return f"denied by {denials[0].granter.name}" if denials else ""
