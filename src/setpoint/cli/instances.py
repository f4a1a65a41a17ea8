"""`setpoint instances`: what runs, as pipelines and people say it; agents and observers say it by themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.errors import InputError, NotFoundError
from setpoint.fields import did_you_mean
from setpoint.files import parse_json, read_lines
from setpoint.model.canonical import Json
from setpoint.model.inventory import Instance
from setpoint.model.wording import counted

MEMBERS: Final = ("service", "id", "release", "environment", "image")
LONGEST_NAME: Final = 512
"""Characters; as the API takes them."""
_IMAGE: Final = re.compile(r"sha256:[0-9a-f]{64}")


@click.group(name="instances")
def command() -> None:
    """Say which instances run which release or image, and list them."""


@command.command(name="add")
@click.argument("service")
@click.argument("identity", metavar="ID")
@source_option
@click.option("--release", default="", metavar="VERSION", help="What it runs.")
@click.option("--environment", default="", metavar="NAME", help="Where: production, staging …")
@click.option("--image", default="", metavar="DIGEST", help="The digest of its image: sha256:…")
@json_option
def add(
    source: Source, service: str, identity: str, release: str, environment: str, image: str, *, as_json: bool
) -> int:
    """Say that instance ID of SERVICE runs; what is left out stays as it was known."""
    return _report(source, [_instance(service, identity, release, environment, image, "")], as_json=as_json)


@command.command(name="report")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@source_option
@json_option
def report(source: Source, file: Path, *, as_json: bool) -> int:
    """Say that every instance in FILE runs: JSON lines with service, id, and release, environment or image."""
    instances = [_of_line(line, where) for where, line in read_lines(file)]
    if not instances:
        raise InputError("there is no instance in it", where=str(file), remedy="write a JSON object on each line")
    return _report(source, instances, as_json=as_json)


@command.command(name="remove")
@click.argument("service")
@click.argument("identity", metavar="ID")
@source_option
def remove(source: Source, service: str, identity: str) -> int:
    """Say that instance ID of SERVICE runs no more."""
    if not source.inventory.remove(service, identity):
        raise NotFoundError(
            f"no instance {identity!r} of {service} is known", remedy=f"list them: setpoint instances list {service}"
        )
    Output.of(as_json=False).line(f"instance {identity} of {service} is gone")
    return 0


@command.command(name="list")
@click.argument("service", required=False)
@source_option
@json_option
def list_instances(source: Source, service: str | None, *, as_json: bool) -> int:
    """List what runs, of SERVICE or of all."""
    output = Output.of(as_json=as_json)
    found = list(source.inventory.instances(service))
    if as_json:
        output.json([instance_json(each) for each in found])
    elif not found:
        output.line("no instances are known")
    output.table(
        ("service", "instance", "release", "environment", "image", "bill", "told by", "seen"),
        [
            (
                each.service,
                each.id,
                each.release,
                each.environment,
                each.image,
                each.bill,
                each.source,
                each.last_seen or "",
            )
            for each in found
        ],
    )
    return 0


def instance_json(instance: Instance) -> dict[str, Json]:
    return {
        "service": instance.service,
        "id": instance.id,
        "release": instance.release,
        "environment": instance.environment,
        "image": instance.image,
        "sbom": instance.sbom,
        "source": instance.source,
        "first_seen": instance.first_seen.isoformat() if instance.first_seen else None,
        "last_seen": instance.last_seen.isoformat() if instance.last_seen else None,
        "bill": instance.bill,
    }


def _report(source: Source, instances: list[Instance], *, as_json: bool) -> int:
    output = Output.of(as_json=as_json)
    told = source.inventory.report(instances)
    if as_json:
        output.json({"instances": len(instances), "new": told.new, "moved": told.moved})
    output.line(
        f"{counted(len(instances), 'instance')}: {told.new:,} new, {told.moved:,} with something else than before"
    )
    return 0


def _of_line(line: bytes, where: str) -> Instance:
    document = parse_json(line, where)
    if not isinstance(document, dict):
        raise InputError("this is no JSON object", where=where, remedy='write {"service": …, "id": …, "release": …}')
    unknown = next((each for each in document if each not in MEMBERS), None)
    if unknown is not None:
        raise InputError(f"there is no member {unknown!r}", where=where, remedy=did_you_mean(unknown, MEMBERS))
    wrong = next((name for name, value in document.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise InputError(f"{wrong} is no text", where=where, remedy=f"write it in quotation marks: {wrong}")
    service, identity, release, environment, image = (document.get(each, "") for each in MEMBERS)
    return _instance(service, identity, release, environment, image, where)


def _instance(service: str, identity: str, release: str, environment: str, image: str, where: str) -> Instance:
    for name, text in (("service", service), ("id", identity)):
        if not text.strip():
            raise InputError(f"{name} is missing or empty", where=where, remedy=f"say which {name} is meant")
    for name, text in (("service", service), ("id", identity), ("release", release), ("environment", environment)):
        if len(text) > LONGEST_NAME or not text.isprintable():
            what = f"{name} is no name: longer than {LONGEST_NAME} characters, or with what cannot be printed"
            raise InputError(what, where=where)
    return Instance(service, identity, release, environment, checked_image(image, where))


def checked_image(text: str, where: str = "") -> str:
    """The digest of an image, or nothing; `InputError` for anything else."""
    if text and _IMAGE.fullmatch(text) is None:
        remedy = "write sha256: and 64 hexadecimal digits, as registries tell it"
        raise InputError(f"{text[:100]!r} is no digest of an image", where=where, remedy=remedy)
    return text
