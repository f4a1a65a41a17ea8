"""The intrinsic functions that need nothing but their arguments. Pure; `evaluator` calls them.

Each takes its whole argument, worked out, and the `file:line` of the call. The rules are those of the CloudFormation
User Guide, "Intrinsic function reference", one page a function.
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json, Unknown, canonical_bytes

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_.:]+")

MOST_BLOCKS: Final = 256
"""How many blocks `Fn::Cidr` gives at most ("Fn::Cidr")."""


MOST_CHARACTERS: Final = 1024 * 1024
"""Of a text that functions make: a whole template has no more bytes ("CloudFormation quotas"). Without a bound, a few
resources that refer to one another twice each would make a text of any length."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`${Name}` in the text of an `Fn::Sub`."""

    name: str


def text(value: Json, where: str) -> str:
    """A scalar as CloudFormation writes it into a string."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise InputError("text was expected here", where=where, remedy="give a string, a number or a boolean")


def bounded(made: str, where: str) -> str:
    if len(made) > MOST_CHARACTERS:
        raise InputError(f"functions make a text of more than {MOST_CHARACTERS:,} characters here", where=where)
    return made


def substitutions(template: str, where: str) -> Iterator[str | Variable]:
    """The text of an `Fn::Sub`, piece by piece; `${!Name}` is the text `${Name}`."""
    end = 0
    for match in _VARIABLE.finditer(template):
        yield template[end : match.start()]
        end = match.end()
        name = match[1]
        if name.startswith("!"):
            yield f"${{{name[1:]}}}"
        elif _VARIABLE_NAME.fullmatch(name):
            yield Variable(name)
        else:
            raise InputError(
                f"${{{name}}} is no name: it has letters, digits, underscores, full stops and colons only",
                where=where,
                remedy=f"write ${{!{name}}} for the text itself",
            )
    yield template[end:]


def join(argument: Json, where: str) -> Json:
    delimiter, items = _arguments(argument, 2, "Fn::Join takes a delimiter and a list", where)
    if not isinstance(items, list):
        raise InputError("Fn::Join takes a delimiter and a list", where=where)
    return bounded(text(delimiter, where).join(text(item, where) for item in items), where)


def split(argument: Json, where: str) -> Json:
    delimiter, whole = _arguments(argument, 2, "Fn::Split takes a delimiter and a text", where)
    if not isinstance(delimiter, str) or not delimiter:
        raise InputError("the delimiter of Fn::Split is empty or no text", where=where)
    return text(whole, where).split(delimiter)


def select(argument: Json, where: str) -> Json:
    """One item; of the others nothing need be known."""
    index, items = _arguments(argument, 2, "Fn::Select takes an index and a list", where)
    if isinstance(index, Unknown):
        return index
    if isinstance(items, Unknown):
        return items
    if not isinstance(items, list):
        raise InputError("Fn::Select takes an index and a list", where=where)
    number = _whole_number(index, "the index of Fn::Select", where)
    if number >= len(items):
        raise InputError(
            f"Fn::Select asks for item {number} of a list of {len(items)}", where=where, remedy="items count from 0"
        )
    return items[number]


def length(argument: Json, where: str) -> Json:
    """The items need not be known."""
    if isinstance(argument, Unknown):
        return argument
    if not isinstance(argument, list):
        raise InputError("Fn::Length takes a list", where=where)
    return len(argument)


def encode_base64(argument: Json, where: str) -> Json:
    return bounded(base64.b64encode(text(argument, where).encode()).decode(), where)


def to_json_string(argument: Json, where: str) -> Json:
    if not isinstance(argument, Mapping | list):
        raise InputError("Fn::ToJsonString takes an object or a list", where=where)
    return canonical_bytes(argument).decode()


def cidr(argument: Json, where: str) -> Json:
    """The first `count` blocks of `bits` host bits inside a block."""
    block, count, bits = _arguments(argument, 3, "Fn::Cidr takes a block, a count and the host bits of each", where)
    try:
        network = ipaddress.ip_network(text(block, where), strict=False)
    except ValueError as error:
        raise InputError(f"Fn::Cidr was given {block!r}, which is no address block", where=where) from error
    wanted = _whole_number(count, "the count of Fn::Cidr", where)
    prefix = network.max_prefixlen - _whole_number(bits, "the host bits of Fn::Cidr", where)
    if not (1 <= wanted <= MOST_BLOCKS and network.prefixlen <= prefix <= network.max_prefixlen):
        raise InputError(f"Fn::Cidr cannot make {wanted} blocks of /{prefix} inside {network}", where=where)
    blocks = [str(each) for each in itertools.islice(network.subnets(new_prefix=prefix), wanted)]
    if len(blocks) < wanted:
        raise InputError(f"{network} has room for {len(blocks)} blocks of /{prefix}, not {wanted}", where=where)
    return blocks


def first_unknown(value: Json) -> Unknown | None:
    """The first unknown at or inside `value`."""
    if isinstance(value, Unknown):
        return value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next((found for child in children if (found := first_unknown(child))), None)


def _arguments(argument: Json, count: int, expected: str, where: str) -> list[Json]:
    if not isinstance(argument, list) or len(argument) != count:
        raise InputError(expected, where=where)
    return argument


def _whole_number(value: Json, what: str, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    raise InputError(f"{what} is {value!r}; a whole number was expected", where=where)


Function = Callable[[Json, str], Json]

OF_KNOWN: Final[Mapping[str, Function]] = {
    "Fn::Base64": encode_base64,
    "Fn::Cidr": cidr,
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::ToJsonString": to_json_string,
}
"""Functions of which nothing can be said unless every part of the argument is known."""

OF_SHAPE: Final[Mapping[str, Function]] = {"Fn::Length": length, "Fn::Select": select}
"""Functions that look at a list and not at all of its items."""
