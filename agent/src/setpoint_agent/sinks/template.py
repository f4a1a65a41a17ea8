"""Templates that are made of input: texts that engines are handed to be compiled, not those that they load by name.

`string.Template` and `str.format` are left out: whether input is their format or only their filling cannot be told
where they work, in C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import TEMPLATE_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, examining, looking


def _sink(name: str) -> Sink:
    return Sink(TEMPLATE_INJECTION, name, "template", frozenset({"template"}))


def _unless_loaded(name: str, text: str, position: int, keyword: str) -> Wrap:
    """A template's constructor; `position` and `keyword` of what its loader gives it, and nobody else."""
    where = _sink(name)

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        if argument(arguments, keywords, position, keyword) is None:
            examine(where, argument(arguments, keywords, 1, text))

    return looking(look)


def _outside_sandbox(name: str) -> Wrap:
    """A method of jinja2's environments; those of `jinja2.sandbox` are made for templates of strangers."""
    where = _sink(name)

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        if not any(each.__module__ == "jinja2.sandbox" for each in type(arguments[0]).__mro__):
            examine(where, argument(arguments, keywords, 1, "source"))

    return looking(look)


PATCHES: Final = (
    # `jinja2.Template(text)` and `flask.render_template_string` come through `from_string`.
    Patch("jinja2.environment", "Environment.from_string", _outside_sandbox("jinja2.Environment.from_string")),
    Patch(
        "jinja2.environment",
        "Environment.compile_expression",
        _outside_sandbox("jinja2.Environment.compile_expression"),
    ),
    Patch("mako.template", "Template.__init__", _unless_loaded("mako.template.Template", "text", 2, "filename")),
    Patch(
        "django.template.base",
        "Template.__init__",
        _unless_loaded("django.template.Template", "template_string", 2, "origin"),
    ),
    Patch(
        "tornado.template",
        "Template.__init__",
        _unless_loaded("tornado.template.Template", "template_string", 3, "loader"),
    ),
    Patch("bottle", "BaseTemplate.__init__", examining(_sink("bottle.template"), 1, "source")),
    Patch("chameleon.template", "BaseTemplate.__init__", examining(_sink("chameleon.PageTemplate"), 1, "body")),
)
