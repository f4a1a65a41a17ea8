"""Which templates a page was made of, and the texts that they hold: a value that stands in one proves nothing.

A template that is rendered, included or extended is noted in the request; `pages` asks for its texts where a value was
recognised.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch
from setpoint_agent.reading.constants import strings_in
from setpoint_agent.request import current

MOST_TEMPLATES: Final = 64
"""Templates of one request."""


def texts_of(template: Any) -> Iterator[str]:
    """What a template of Jinja, Mako or Django holds beside its expressions."""
    for code in _codes(template):
        yield from strings_in(code)
    nodes = getattr(template, "nodelist", None)
    if nodes is not None:
        yield from _texts_of_nodes(nodes)


def _codes(template: Any) -> Iterator[CodeType]:
    """The functions that Jinja and Mako compile a template to."""
    render = getattr(template, "root_render_func", None)
    if render is not None:
        yield from (each.__code__ for each in (render, *template.blocks.values()))
    module = getattr(template, "module", None) if render is None else None
    if module is not None:
        yield from (each.__code__ for each in vars(module).values() if isinstance(each, FunctionType))


def _texts_of_nodes(nodes: Any) -> Iterator[str]:
    waiting = [nodes]
    while waiting:
        for node in waiting.pop():
            text = getattr(node, "s", None)
            if isinstance(text, str):
                yield text
            names = getattr(node, "child_nodelists", ())
            waiting.extend(each for name in names if (each := getattr(node, name, None)) is not None)


def _rendered(original: Callable[..., Any]) -> Callable[..., Any]:
    """What renders the template that is its first argument."""

    def render(*arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        if request is not None and arguments and len(request.templates) < MOST_TEMPLATES:
            request.templates = (*request.templates, arguments[0])
        return original(*arguments, **keywords)

    return functools.update_wrapper(render, original)


def _loaded(original: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's lookup of a template by its name, also of those that one includes or extends."""

    def load(*arguments: Any, **keywords: Any) -> Any:
        template = original(*arguments, **keywords)
        request = current.get()
        if request is not None and len(request.templates) < MOST_TEMPLATES:
            request.templates = (*request.templates, template)
        return template

    return functools.update_wrapper(load, original)


PATCHES: Final = (
    Patch("jinja2.environment", "Environment._load_template", _loaded),
    Patch("jinja2.environment", "Template.new_context", _rendered),
    Patch("django.template.base", "Template._render", _rendered),
    Patch("mako.runtime", "_render_context", _rendered),
)
