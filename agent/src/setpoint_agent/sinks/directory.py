"""LDAP: filters and names that are put together from input, by ldap3 and python-ldap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import LDAP_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import Look, argument, looking


def _sink(name: str) -> Sink:
    return Sink(LDAP_INJECTION, name, "ldap", safe_after=frozenset({"ldap"}))


def _searching(sink: Sink, base: tuple[int, str], written: tuple[int, str]) -> Look:
    """A search: below which name, and by which filter."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        examine(sink, argument(arguments, keywords, *base))
        examine(sink, argument(arguments, keywords, *written))

    return look


def _naming(sink: Sink, position: int, keyword: str) -> Look:
    """Everything else is done to one entry, by its name; who only has a user's name for one has built nothing."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        name = argument(arguments, keywords, position, keyword)
        if isinstance(name, str) and "=" in name:
            examine(sink, name)

    return look


def _patches(module: str, owner: str, shown: str, looks: Mapping[str, Callable[[Sink], Look]]) -> tuple[Patch, ...]:
    return tuple(
        Patch(module, f"{owner}.{method}", looking(look(_sink(f"{shown}.{method}")))) for method, look in looks.items()
    )


_OF_LDAP3: Final[Mapping[str, Callable[[Sink], Look]]] = {
    "search": lambda sink: _searching(sink, (1, "search_base"), (2, "search_filter")),
    "__init__": lambda sink: _naming(sink, 2, "user"),
    "rebind": lambda sink: _naming(sink, 1, "user"),
    **dict.fromkeys(("add", "compare", "delete", "modify", "modify_dn"), lambda sink: _naming(sink, 1, "dn")),
}
_OF_PYTHON_LDAP: Final[Mapping[str, Callable[[Sink], Look]]] = {
    **dict.fromkeys(
        ("search", "search_s", "search_st", "search_ext", "search_ext_s"),
        lambda sink: _searching(sink, (1, "base"), (3, "filterstr")),
    ),
    **dict.fromkeys(("bind", "bind_s", "simple_bind", "simple_bind_s"), lambda sink: _naming(sink, 1, "who")),
    **dict.fromkeys(("add_s", "compare_s", "delete_s", "modify_s", "rename_s"), lambda sink: _naming(sink, 1, "dn")),
}

PATCHES: Final = (
    *_patches("ldap3.core.connection", "Connection", "ldap3.Connection", _OF_LDAP3),
    *_patches("ldap.ldapobject", "SimpleLDAPObject", "ldap.ldapobject.LDAPObject", _OF_PYTHON_LDAP),
)
