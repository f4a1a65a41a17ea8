"""What AWS's documentation says of each property: in CloudFormation's schemas, and in the APIs that stand behind them.

The schemas come with cfn-lint, the APIs' documentation with botocore; both are read where they are installed. What
CloudFormation's reference says stands in `reference`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import botocore.loaders

from setpoint.files import parse_json, read_bytes
from setpoint.intent.schemas import extract

VERBS: Final = (
    "Create",
    "Put",
    "Register",
    "Add",
    "Request",
    "Run",
    "Start",
    "Provision",
    "Allocate",
    "Set",
    "Update",
    "Modify",
    "Attach",
)
"""How the operations begin that make an entity, the likeliest first."""

APIS: Final[Mapping[str, tuple[str, ...]]] = {
    "APS": ("amp",), "AmazonMQ": ("mq",), "Bedrock": ("bedrock", "bedrock-agent"),
    "BedrockAgentCore": ("bedrock-agentcore-control",), "CertificateManager": ("acm",),
    "CodeStarConnections": ("codestar-connections", "codeconnections"), "Cognito": ("cognito-idp", "cognito-identity"),
    "DirectoryService": ("ds",), "ECR": ("ecr", "ecr-public"), "ElasticLoadBalancing": ("elb",),
    "ElasticLoadBalancingV2": ("elbv2",), "Elasticsearch": ("es",), "EventSchemas": ("schemas",),
    "InspectorV2": ("inspector2",), "KinesisFirehose": ("firehose",), "Lex": ("lexv2-models",), "MSK": ("kafka",),
    "OpenSearchService": ("opensearch",), "Route53RecoveryControl": ("route53-recovery-control-config",),
    "S3": ("s3", "s3control"), "S3ObjectLambda": ("s3control",), "SES": ("sesv2", "ses"), "SSO": ("sso-admin",),
    "Timestream": ("timestream-write", "timestream-influxdb", "timestream-query"), "Wisdom": ("wisdom", "qconnect"),
}  # fmt: skip
"""APIs whose names differ from that of the service in CloudFormation."""

ENDINGS: Final = ("Type", "Description", "Input", "Request", "Config", "Configuration", "Settings", "Specification")
"""What names of structures add to that of the property which holds them."""

SCHEMAS: Final = f"cfn-lint {version('cfn-lint')}"
APIS_FROM: Final = f"botocore {version('botocore')}"

_loader: Final = botocore.loaders.Loader()


@dataclass(frozen=True, slots=True)
class Text:
    """What one page says of one property."""

    source: str
    """The page, and what it was read from."""
    prose: str
    allowed: Sequence[Any] = ()
    """The values that it may have by this source; empty where any."""


class SchemaProse:
    """What one schema says of its properties."""

    def __init__(self, document: extract.Definition) -> None:
        walk = _Walk(document)
        walk.root()
        told = extract.extract(document)
        self.kinds: Mapping[str, str] = told["kinds"]
        self.allowed: Mapping[str, Sequence[Any]] = walk.allowed
        self._descriptions = walk.descriptions
        self._fixed = frozenset([*told["read_only"], *told["write_only"], *told["defaults"]])

    def is_fixed(self, path: str) -> bool:
        """Whether nobody can declare it or read it back, or the schema itself states its default."""
        return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in self._fixed)

    def texts(self, type_name: str, path: str) -> Iterator[Text]:
        for description in self._descriptions[path]:
            yield Text(f"CloudFormation Template Reference, {type_name} ({SCHEMAS})", description)


class _Walk(extract._Walk):
    """The descriptions and the allowed values of every property of one schema."""

    def __init__(self, document: extract.Definition) -> None:
        super().__init__(document, extract._Facts(), tag_path="Tags")
        self.descriptions: dict[str, list[str]] = {}
        self.allowed: dict[str, list[Any]] = {}

    def _property(self, path: str, definitions: list[extract.Definition], followed: tuple[str, ...]) -> None:
        references = list(followed)
        views = [view for each in definitions for view in self._views(each, references)]
        self.descriptions[path] = [view["description"] for view in views if view.get("description")]
        self.allowed[path] = [value for view in views for value in view.get("enum", ())]
        super()._property(path, definitions, followed)


def schema_prose(path: Path) -> SchemaProse:
    return SchemaProse(parse_json(read_bytes(path), str(path)))


def operation_prose(type_name: str, path: str) -> Iterator[Text]:
    """What the operations say of the members that carry the property."""
    _, service, resource = (*type_name.split("::"), "", "")[:3]
    for api in _apis(service):
        for operation, shape in _operations(api, resource)[:8]:
            member = _member(_model(api), shape, [folded(step) for step in path.replace("[*]", "").split(".")])
            if member is not None:
                yield _text(api, operation, member)


def shape_prose(type_name: str, path: str) -> Iterator[Text]:
    """What the structures say that are named like the object which holds the property."""
    _, service, resource = (*type_name.split("::"), "", "")[:3]
    *above, leaf = [folded(step) for step in path.replace("[*]", "").split(".")]
    holder = above[-1] if above else folded(resource)
    for api in _apis(service):
        shapes = _model(api)["shapes"]
        for name in _structures(api).get(holder, ()):
            members = {folded(each): member for each, member in shapes[name]["members"].items()}
            if leaf in members:
                yield _text(api, name, members[leaf])


def _text(api: str, page: str, member: Mapping[str, Any]) -> Text:
    allowed = _model(api)["shapes"][member["shape"]].get("enum", ())
    return Text(f"{_title(api)} API Reference, {page} ({APIS_FROM})", member.get("documentation", ""), allowed)


@cache
def _structures(api: str) -> Mapping[str, list[str]]:
    """What structures are called, without what their names only add → their names."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, shape in _model(api)["shapes"].items():
        if shape["type"] == "structure" and "members" in shape:
            found[folded(name)].append(name)
            for ending in ENDINGS:
                if name.endswith(ending):
                    found[folded(name.removesuffix(ending))].append(name)
    return found


