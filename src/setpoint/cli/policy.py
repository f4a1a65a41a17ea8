"""`setpoint policy`: check, test and explain policies, and start a new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from setpoint.cli.explanation import document, explanation, show
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.policies import compiled, find_policy
from setpoint.cli.replay import command as replay
from setpoint.cli.server_options import only_here
from setpoint.cli.source import open_source
from setpoint.decide.policy.check import EVERY_TYPE, OWN_SCHEMAS
from setpoint.decide.policy.component import COMPONENT
from setpoint.decide.policy.meaning import check_meaning
from setpoint.decide.policy.template import (
    component_policy_file,
    drift_policy_file,
    guardrail_file,
    principal_policy_file,
    weakness_policy_file,
)
from setpoint.decide.policy.test import ExampleResult, test_policies
from setpoint.decide.policy.weakness import WEAKNESS
from setpoint.errors import InputError
from setpoint.model.policy import Policy, Stage, Subject
from setpoint.model.principal import PRINCIPAL
from setpoint.model.service import Service
from setpoint.model.wording import counted
from setpoint.settings import DEFAULT_FILE

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Of a policy and of its folder, so that an id can stand in a command and in a path."""

ON_FILES: Final = "works on files of policies on this machine"

folders_argument = click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    default=DEFAULT_FILE,
    show_default=True,
    envvar="SETPOINT_CONFIG",
    help="The configuration that names the folders, where none is given.",
)


@click.group(name="policy")
def command() -> None:
    """Policies: CEL expressions over declared properties.

    FOLDERS hold policy files; without any, the configuration's folders and the shipped pack are meant.
    """


command.add_command(replay)


@command.command(name="check")
@folders_argument
@config_option
@json_option
@only_here(ON_FILES)
def check(folders: tuple[Path, ...], config: Path, *, as_json: bool) -> int:
    """Check every policy file: fields, types, properties, expressions, examples.

    An expression has to use what the policy reads, to say something of a resource that sets none of it, and of every
    example what that says.
    """
    output = Output.of(as_json=as_json)
    checked = compiled(folders, config)
    check_meaning(checked)
    policies = checked.policies
    if as_json:
        output.json([document(each) for each in policies])
    output.table(
        ("policy", "severity", "at runtime", "at deploy", "speaks of"),
        [
            (each.id, each.severity, each.effect(Stage.RUNTIME), each.effect(Stage.DEPLOY), ", ".join(each.types))
            for each in policies
        ],
    )
    output.line(f"{counted(len(policies), 'policy', 'policies')}, nothing wrong with them")
    return 0


@command.command(name="test")
@folders_argument
@config_option
@json_option
@only_here(ON_FILES)
def run_examples(folders: tuple[Path, ...], config: Path, *, as_json: bool) -> int:
    """Run every policy's examples. Exits 1 when one does not come out as it says."""
    output = Output.of(as_json=as_json)
    results = test_policies(compiled(folders, config))
    wrong = [each for each in results if not each.passed]
    if as_json:
        output.json([_result(each) for each in results])
    output.table(
        ("policy", "example", "where", "what came out"),
        [(each.policy, each.example.name, each.example.where, each.message) for each in wrong],
    )
    output.line(f"{counted(len(results) - len(wrong), 'example')} as they should be, {len(wrong)} not")
    return 1 if wrong else 0


@command.command(name="explain")
@click.argument("policy_id", metavar="ID")
@folders_argument
@config_option
@click.option(
    "--service",
    "name",
    metavar="NAME",
    help="Say it as it holds for this service: with the overrides of the configuration.",
)
@json_option
@click.pass_context
def explain(
    context: click.Context, policy_id: str, folders: tuple[Path, ...], config: Path, name: str | None, *, as_json: bool
) -> int:
    """Say what a policy is about, what it reads, what follows from it, and show its examples and its expression."""
    output = Output.of(as_json=as_json)
    if folders:
        policy, service = _find_here(policy_id, folders, config, name)
    else:
        with open_source(context, config) as source:
            policy, service = source.policy(policy_id, name)
    if as_json:
        output.json(explanation(policy, service))
    show(output, policy, service)
    return 0


@command.command(name="new")
@click.argument("path", metavar="FOLDER/NAME", type=click.Path(path_type=Path))
@click.option(
    "--type",
    "type_name",
    metavar="TYPE",
    help=f"The type that it speaks of: AWS::S3::Bucket, or {' or '.join(OWN_SCHEMAS)}.",
)
@click.option(
    "--subject",
    type=click.Choice([str(each) for each in Subject]),
    default=str(Subject.RESOURCE),
    show_default=True,
    help="A guardrail on resources, or what follows from drift.",
)
@only_here(ON_FILES)
def new(path: Path, type_name: str | None, subject: str) -> int:
    """Write a commented policy to FOLDER/NAME.yaml, right as it is. An existing file is left alone.

    A policy on drift is about all types where --type names none.
    """
    file, policy_id = _place(path)
    text = _template(policy_id, Subject(subject), type_name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        where = str(error.filename)
        raise InputError("there is a file already", where=where, remedy="name another, or move it away") from error
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(file)) from error
    click.echo(f"wrote {file}; next: say in it what you mean, then run: setpoint policy test {file.parent}")
    return 0


@only_here(ON_FILES)
def _find_here(
    policy_id: str, folders: tuple[Path, ...], config: Path, name: str | None
) -> tuple[Policy, Service | None]:
    return find_policy(folders, config, policy_id, name)


def _place(path: Path) -> tuple[Path, str]:
    """The file of a policy, and its id: the folder and the name."""
    file = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    folder, name = file.parent.name, file.stem
    if not NAME.fullmatch(folder) or not NAME.fullmatch(name):
        raise InputError(
            f"{path} is no place for a policy",
            remedy="write <folder>/<name> in lower case, with digits and hyphens: exposure/bucket-website",
        )
    return file, f"{folder}/{name}"


def _template(policy_id: str, subject: Subject, type_name: str | None) -> str:
    from setpoint.intent.schemas.catalogue import SchemaCatalogue

    if type_name is None and subject is Subject.DRIFT:
        return drift_policy_file(policy_id, EVERY_TYPE)
    if type_name is None:
        raise InputError("a guardrail speaks of a resource type", remedy="add --type, for example AWS::S3::Bucket")
    if type_name in OWN_SCHEMAS:
        return _own_template(policy_id, type_name, subject)
    catalogue = SchemaCatalogue()
    schema = catalogue.schema(type_name)
    if schema is None:
        close = catalogue.nearest(type_name)
        raise InputError(f"there is no resource type {type_name}", remedy=f"did you mean {close}?" if close else "")
    return guardrail_file(policy_id, schema) if subject is Subject.RESOURCE else drift_policy_file(policy_id, type_name)


_OWN_TEMPLATES: Final[Mapping[str, Callable[[str], str]]] = {
    COMPONENT: component_policy_file,
    PRINCIPAL: principal_policy_file,
    WEAKNESS: weakness_policy_file,
}


def _own_template(policy_id: str, type_name: str, subject: Subject) -> str:
    if subject is Subject.DRIFT:
        raise InputError(f"a policy on drift cannot speak of {type_name}", remedy="leave --subject out")
    return _OWN_TEMPLATES[type_name](policy_id)


def _result(result: ExampleResult) -> dict[str, object]:
    return {
        "policy": result.policy,
        "example": result.example.name,
        "where": result.example.where,
        "outcome": result.outcome,
        "passed": result.passed,
        "message": result.message,
    }
