"""SAM (`AWS::Serverless-2016-10-31`), translated by its own library, `samtranslator`, without a call to AWS.

Called by `transforms`. What only packaging or AWS knows (where the code was uploaded, which managed policies there are)
is a `NotRun` in the result, and so an `Unknown` at that property alone.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import LANGUAGE_EXTENSIONS, NESTED_STACK, listed
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.values import NotRun, ShortForm
from setpoint.model.canonical import Json, Unknown

SERVERLESS: Final = "AWS::Serverless-2016-10-31"

INSTALL: Final = "install the SAM translator to have it run: pip install 'setpoint[aws]'"

PACKAGED: Final[Mapping[str, tuple[str, ...]]] = {
    "Api": ("DefinitionUri",),
    "Function": ("CodeUri",),
    "GraphQLApi": ("CodeUri", "SchemaUri"),
    "HttpApi": ("DefinitionUri",),
    "LayerVersion": ("ContentUri",),
    "StateMachine": ("DefinitionUri",),
}
"""What may name a local file that `sam package` uploads (AWS SAM Developer Guide, "sam package")."""

_NOT_PACKAGED: Final = "setpoint-has-not-packaged-it"
"""A bucket that stands for the one that packaging would choose: valid as a name, and nobody's."""

_IN_REPOSITORY: Final = "setpoint-does-not-ask-the-repository"
"""Stands for the template of an application of the Serverless Application Repository."""

_KEPT_BY_AWS: Final = "its template is kept in the Serverless Application Repository, and is read once it is deployed"

_UPLOADED: Final = "where the code is uploaded is known once the template is packaged"

_TURN: Final = threading.Lock()
"""The library keeps the region in a variable of its own module."""


def is_installed() -> bool:
    return importlib.util.find_spec("samtranslator") is not None


def translated(document: Document, parameters: Mapping[str, Json], place: Place) -> Document:
    """The document as SAM makes it. Raises `InputError` where SAM refuses it."""
    template = _long_form(document.value)
    extended = LANGUAGE_EXTENSIONS in listed(template.get("Transform"))
    _put_placeholders(template)
    known = {name: value for name, value in parameters.items() if not isinstance(value, Unknown)}
    for name, declared in template.get("Parameters", {}).items():
        if name not in known:
            # Else the library would put the default of a secret into what it makes.
            declared.pop("Default", None)
    made = _translate(document, template, _texts(known), place)
    made["Parameters"] = document.value.get("Parameters", {})
    if extended:
        made["Transform"] = LANGUAGE_EXTENSIONS
    resources = {name: _without_placeholders(each) for name, each in made["Resources"].items()}
    return replace(document, value={**made, "Resources": resources}, lines=_lines(document, resources))


def _translate(document: Document, template: Json, parameters: Mapping[str, str], place: Place) -> dict[str, Json]:
    import boto3
    from samtranslator.model.exceptions import ExceptionWithMessage
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    # It logs what it raises as well, with tracebacks.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL + 1)
    values: dict[str, Any] = dict(parameters)
    with _TURN:
        try:
            # The ids of versions and deployments are hashes over text as Python 2 wrote it.
            to_py27_compatible_template(template, values)
            session = boto3.Session(region_name=place.region)
            translator = Translator({}, Parser(), boto_session=session)
            made = undo_mark_unicode_str_in_template(translator.translate(template, parameter_values=values))
            translator.metrics.publish()
        except ExceptionWithMessage as error:
            raise _refused(document, error) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # It does not look at the form of everything that it uses.
            raise InputError(
                f"SAM cannot translate this template ({type(error).__name__}: {error})",
                where=document.where("Resources"),
                remedy="check it with: sam validate",
            ) from error
    plain: dict[str, Json] = orjson.loads(orjson.dumps(made))
    return plain


def _refused(document: Document, error: Any) -> InputError:
    causes = [cause.message for cause in getattr(error, "causes", [error])]
    named = re.search(r"with id \[(\w+)\]", causes[0])
    where = document.where(f"Resources.{named[1]}" if named else "Resources")
    return InputError(f"SAM refuses this template: {causes[0].rstrip('.')}", where=where)


def _long_form(value: Json) -> Json:
    """Plain JSON that may be changed: every function by its full name, in an object of its own."""
    if isinstance(value, ShortForm):
        argument = _long_form(value.argument)
        if value.function == "Fn::GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return {value.function: argument}
    if isinstance(value, Mapping):
        return {key: _long_form(member) for key, member in value.items()}
    return [_long_form(item) for item in value] if isinstance(value, list) else value


def _put_placeholders(template: Json) -> None:
    """In the place of what the library cannot do without, and only packaging (or AWS) knows."""
    for kind, properties in (template.get("Globals") or {}).items():
        _package(kind, properties)
    for name, resource in template["Resources"].items():
        kind = str(resource.get("Type", "")).removeprefix("AWS::Serverless::") if isinstance(resource, dict) else ""
        if kind == "Application" and isinstance(resource.get("Properties", {}).get("Location"), dict):
            # The library would ask the repository.
            properties = {key: each for key, each in resource["Properties"].items() if key != "Location"}
            properties["TemplateURL"] = _IN_REPOSITORY
            template["Resources"][name] = {**resource, "Type": NESTED_STACK, "Properties": properties}
        else:
            _package(kind, resource.get("Properties") if isinstance(resource, dict) else None)


def _package(kind: str, properties: Json) -> None:
    if not isinstance(properties, dict):
        return
    for name in PACKAGED.get(kind, ()):
        written = properties.get(name)
        if isinstance(written, str) and not written.startswith(("s3://", "https://")):
            properties[name] = f"s3://{_NOT_PACKAGED}/{written.lstrip('./') or name}"
    if kind == "Function" and properties.get("PackageType") == "Image":
        properties.setdefault("ImageUri", _NOT_PACKAGED)


def _without_placeholders(value: Json) -> Json:
    if value == _IN_REPOSITORY:
        return NotRun(_KEPT_BY_AWS)
    if isinstance(value, Mapping):
        if any(member == _NOT_PACKAGED for member in value.values()):
            return {
                key: NotRun(_UPLOADED) if isinstance(member, str) else _without_placeholders(member)
                for key, member in value.items()
            }
        return {
            key: _managed(member) if key == "ManagedPolicyArns" else _without_placeholders(member)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_without_placeholders(item) for item in value]
    return NotRun(_UPLOADED) if isinstance(value, str) and _NOT_PACKAGED in value else value


def _managed(arns: Json) -> Json:
    """A name that the library's list of AWS's managed policies does not have is left as it was: no ARN."""
    if not isinstance(arns, list):
        return arns
    return [
        NotRun(f"the ARN of the managed policy {arn} is not known") if isinstance(arn, str) and ":" not in arn else arn
        for arn in arns
    ]


def _texts(values: Mapping[str, Json]) -> dict[str, str]:
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in values.items()}


def _lines(document: Document, resources: Mapping[str, Json]) -> Mapping[str, int]:
    """What SAM made stands where the resource does that it was made of: SAM begins its name with that one's."""
    written = sorted((name for name in document.value["Resources"]), key=len, reverse=True)
    lines = dict(document.lines)
    for made in resources:
        origin = next((name for name in written if made.startswith(name)), None)
        if origin is not None and made != origin:
            lines[f"Resources.{made}"] = document.lines.get(f"Resources.{origin}", 1)
    return lines
