"""`setpoint policy check` and `setpoint policy test`."""

from __future__ import annotations

from pathlib import Path

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.test import ExampleResult, test_policies
from setpoint.model.policy import Policy, Stage
from setpoint.settings import DEFAULT_FILE, load_settings
from setpoint.wiring import Wiring, compile_folders, policy_folders, shipped_policies

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


@command.command(name="check")
@folders_argument
@config_option
@json_option
def check(folders: tuple[Path, ...], config: Path, *, as_json: bool) -> int:
    """Check every policy file: fields, types, properties, expressions, examples."""
    output = Output.of(as_json=as_json)
    policies = _compile(folders, config).policies
    if as_json:
        output.json([_document(each) for each in policies])
    output.table(
        ("policy", "severity", "at runtime", "at deploy", "speaks of"),
        [
            (each.id, each.severity, each.effect(Stage.RUNTIME), each.effect(Stage.DEPLOY), ", ".join(each.types))
            for each in policies
        ],
    )
    output.line(f"{len(policies)} policies, nothing wrong with them")
    return 0


@command.command(name="test")
@folders_argument
@config_option
@json_option
def run_examples(folders: tuple[Path, ...], config: Path, *, as_json: bool) -> int:
    """Run every policy's examples. Exits 1 when one does not come out as it says."""
    output = Output.of(as_json=as_json)
    results = test_policies(_compile(folders, config))
    wrong = [each for each in results if not each.passed]
    if as_json:
        output.json([_result(each) for each in results])
    output.table(
        ("policy", "example", "where", "what came out"),
        [(each.policy, each.example.name, each.example.where, each.message) for each in wrong],
    )
    output.line(f"{len(results) - len(wrong)} examples as they should be, {len(wrong)} not")
    return 1 if wrong else 0


def _compile(folders: tuple[Path, ...], config: Path) -> PolicySet:
    """Of the folders given; else of the configuration, which need not exist to check the shipped pack."""
    from setpoint.intent.schemas.catalogue import SchemaCatalogue

    if folders:
        return compile_folders(list(folders), SchemaCatalogue())
    if config == DEFAULT_FILE and not config.exists():
        return compile_folders([shipped_policies()], SchemaCatalogue())
    settings = load_settings(config)
    return compile_folders(policy_folders(settings), Wiring(settings).schemas)


def _document(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity,
        "subject": policy.subject,
        "types": list(policy.types),
        "effects": {str(stage): effect for stage, effect in policy.effects.items()},
        "references": list(policy.references),
        "where": policy.where,
    }


def _result(result: ExampleResult) -> dict[str, object]:
    return {
        "policy": result.policy,
        "example": result.example.name,
        "where": result.example.where,
        "outcome": result.outcome,
        "passed": result.passed,
        "message": result.message,
    }
