"""Whether the code itself put a value where it may stand by chance: `f"users_{month}"`, `"LIMIT " + count`.

A short word inside of a longer one proves nothing by itself (`bar` in `barcode`), nor does a small number, so that
recognition leaves it open. It is settled here: a function that is running holds the very text beside a gap, and fills
the gap with the value. `examination` asks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from types import FrameType
from typing import Final

from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.inside import scene_of_frame
from setpoint_agent.reading.requested import asks_for, key_of
from setpoint_agent.reading.scene import Scene, called_name, strings_of
from setpoint_agent.reading.source import FunctionNode, own_nodes

MOST_FUNCTIONS: Final = 8
"""Functions of the application that are looked at, the innermost first."""

_PERCENT: Final = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[sdrai]")
_BRACES: Final = re.compile(r"\{[^{}]*\}")

Gap = tuple[ast.expr, ...]
"""What may have been put there."""
Piece = str | Gap


def is_put_together(frames: Sequence[FrameType], match: Match, text: str) -> bool:
    """Whether one of these functions puts the value where the match is."""
    return any(_puts_together(each, match, text) for each in frames[:MOST_FUNCTIONS])


def _puts_together(frame: FrameType, match: Match, text: str) -> bool:
    scene = scene_of_frame(frame)
    if scene is None:
        return False
    before, after = text[: match.start].casefold(), text[match.end :].casefold()
    gaps = [gap for node in _composing(scene.function) for gap in _fitting(_pieces(node, scene), before, after)]
    return bool(gaps) and any(map(_holding(match, scene), chain.from_iterable(gaps)))


@lru_cache(maxsize=256)
def _composing(function: FunctionNode) -> tuple[ast.expr, ...]:
    """The expressions of a function that may put a text together."""
    return tuple(
        each
        for each in own_nodes(function)
        if isinstance(each, ast.JoinedStr)
        or (isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add | ast.Mod))
        or (isinstance(each, ast.Call) and called_name(each) in {"format", "join"})
    )


def _fitting(pieces: Sequence[Piece], before: str, after: str) -> Iterator[Gap]:
    """The gaps beside which stands what stands beside the match."""
    for number, gap in enumerate(pieces):
        if isinstance(gap, str):
            continue
        left, right = (_text_at(pieces, each) for each in (number - 1, number + 1))
        if (left or right) and before.endswith(left) and after.startswith(right):
            yield gap


def _text_at(pieces: Sequence[Piece], number: int) -> str:
    piece = pieces[number] if 0 <= number < len(pieces) else ""
    return piece.casefold() if isinstance(piece, str) else ""


def _holding(match: Match, scene: Scene) -> Callable[[ast.expr], bool]:
    """Whether an expression asks the request for the value, or names what holds it."""
    asks, found = asks_for(key_of(match.value.name), scene), match.found.casefold()

    def holds(expression: ast.expr) -> bool:
        named = (each for each in ast.walk(expression) if isinstance(each, ast.Name | ast.Attribute))
        return asks(expression) or any(_is_or_lists(scene.resolve(each), found) for each in named)

    return holds


def _is_or_lists(value: object, found: str) -> bool:
    if isinstance(value, str):
        return value.casefold() == found
    return isinstance(value, list | tuple) and found in (each.casefold() for each in strings_of(value))


def _pieces(node: ast.expr, scene: Scene) -> list[Piece]:
    """The texts of an expression that puts a text together, and the gaps between them."""
    match node:
        case ast.JoinedStr(values=values):
            return [_piece(each) for each in values]
        case ast.BinOp(op=ast.Add()):
            return [_piece(each) for each in _summands(node)]
        case ast.BinOp(op=ast.Mod(), left=written, right=filling):
            given = tuple(filling.elts) if isinstance(filling, ast.Tuple) else (filling,)
            return _split(scene.resolve(written), _PERCENT, given)
        case ast.Call(func=ast.Attribute(value=mark, attr="join"), args=[joined]):
            between = scene.resolve(mark)
            return [(joined,), between, (joined,)] if isinstance(between, str) else []
        case ast.Call(func=ast.Attribute(value=written, attr="format")):
            return _split(scene.resolve(written), _BRACES, (*node.args, *(each.value for each in node.keywords)))
    return []


def _piece(expression: ast.expr) -> Piece:
    inner = expression.value if isinstance(expression, ast.FormattedValue) else expression
    return inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else (inner,)


def _summands(expression: ast.expr) -> Iterator[ast.expr]:
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        yield from _summands(expression.left)
        yield from _summands(expression.right)
    else:
        yield expression


def _split(written: object, gaps: re.Pattern[str], filling: Gap) -> list[Piece]:
    """A format and what fills it; which gap gets which is left aside."""
    if not isinstance(written, str):
        return []
    pieces: list[Piece] = []
    for text in gaps.split(written):
        pieces += [text, filling]
    return pieces[:-1]
