"""What is recognised as declared infrastructure, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.scan.iac.documents import Declaration, find_declarations
from setpoint.scan.iac.interface import Form

PLAN = '{"format_version": "1.2", "terraform_version": "1.9.8", "planned_values": {}}'
STATE = '{"version": 4, "terraform_version": "1.9.8", "serial": 3, "lineage": "x", "resources": []}'
TEMPLATE = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"
MANIFEST = '{"version": "36.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack"}}}'


def _found(root: Path, files: dict[str, str]) -> list[Declaration]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return find_declarations(root, sorted(files))


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("shop.tfplan.json", PLAN, Form.TERRAFORM),
        ("shop.tfplan.json", '{"format_version": "1.2", "plann', Form.TERRAFORM),
        ("plan.json", f"\n {PLAN}", Form.TERRAFORM),
        ("terraform.tfstate", "", Form.TERRAFORM),
        ("state.json", STATE, Form.TERRAFORM),
        ("shop.yaml", TEMPLATE, Form.TEMPLATE),
        ("shop.yml", 'AWSTemplateFormatVersion: "2010-09-09"\nResources: [', Form.TEMPLATE),
        ("shop.template", "Transform: AWS::Serverless-2016-10-31\n", Form.TEMPLATE),
        ("shop.template.json", '{\n "Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}', Form.TEMPLATE),
        ("cdk.out/manifest.json", MANIFEST, Form.ASSEMBLY),
        ("package.json", '{"version": "1.0.0", "name": "shop"}', None),
        ("values.yaml", "resources:\n  limits: {cpu: 1}\n", None),
        ("policy.yaml", "types: [AWS::S3::Bucket]\n", None),
        ("deploy.yaml", "kind: Deployment\nType: AWS::S3::Bucket\n", None),
        ("manifest.json", '{"manifest_version": 3}', None),
        ("shop.py", TEMPLATE, None),
    ],
)
def test_a_file_shows_what_it_is(tmp_path: Path, name: str, text: str, form: Form | None) -> None:
    assert _found(tmp_path, {name: text}) == ([Declaration(form, name)] if form else [])


def test_a_manifest_stands_for_all_that_it_names(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        {
            "cdk.out/manifest.json": MANIFEST,
            "cdk.out/Shop.template.json": '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}',
            "cdk.out/assembly-Stage/manifest.json": MANIFEST,
            "cdk.out/assembly-Stage/Shop.template.json": '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}',
            "other.template.json": '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}',
        },
    )
    assert found == [
        Declaration(Form.ASSEMBLY, "cdk.out/manifest.json"),
        Declaration(Form.TEMPLATE, "other.template.json"),
    ]


def test_a_file_that_is_gone_declares_nothing(tmp_path: Path) -> None:
    assert find_declarations(tmp_path, ["gone.yaml"]) == []
