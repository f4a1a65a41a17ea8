"""`setpoint can-i`: whether AWS would let a principal do something, and which statement of which policy decides it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

import click

from setpoint.cli.can_i_cases import read_cases, read_policies, request_of
from setpoint.cli.identity_escalations import settings_if_any
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import busy_with
from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Evaluation, LayerAnswer, Policies, evaluate
from setpoint.compare.identity.aws.request import Context, Request
from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.model.canonical import Json
from setpoint.wiring.identity import account_of_export, evaluate_in, evaluate_live, find_catalogue

SAY_WHERE: Final = "give --policies or --authorization-details, or write a configuration with: setpoint init"
FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="can-i")
@click.argument("principal", required=False)
@click.argument("action", required=False)
@click.argument("resource", required=False)
@config_option
@click.option(
    "--context", "pairs", multiple=True, metavar="KEY=VALUE", help="A condition key of the request. Repeat it."
)
@click.option("--complete", is_flag=True, help="A key that --context does not give is absent, rather than unknown.")
@click.option("--policies", "policies_file", type=FILE, help="Policies that bear on the request, by their type.")
@click.option(
    "--authorization-details",
    "export",
    type=FILE,
    help="What aws iam get-account-authorization-details wrote, in the place of AWS itself.",
)
@click.option("--resource-account", metavar="ID", help="Who owns the resource, where its ARN does not say so.")
@click.option("--cases", type=FILE, help="Answer many questions, with all that they need, from a file.")
@json_option
@only_here("reads an account, or files on this machine")
def command(
    principal: str | None,
    action: str | None,
    resource: str | None,
    config: Path,
    pairs: tuple[str, ...],
    policies_file: Path | None,
    export: Path | None,
    resource_account: str | None,
    cases: Path | None,
    *,
    complete: bool,
    as_json: bool,
) -> int:
    """Tell whether PRINCIPAL may do ACTION on RESOURCE: setpoint can-i ARN s3:GetObject ARN.

    Exits 0 when it may, 1 when it is denied, 3 when that hangs on what is not known. With --cases it prints an object
    of the cases' ids and answers, and exits 0.
    """
    output = Output.of(as_json=as_json)
    if cases is not None:
        if principal is not None:
            raise InputError("--cases brings its own questions", where="--cases", remedy="leave PRINCIPAL out")
        _print_answers(cases)
        return 0
    if principal is None or action is None or resource is None:
        raise InputError("a principal, an action and a resource are needed", remedy="see setpoint can-i --help")
    caller = caller_of(principal, where="principal")
    _check_action(action)
    request = request_of(caller, action, resource, resource_account, _context(pairs, complete=complete), "")
    evaluation = _evaluate(request, config, policies_file, export)
    _show(evaluation, output)
    return _exit_code(evaluation.answer)


def _print_answers(path: Path) -> None:
    """Nothing is printed before all of them are known."""
    answers = {case.id: str(evaluate(case.request, case.policies).answer) for case in read_cases(path)}
    Output.of(as_json=True).json(answers)


def _evaluate(request: Request, config: Path, policies_file: Path | None, export: Path | None) -> Evaluation:
    """By the policies of the account, exported or as AWS tells them now, unless only those of a file are to count."""
    given = read_policies(policies_file) if policies_file else Policies()
    if export is not None:
        return evaluate_in(account_of_export(export), request, given)
    if policies_file is not None:
        return evaluate(request, given)
    settings = settings_if_any(config, needed=False)
    if settings is None:
        raise InputError("nothing says which policies bear on the request", remedy=SAY_WHERE)
    with busy_with("reading the account"):
        return evaluate_live(settings, request, given)


def _check_action(action: str) -> None:
    """A misspelt action would be denied, and say nothing; told where the catalogue of actions is installed."""
    catalogue = find_catalogue()
    if catalogue is None:
        return
    service, _, name = action.partition(":")
    names = catalogue.actions(service)
    if not names:
        raise InputError(
            f"there is no service {service!r}", where="action", remedy=did_you_mean(service, catalogue.services())
        )
    if name.lower() not in {each.lower() for each in names}:
        raise InputError(f"there is no action {action!r}", where="action", remedy=did_you_mean(name, names))


def _context(pairs: Sequence[str], *, complete: bool) -> Context:
    values: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or ":" not in key:
            raise InputError(
                f"{pair!r} is no condition key with its value", where="--context", remedy="write aws:SourceIp=…"
            )
        values[key.lower()] = (*values.get(key.lower(), ()), value)
    return Context(values, complete=complete)


def _show(evaluation: Evaluation, output: Output) -> None:
    if output.as_json:
        output.json(document(evaluation))
        return
    output.line(str(evaluation.answer))
    rows = [(str(each.layer), str(each.answer), _statement(each)) for each in evaluation.layers]
    output.table(("layer", "answer", "decided by"), rows)
    if evaluation.missing:
        output.line(f"not known: {', '.join(evaluation.missing)}")


def document(evaluation: Evaluation) -> Json:
    """The answer with `--json`."""
    return {
        "answer": str(evaluation.answer),
        "layers": [
            {
                "layer": str(each.layer),
                "answer": str(each.answer),
                "statement": None
                if each.statement is None
                else {"policy": each.statement.policy, "index": each.statement.index, "sid": each.statement.sid},
            }
            for each in evaluation.layers
        ],
        "missing": list(evaluation.missing),
    }


def _statement(each: LayerAnswer) -> str:
    if each.statement is None:
        return ""
    sid = f" ({each.statement.sid})" if each.statement.sid else ""
    return f"{each.statement.policy}: Statement[{each.statement.index}]{sid}"


def _exit_code(answer: Answer) -> int:
    match answer:
        case Answer.ALLOWED:
            return 0
        case Answer.EXPLICIT_DENY | Answer.IMPLICIT_DENY:
            return 1
        case Answer.CONDITIONAL:
            return 3
        case _:
            assert_never(answer)
