"""Right-sized policies as text to paste: plain policies, Terraform, CloudFormation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, assert_never

import orjson

from setpoint.cli.output import one_line
from setpoint.compare.identity.rightsize.documents import as_json
from setpoint.compare.identity.rightsize.granting import HeldPolicy, Holding
from setpoint.compare.identity.rightsize.rightsizing import RightSizing
from setpoint.model.canonical import Json
from setpoint.model.iam_account import IamRole

_ADDRESS: Final = re.compile(r"aws_iam_(?:role|user)\.[A-Za-z_][\w-]*(?:\[[^\]]*\])?")
"""Of a resource in the root module: what is in another one cannot be referred to."""
_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]+")


class Format(StrEnum):
    TABLE = "table"
    POLICY = "policy"
    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"


def policy_text(sized: RightSizing) -> str:
    """The document; a list of them where it takes several."""
    written = sized.written[0] if len(sized.written) == 1 else list(sized.written)
    return orjson.dumps(written, option=orjson.OPT_INDENT_2).decode()


def removals(sized: RightSizing) -> Iterator[str]:
    """What to take away once the new policies are there, a clause each."""
    for each in sized.replaced:
        match each.holding:
            case Holding.INLINE:
                yield f"the inline policy {each.name}"
            case Holding.ATTACHED:
                yield f"the attachment of {each.name}"
            case Holding.GROUP:
                yield f"{sized.principal.name} from the group {each.group}, which holds {each.name}"
            case _:
                assert_never(each.holding)


def terraform_text(sized: RightSizing, declared: str) -> str:
    """`declared`: where the principal is declared, `prod.tfstate: aws_iam_role.ci`; empty where nobody knows."""
    kind = "role" if isinstance(sized.principal, IamRole) else "user"
    address = declared.rpartition(": ")[2]
    reference = f"{address}.name" if _ADDRESS.fullmatch(address) else _quoted(sized.principal.name)
    blocks = ["\n".join(_terraform_policy(sized, number, kind, reference)) for number in range(len(sized.written))]
    where = f", declared as {declared}" if declared else ""
    return "\n\n".join([_comment(f"In the place of what grants {kind} {sized.principal.name} its permissions{where}"),
                        *blocks, _removals(sized)])  # fmt: skip


def _terraform_policy(sized: RightSizing, number: int, kind: str, reference: str) -> Iterator[str]:
    name = sized.policy_name(number)
    label = re.sub(r"[^\w-]", "_", f"{sized.principal.name}_{name}").replace("-", "_")
    label = label if _NAME.fullmatch(label) else f"_{label}"
    policy = f"  policy = jsonencode({_hcl(sized.written[number], 1)})"
    if sized.is_inline:
        yield f'resource "aws_iam_{kind}_policy" "{label}" {{'
        yield from (f"  name   = {_quoted(name)}", f"  {kind}   = {reference}", policy, "}")
        return
    yield f'resource "aws_iam_policy" "{label}" {{'
    yield from (f"  name   = {_quoted(f'{sized.principal.name}-{name}')}", policy, "}", "")
    yield f'resource "aws_iam_{kind}_policy_attachment" "{label}" {{'
    yield from (f"  {kind}       = {reference}", f"  policy_arn = aws_iam_policy.{label}.arn", "}")


def _removals(sized: RightSizing) -> str:
    return "\n".join(
        [_comment("To remove once that is applied:"), *(_comment(f"- {each}") for each in removals(sized))]
    )


def _comment(text: str) -> str:
    return f"# {one_line(text)}"


def _hcl(value: Json, depth: int) -> str:
    """A JSON value as an expression of HCL."""
    inside, outside = "  " * (depth + 1), "  " * depth
    if isinstance(value, Mapping):
        lines = [
            f"{inside}{key if _NAME.fullmatch(key) else _quoted(key)} = {_hcl(each, depth + 1)}"
            for key, each in value.items()
        ]
        return "\n".join(["{", *lines, f"{outside}}}"])
    if isinstance(value, list):
        return "\n".join(["[", *(f"{inside}{_hcl(each, depth + 1)}," for each in value), f"{outside}]"])
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """With what would begin a template, or cannot stand in a text, spelt out."""
    letters = (f"\\{each}" if each in '"\\' else each if each.isprintable() else _escaped(ord(each)) for each in text)
    return '"' + "".join(letters).replace("${", "$${").replace("%{", "%%{") + '"'


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cloudformation_text(sized: RightSizing, declared: str) -> str:
    """What to put into a template; `declared` as for Terraform, `template.yaml:12: Role`."""
    import yaml

    principal = sized.principal
    kind = "Role" if isinstance(principal, IamRole) else "User"
    known = declared.rpartition(": ")[2]
    logical = known if _LOGICAL_ID.fullmatch(known) else "".join(_LOGICAL_ID.findall(principal.name)) or kind
    attached = [arn for arn in principal.attached if arn not in {each.name for each in _attached(sized)}]
    replaced = {each.policy for each in sized.replaced}
    inline = [_inline(each.name.rpartition(": inline policy ")[2], as_json(each.document))
              for each in principal.inline if each not in replaced]  # fmt: skip
    resources: dict[str, Any] = {}
    managed: list[Json] = list(attached)
    for number, document in enumerate(sized.written):
        if sized.is_inline:
            inline.append(_inline(sized.policy_name(number), document))
        else:
            policy = f"{logical}RightSized{number + 1}"
            resources[policy] = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
            managed.append({"Ref": policy})
    resources[logical] = {
        "Type": f"AWS::IAM::{kind}",
        "Properties": {"Policies": inline, "ManagedPolicyArns": managed},
    }
    where = f", declared in {declared}" if declared else ""
    head = _comment(f"In the place of the same properties of {kind.lower()} {principal.name}{where}; others stay")
    text = yaml.safe_dump({"Resources": resources}, sort_keys=False, width=1_000, allow_unicode=True)
    return "\n".join([head, text.rstrip(), _removals(sized)])


def _attached(sized: RightSizing) -> Iterator[HeldPolicy]:
    return (each for each in sized.replaced if each.holding is Holding.ATTACHED)


def _inline(name: str, document: Json) -> Json:
    return {"PolicyName": name, "PolicyDocument": document}
