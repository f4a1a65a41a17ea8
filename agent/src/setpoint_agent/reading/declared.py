"""What a declaration lets through: parameters of views and fields of models and forms that a framework validates.

FastAPI and pydantic (patterns, `Literal`), Django's forms and Django REST framework's serializers, WTForms. What a
field demands is read from the objects that the framework made of its declaration; no validator is run.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, get_args, get_origin

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, best, kept_out
from setpoint_agent.reading.patterns import LONGEST, passes
from setpoint_agent.reading.scene import MISSING, Scene
from setpoint_agent.reading.source import FunctionNode

CLOSED_FIELDS: Final = frozenset(
    [
        "ChoiceField",
        "TypedChoiceField",
        "MultipleChoiceField",
        "IntegerField",
        "FloatField",
        "DecimalField",
        "BooleanField",
        "DateField",
        "DateTimeField",
        "TimeField",
        "DurationField",
        "UUIDField",
        "SelectField",
        "RadioField",
        "SlugField",
        "GenericIPAddressField",
        "ModelChoiceField",
        "PrimaryKeyRelatedField",
    ]
)
"""Fields of Django, Django REST framework and WTForms that take only what the code lists, or no character of danger."""
VALIDATED: Final = frozenset({"cleaned_data", "validated_data", "data"})
"""Where forms and serializers keep what passed."""


def of_parameter(name: str, scene: Scene, question: Question) -> Answer:
    """A view's parameter that the framework fills: `name: Annotated[str, Query(pattern="^[a-z]+$")]`, `Literal[…]`."""
    declared = _declaration(scene.function, name)
    return best([_of_expression(each, scene, question) for each in declared]) if declared else UNSAFE


def of_field(part: ast.Subscript | ast.Attribute, scene: Scene, question: Question) -> Answer:
    """`order.name` of a pydantic model, `form.cleaned_data["name"]`, `form.name.data`."""
    if isinstance(part, ast.Subscript):
        key = scene.resolve(part.slice)
        if isinstance(part.value, ast.Attribute) and part.value.attr in VALIDATED and isinstance(key, str):
            return _of_form(scene.resolve(part.value.value), key, question, part.lineno)
        return UNSAFE
    owner = scene.resolve(part.value)
    if owner is not MISSING:
        model = _static(type(owner), "__pydantic_fields__")
        if isinstance(model, dict) and part.attr in model:
            return _of_pydantic(model[part.attr], question, part.lineno)
    if part.attr == "data" and isinstance(part.value, ast.Attribute):
        form = scene.resolve(part.value.value)
        return _of_form(form, part.value.attr, question, part.lineno, held="_fields")
    return UNSAFE


def _declaration(function: FunctionNode, name: str) -> list[ast.expr]:
    """The annotation and the default of a parameter."""
    if isinstance(function, ast.Module):
        return []
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
    pairs = [*zip(positional, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return [
        each
        for given, default in pairs
        if given.arg == name
        for each in (given.annotation, default)
        if each is not None
    ]


def _of_expression(expression: ast.expr, scene: Scene, question: Question) -> Answer:
    for node in ast.walk(expression):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
            return Answer(Safety.SAFE, "one of the listed", expression.lineno)
        if isinstance(node, ast.keyword) and node.arg in {"pattern", "regex"}:
            return _of_pattern(scene.resolve(node.value), question, expression.lineno)
    return UNSAFE


def _of_pydantic(field: Any, question: Question, line: int) -> Answer:
    annotation = getattr(field, "annotation", None)
    if get_origin(annotation) is Literal and get_args(annotation):
        return Answer(Safety.SAFE, "one of the listed", line)
    patterns = (getattr(each, "pattern", None) for each in getattr(field, "metadata", ()))
    return best([_of_pattern(each, question, line) for each in patterns if each is not None])


def _of_form(form: Any, name: str, question: Question, line: int, *, held: str = "fields") -> Answer:
    fields = vars(form).get(held) if form is not MISSING and hasattr(form, "__dict__") else None
    field = fields.get(name) if hasattr(fields, "get") and fields is not None else None
    if field is None:
        return UNSAFE
    if not CLOSED_FIELDS.isdisjoint(each.__name__ for each in type(field).__mro__):
        return Answer(Safety.SAFE, f"a {type(field).__name__}", line)
    return best([_of_validator(each, question, line) for each in _validators(field)])


def _of_validator(validator: Any, question: Question, line: int) -> Answer:
    values = getattr(validator, "values", None)
    if type(validator).__name__ == "AnyOf" and isinstance(values, Iterable):
        return Answer(Safety.SAFE, "one of the listed", line)
    return _of_pattern(getattr(validator, "regex", None), question, line)


def _of_pattern(pattern: Any, question: Question, line: int) -> Answer:
    """A declared pattern; validators look for it anywhere, so that it holds what it says only with its anchors."""
    if isinstance(pattern, str) and len(pattern) <= LONGEST:
        try:
            pattern = re.compile(pattern)
        except re.error:
            return UNSAFE
    if not isinstance(pattern, re.Pattern) or not isinstance(pattern.pattern, str):
        return UNSAFE
    return kept_out(passes(pattern, "search", question), f"pattern {pattern.pattern!r}", line)


def _validators(field: Any) -> Iterator[Any]:
    held = vars(field).get("validators") if hasattr(field, "__dict__") else None
    yield from list(held)[:20] if isinstance(held, list | tuple) else ()


def _static(owner: type, name: str) -> Any:
    try:
        return inspect.getattr_static(owner, name)
    except AttributeError:
        return MISSING
