"""One principal: what was intended for it against what it is granted, permission by permission.

Permissions are compared, not documents: however a policy is cut into statements, and in whatever order, it is the same
while it covers the same. Where that cannot be decided, the statements differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from setpoint.compare.identity.permissions.conditions import implies
from setpoint.compare.identity.permissions.holding import Holding, boxes
from setpoint.compare.identity.permissions.inclusion import covers, overlaps
from setpoint.compare.identity.permissions.limits import Denial, Limits
from setpoint.compare.identity.permissions.parts import Part
from setpoint.model.identity import Aspect, Granter, Permission, PermissionRow, Verdict

ASPECTS: Final = (Aspect.MAY, Aspect.MAY_NOT, Aspect.TRUSTS, Aspect.TRUSTS_NOT)
"""Of statements, each of which is held against those of the same."""


@dataclass(frozen=True)
class Sides:
    """What one principal should have and has. What is None is not there."""

    intended: Holding | None
    granted: Holding | None
    limits: Limits
    place_of: Callable[[Granter], str] = lambda granter: granter.name
    """Where a statement that was declared stands."""
    doubts: tuple[str, ...] = ()
    """Why more may be intended than is known to be, a clause each."""
    has_trust: bool = True
    """Whether it was declared who may become it: else that is not compared."""

    def rows(self) -> tuple[PermissionRow, ...]:
        """All that is granted, then what is not and was intended."""
        aspects = ASPECTS if self.has_trust else ASPECTS[:2]
        found = [row for aspect in aspects for row in (*self._granted(aspect), *self._missing(aspect))]
        return tuple(_merged([*found, *self._boundary()]))

    @cached_property
    def _untold(self) -> str:
        """Why something that is granted may be intended all the same; empty where it is not."""
        unknown = [f"what {each} says is declared nowhere" for each in (self.intended.unknown if self.intended else ())]
        return "; ".join((*self.doubts, *unknown))

    @cached_property
    def _unread(self) -> str:
        """Why something that is intended may be granted all the same."""
        return "; ".join(f"what {each} says is not known" for each in (self.granted.unknown if self.granted else ()))

    def _granted(self, aspect: Aspect) -> Iterator[PermissionRow]:
        for part in self.granted.of(aspect) if self.granted else ():
            for piece in self._told_apart(part):
                yield self._row_of(piece)

    def _row_of(self, piece: Part) -> PermissionRow:
        intended = self._intended(piece)
        denial = self.limits.on(piece) if piece.meaning.aspect is Aspect.MAY else None
        verdict = Verdict.UNKNOWN if self._untold else Verdict.UNINTENDED
        if intended:
            verdict = Verdict.LIMITED if denial else Verdict.AS_INTENDED
        return PermissionRow(
            permission=piece.permission,
            verdict=verdict,
            intended_by=self._places(intended),
            granted_by=(piece.granter,),
            limited_by=denial.told if denial else "",
            because=self._untold if verdict is Verdict.UNKNOWN else "",
            is_shared=self._is_shared(piece),
            is_meant=denial is not None and self._is_meant(denial),
        )

    def _is_meant(self, denial: Denial) -> bool:
        """Whether what denies it was intended to."""
        if denial.by_boundary:
            return self._has_same_boundary
        return bool(denial.by) and all(self._intended(each) for each in denial.by)

    @cached_property
    def _has_same_boundary(self) -> bool:
        one, other = self.intended, self.granted
        if one is None or other is None:
            return False
        return one.boundary == other.boundary or _say_the_same(one.limits, other.limits)

    def _told_apart(self, part: Part) -> Iterator[Part]:
        """A piece for each pattern of actions; where not all of its resources are intended, cut once more."""
        for piece in part.by_action():
            if len(piece.spaces) == 1 or self._intended(piece):
                yield piece
                continue
            pieces = list(piece.by_resource())
            is_intended = [bool(self._intended(each)) for each in pieces]
            for wanted in (True, False):
                some = [each for each, told in zip(pieces, is_intended, strict=True) if told is wanted]
                if some:
                    yield piece.about(
                        (name for each in some for name in each.resources.patterns),
                        (space for each in some for space in each.spaces),
                    )

    def _intended(self, piece: Part) -> Sequence[Part]:
        """What was declared that it follows from; nothing where it does not."""
        if self.intended is None:
            return ()
        same = self.intended.meanings.get(piece.meaning)
        if same:
            return same
        candidates = [each for each in self.intended.of(piece.meaning.aspect) if _is_within(piece, each)]
        return _covering(piece, candidates)

    def _missing(self, aspect: Aspect) -> Iterator[PermissionRow]:
        for part in self.intended.of(aspect) if self.intended else ():
            for piece in part.by_action():
                for each in piece.by_resource() if not self._is_granted(piece) else ():
                    if not self._is_granted(each) and not self._takes_itself_back(each):
                        yield PermissionRow(
                            permission=each.permission,
                            verdict=Verdict.UNKNOWN if self._unread else Verdict.MISSING,
                            intended_by=self._places([each]),
                            because=self._unread,
                            is_shared=self._is_shared(each),
                        )

    def _is_granted(self, piece: Part) -> bool:
        if self.granted is None:
            return False
        if piece.meaning in self.granted.meanings:
            return True
        candidates = [each for each in self.granted.of(piece.meaning.aspect) if _is_within(piece, each)]
        return bool(_covering(piece, candidates))

    def _takes_itself_back(self, piece: Part) -> bool:
        """Whether what was intended denies all that it allows here."""
        if self.intended is None or piece.meaning.aspect is not Aspect.MAY:
            return False
        return covers(boxes(self.intended.flat_denials), piece.box)

    def _is_shared(self, piece: Part) -> bool:
        """Whether it comes by way of a group that it was meant to be in, and is in."""
        through = piece.granter.through
        sides = (self.intended, self.granted)
        return bool(through) and all(side is not None and through in side.groups for side in sides)

    def _places(self, parts: Iterable[Part]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.place_of(each.granter) for each in parts))

    def _boundary(self) -> Iterator[PermissionRow]:
        if self.granted is None or self.intended is None:
            return
        intended, granted, same = self.intended.boundary, self.granted.boundary, self._has_same_boundary
        if granted:
            verdict = Verdict.AS_INTENDED if same else Verdict.UNKNOWN if self.doubts else Verdict.UNINTENDED
            yield replace(
                _limit(granted, verdict),
                granted_by=(Granter(granted, 0),),
                intended_by=(intended,) if same else (),
                because="; ".join(self.doubts) if verdict is Verdict.UNKNOWN else "",
            )
        if intended and not same:
            yield replace(_limit(intended, Verdict.MISSING), intended_by=(intended,))


def _limit(arn: str, verdict: Verdict) -> PermissionRow:
    return PermissionRow(Permission(Aspect.LIMIT, (), (arn,)), verdict)


def _is_within(piece: Part, other: Part) -> bool:
    """Whether the other's conditions hold wherever the piece's do."""
    return implies(piece.meaning.conditions, other.meaning.conditions)


def _covering(piece: Part, candidates: Sequence[Part]) -> Sequence[Part]:
    """Those of them that cover it together, without the ones that have nothing to do with it."""
    if not candidates or not covers(boxes(candidates), piece.box):
        return ()
    alone = next((each for each in candidates if covers((each.box,), piece.box)), None)
    return (alone,) if alone else [each for each in candidates if overlaps(piece.box, (each.box,))]


def _say_the_same(one: tuple[Part, ...] | None, other: tuple[Part, ...] | None) -> bool:
    if one is None or other is None:
        return False
    return all(
        any(_is_within(part, each) and covers((each.box,), part.box) for each in wide if _alike(part, each))
        for narrow, wide in ((one, other), (other, one))
        for part in narrow
    )


def _alike(one: Part, other: Part) -> bool:
    return one.meaning.aspect is other.meaning.aspect


def _merged(rows: Iterable[PermissionRow]) -> Iterator[PermissionRow]:
    """What several statements grant alike, as one row that names them all."""
    found: dict[tuple[Permission, Verdict, bool], PermissionRow] = {}
    for each in rows:
        key = (each.permission, each.verdict, each.is_shared)
        known = found.get(key)
        found[key] = (
            each
            if known is None
            else replace(
                known,
                intended_by=tuple(dict.fromkeys((*known.intended_by, *each.intended_by))),
                granted_by=tuple(dict.fromkeys((*known.granted_by, *each.granted_by))),
            )
        )
    yield from found.values()