def _apis(service: str) -> tuple[str, ...]:
    known = {folded(name): name for name in _loader.list_available_services("service-2")}
    return APIS.get(service) or tuple(filter(None, [known.get(folded(service))]))


@cache
def _model(api: str) -> Mapping[str, Any]:
    model: Mapping[str, Any] = _loader.load_service_model(api, "service-2")
    return model


def _title(api: str) -> str:
    return str(_model(api)["metadata"]["serviceFullName"])


@cache
def _operations(api: str, resource: str) -> list[tuple[str, str]]:
    """(name, input shape) of the operations that make such an entity, the likeliest first."""
    wanted, found = folded(resource), []
    for name, operation in _model(api)["operations"].items():
        for rank, verb in enumerate(VERBS):
            made = folded(re.sub(r"\d{4}_\d\d_\d\d$", "", name.removeprefix(verb)))
            if name.startswith(verb) and "input" in operation and _is_about(made, wanted):
                found.append((rank, made != wanted, name, operation["input"]["shape"]))
    return [(name, shape) for _, _, name, shape in sorted(found)]


def _is_about(made: str, wanted: str) -> bool:
    exact = made in (wanted, *(f"{wanted}{end}" for end in ("s", "v2", "config", "configuration", "settings")))
    return exact or (len(made) >= 6 and (wanted.endswith(made) or made.endswith(wanted)))


def _member(model: Mapping[str, Any], shape: str, steps: list[str], *, deeper: bool = True) -> Mapping[str, Any] | None:
    """The member at the end of the steps, also where the input holds them all inside of one member of its own."""
    members = {folded(name): each for name, each in model["shapes"][shape].get("members", {}).items()}
    if steps[0] in members:
        found: Mapping[str, Any] = members[steps[0]]
        return found if len(steps) == 1 else _member(model, _inner(model, found), steps[1:], deeper=False)
    inner = (_member(model, _inner(model, each), steps, deeper=False) for each in members.values()) if deeper else ()
    return next((each for each in inner if each is not None), None)


def _inner(model: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    """The shape of the elements of a list, or of the values of a map."""
    name = str(member["shape"])
    while (shape := model["shapes"][name])["type"] in ("list", "map"):
        name = shape["member" if shape["type"] == "list" else "value"]["shape"]
    return name


def folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
