"""What a declaration lets through: parameters of views and fields of models and forms that a framework validates.

FastAPI and pydantic (patterns, `Literal`), Django's forms and Django REST framework's serializers, WTForms. What a
field demands is read from the objects that the framework made of its declaration; no validator is run.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, best, kept_out
from setpoint_agent.reading.patterns import LONGEST, passes
from setpoint_agent.reading.scene import MISSING, Scene, called_name
from setpoint_agent.reading.source import FunctionNode, defaults, parameters
from setpoint_agent.stack import is_library

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
DEPENDING: Final = frozenset({"Depends", "Security"})
TAKING_FUNCTIONS: Final = DEPENDING | {"AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator"}
"""What FastAPI and pydantic are told to call, by its name."""
VALIDATED: Final = frozenset({"cleaned_data", "validated_data", "data"})
"""Where forms and serializers keep what passed."""


def of_parameter(name: str, scene: Scene, question: Question) -> Answer:
    """A view's parameter that the framework fills: `name: Annotated[str, Query(pattern="^[a-z]+$")]`, `Literal[…]`."""
    declared = _declaration(scene.function, name)
    answers = [_of_expression(each, scene, question) for each in declared]
    answers += [_of_constraint(each, question, declared[0].lineno) for each in _metadata(declared, scene)]
    return best(answers)


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


def functions_of_parameter(name: str, scene: Scene) -> list[FunctionType]:
    """What a view's parameter comes from, or went through: `Depends(function)`, `AfterValidator(function)`."""
    declared = _declaration(scene.function, name)
    found = [
        scene.resolve(node.args[0])
        for each in declared
        for node in ast.walk(each)
        if isinstance(node, ast.Call) and called_name(node) in TAKING_FUNCTIONS and node.args
    ]
    for each in _metadata(declared, scene):
        found += [getattr(each, "dependency", None), getattr(each, "func", None)]
    return _functions(found)


def dependencies(scene: Scene) -> list[FunctionType]:
    """Every function (of a class: its `__init__`) that FastAPI has called before the view of this scene."""
    if not isinstance(scene.function, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    found = [each for name in parameters(scene.function) for each in _of_declaration(name, scene)]
    for decorator in scene.function.decorator_list:
        calls = [each for each in ast.walk(decorator) if isinstance(each, ast.Call) and each.args]
        found += [scene.resolve(each.args[0]) for each in calls if called_name(each) in DEPENDING]
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            found += _of_router(scene.resolve(decorator.func.value))
    return _functions(_static(each, "__init__") if isinstance(each, type) else each for each in found)


def _of_declaration(name: str, scene: Scene) -> list[Any]:
    """`Depends(function)`, and `Annotated[Class, Depends()]`, where the class is what is called."""
    found: list[Any] = list(functions_of_parameter(name, scene))
    for each in _declaration(scene.function, name):
        depends = [node for node in ast.walk(each) if isinstance(node, ast.Call) and called_name(node) in DEPENDING]
        if depends:
            found += [scene.resolve(node) for node in ast.walk(each) if isinstance(node, ast.Name)]
    return [each for each in found if isinstance(each, FunctionType) or _is_own_class(each)]


def _of_router(router: Any) -> list[Any]:
    """`APIRouter(dependencies=[Depends(function)])`, and the same of an application."""
    held = vars(router) if hasattr(router, "__dict__") and not isinstance(router, type) else {}
    listed = held.get("dependencies") or getattr(held.get("router"), "dependencies", None) or ()
    return [getattr(each, "dependency", None) for each in list(listed)[:20]]


def _is_own_class(found: Any) -> bool:
    return isinstance(found, type) and isinstance(vars(found).get("__init__"), FunctionType)


def _metadata(declared: Iterable[ast.expr], scene: Scene) -> Iterator[Any]:
    """What `Column = Annotated[str, …]` says, where an annotation only names it."""
    for each in declared:
        named = scene.resolve(each) if isinstance(each, ast.Name | ast.Attribute) else MISSING
        yield from getattr(named, "__metadata__", ()) if get_origin(named) is Annotated else ()


def validators(part: ast.Subscript | ast.Attribute, scene: Scene) -> list[FunctionType]:
    """Functions of the application that a field's value went through: `@field_validator`, `clean_name` and so on."""
    if isinstance(part, ast.Subscript):
        key = scene.resolve(part.slice)
        if isinstance(part.value, ast.Attribute) and part.value.attr in VALIDATED and isinstance(key, str):
            return _cleaning(scene.resolve(part.value.value), key)
        return []
    owner = scene.resolve(part.value)
    if owner is MISSING:
        return []
    made_by = _functions(vars(type(owner)).get(each) for each in ("__init__", "__post_init__"))
    own = [each for each in made_by if not is_library(each.__code__.co_filename)]
    return [*_functions(_of_model(type(owner), part.attr)), *own]


def _cleaning(form: Any, name: str) -> list[FunctionType]:
    """Django's `clean_name`, REST framework's `validate_name`, and what the field itself lists."""
    if form is MISSING or not hasattr(form, "__dict__"):
        return []
    own = [_static(type(form), each) for each in (f"clean_{name}", f"validate_{name}", "clean", "validate")]
    fields = vars(form).get("fields") or vars(form).get("_fields") or {}
    field = fields.get(name) if hasattr(fields, "get") else None
    return _functions([*own, *(_validators(field) if field is not None else ())])


def _of_model(model: type, name: str) -> Iterator[Any]:
    """What pydantic keeps of `@field_validator(name)`, `@model_validator` and `AfterValidator(function)`."""
    decorators = _static(model, "__pydantic_decorators__")
    for each in getattr(decorators, "field_validators", {}).values():
        if name in each.info.fields or "*" in each.info.fields:
            yield each.func
    yield from (each.func for each in getattr(decorators, "model_validators", {}).values())
    fields = _static(model, "__pydantic_fields__")
    field = fields.get(name) if isinstance(fields, dict) else None
    yield from (getattr(each, "func", None) for each in getattr(field, "metadata", ()))


def _functions(found: Iterable[Any]) -> list[FunctionType]:
    plain = (getattr(each, "__func__", each) for each in found)
    return [each for each in plain if isinstance(each, FunctionType)]


def _declaration(function: FunctionNode, name: str) -> list[ast.expr]:
    """The annotation and the default of a parameter."""
    if isinstance(function, ast.Module):
        return []
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    annotations = [each.annotation for each in given if each.arg == name]
    return [each for each in (*annotations, defaults(function).get(name)) if each is not None]


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
    return best([_of_constraint(each, question, line) for each in getattr(field, "metadata", ())])


def _of_constraint(constraint: Any, question: Question, line: int) -> Answer:
    """`StringConstraints(pattern=…)`, what pydantic makes of a pattern, and a parameter that lists such."""
    listed = [constraint, *getattr(constraint, "metadata", ())]
    return best([_of_pattern(getattr(each, "pattern", None), question, line) for each in listed])


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
