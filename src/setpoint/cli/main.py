"""The front door: commands are imported when used, and every error ends here, as one line and an exit code."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from setpoint import __version__
from setpoint.cli.server_options import server_options
from setpoint.errors import Error

COMMANDS: Final = {
    "init": ("setpoint.cli.init", "Write a commented setpoint.yaml to start from."),
    "doctor": ("setpoint.cli.doctor", "Show what can and cannot be read, and which permissions are missing."),
    "beat": ("setpoint.cli.beat", "Run one heartbeat: observe, compare, decide, act, record."),
    "up": ("setpoint.cli.up", "Run the loop, the server and ingest until stopped."),
    "status": ("setpoint.cli.status", "Show how each process of `up` is: state, lag, health."),
    "drift": ("setpoint.cli.drift", "Show where production differs from what was declared."),
    "findings": ("setpoint.cli.findings", "List what is wrong now."),
    "remediations": ("setpoint.cli.remediations", "List what was put right, is under way, or was handed to a person."),
    "approve": ("setpoint.cli.orders:approve", "Let a remediation that waits for it go on."),
    "reject": ("setpoint.cli.orders:reject", "Leave a remediation that waits for an approval to people."),
    "undo": ("setpoint.cli.orders:undo", "Take a verified remediation back."),
    "pause": ("setpoint.cli.orders:pause", "Change nothing from now on, whatever the mode."),
    "resume": ("setpoint.cli.orders:resume", "End a pause."),
    "waive": ("setpoint.cli.waivers:waive", "Answer for a known problem, for a while."),
    "waivers": ("setpoint.cli.waivers:command", "List waivers: active, expiring, idle."),
    "baseline": ("setpoint.cli.baseline", "Accept undeclared values as they are, in a file kept in git."),
    "can-i": ("setpoint.cli.can_i", "Tell whether a principal may do something in AWS, and what decides it."),
    "permissions": ("setpoint.cli.permissions", "Print the least-privilege IAM policy for what is configured."),
    "alerts": ("setpoint.cli.alerts", "Show which alerts wait, were delivered or given up; test a channel."),
    "scan": ("setpoint.cli.scan", "Look at a release's source with the scanners that are installed."),
    "dast": ("setpoint.cli.dast", "Test a running service from outside, safely."),
    "gate": ("setpoint.cli.gate", "Decide whether a release may go on."),
    "risk": ("setpoint.cli.risk", "Show how much risk a service's next release may carry, and why."),
    "agents": ("setpoint.cli.agents", "Show the agents inside of services, and switch them off and on."),
    "runtime": ("setpoint.cli.runtime", "Show what agents see inside of a service: routes, functions, flows."),
    "sbom": ("setpoint.cli.sbom", "Keep bills of materials of releases and images, make and compare them."),
    "instances": ("setpoint.cli.instances", "Say which instances run which release or image, and list them."),
    "affected": ("setpoint.cli.affected", "Show every instance that an advisory or a package bears on."),
    "vex": ("setpoint.cli.vex_add", "Take what others state of flaws as waivers: OpenVEX, CycloneDX."),
    "policy": ("setpoint.cli.policy", "Check policies, run their examples, explain them, start a new one."),
    "advisories": ("setpoint.cli.advisories", "Take in advisories, show what they say, match packages."),
    "identity": ("setpoint.cli.identity", "Show what principals may do, and what they use of it."),
    "quarantine": ("setpoint.cli.quarantine", "Take everything away from a user or a role of AWS, and give it back."),
    "tokens": ("setpoint.cli.tokens", "Issue, list, rotate and revoke the tokens of the API."),
    "signals": ("setpoint.cli.signals", "Ask what agents, pipelines and webhooks told, in SQL."),
    "audit": ("setpoint.cli.audit", "Verify the audit log, or export it."),
}
"""Name → (module, and its click command where that is not `command`; what it does). Imported when it is called."""

EXIT_CODES: Final = """\b
Exit codes:
  0  fine
  1  findings, or refused
  2  wrong usage or input
  3  could not tell
"""


class LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute or "command", None)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from setpoint.fields import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command {args[0]!r}; {did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@server_options
@click.version_option(__version__, prog_name="setpoint")
def cli(**_server: object) -> None:
    """Compare what production should be with what it is, and act on the difference."""


def main() -> None:
    """The console script: runs a command and exits with one of the codes of EXIT_CODES."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    try:
        result = cli.main(arguments, prog_name="setpoint", standalone_mode=False)
    except Error as error:
        _complain(error.diagnostics())
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return 3
    return result if isinstance(result, int) else 0


def _complain(text: str) -> None:
    from setpoint.cli.output import clean

    click.echo(f"setpoint: {clean(text)}", err=True)
