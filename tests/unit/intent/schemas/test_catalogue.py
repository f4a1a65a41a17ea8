from __future__ import annotations

import subprocess
import sys

import pytest

from setpoint.errors import Error
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.intent.schemas import catalogue as module
from setpoint.model.schema import Kind

COVERED = [
    "AWS::CloudTrail::Trail",
    "AWS::EC2::SecurityGroup",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
]


def test_it_knows_every_type_of_cloudformation(catalogue: SchemaCatalogue) -> None:
    assert set(COVERED) < catalogue.types()
    assert len(catalogue.types()) > 1500


def test_a_type_that_does_not_exist_has_no_schema(catalogue: SchemaCatalogue) -> None:
    assert catalogue.schema("AWS::S3::Bukkit") is None
    assert catalogue.schema("../../etc/passwd") is None
    assert catalogue.schema("Custom::Thing") is None


@pytest.mark.parametrize("typed", ["AWS::S3::Bukcet", "aws::s3::bucket", "AWS:S3:Bucket"])
def test_the_nearest_type_is_the_one_that_was_meant(catalogue: SchemaCatalogue, typed: str) -> None:
    assert catalogue.nearest(typed) == "AWS::S3::Bucket"


def test_nothing_is_near_to_nonsense(catalogue: SchemaCatalogue) -> None:
    assert catalogue.nearest("%%%%") is None


@pytest.mark.parametrize("type_name", COVERED)
def test_every_path_in_a_schema_exists(catalogue: SchemaCatalogue, type_name: str) -> None:
    schema = catalogue.schema(type_name)
    assert schema is not None
    named = (
        schema.read_only
        | schema.write_only
        | schema.not_read
        | schema.create_only
        | schema.unordered
        | schema.folded_case
    )
    named |= schema.open_ended | schema.keyed.keys() | schema.defaults.keys() | schema.generated.keys()
    assert {path for path in named | set(schema.primary_identifier) if schema.kind(path) is None} == set()


def test_the_facts_of_a_bucket(catalogue: SchemaCatalogue) -> None:
    schema = catalogue.schema("AWS::S3::Bucket")
    assert schema is not None
    assert schema.primary_identifier == ("BucketName",)
    assert schema.kind("PublicAccessBlockConfiguration.BlockPublicAcls") is Kind.BOOLEAN
    assert schema.kind("LifecycleConfiguration.Rules[*].Prefix") is Kind.STRING
    assert schema.kind("PublicAccessBlock") is None
    assert "LifecycleConfiguration.Rules[*].Transition" in schema.write_only
    assert "Arn" in schema.read_only
    assert schema.keyed["Tags"] == "Key"
    assert "S3 User Guide" in schema.defaults["OwnershipControls.Rules"].source


def test_a_policy_can_read_into_policy_documents(catalogue: SchemaCatalogue) -> None:
    role = catalogue.schema("AWS::IAM::Role")
    key = catalogue.schema("AWS::KMS::Key")
    assert role is not None
    assert key is not None
    assert role.kind("AssumeRolePolicyDocument") is Kind.DOCUMENT
    assert role.kind("AssumeRolePolicyDocument.Statement[*].Principal.AWS") is Kind.LIST
    assert role.kind("Policies[*].PolicyDocument.Statement[*].NotAction[*]") is Kind.STRING
    assert key.kind("KeyPolicy.Statement[*].Condition") is Kind.OBJECT
    assert key.kind("KeyPolicy.Statement[*].Principle") is None


def test_rds_versions_are_completed_by_aws(catalogue: SchemaCatalogue) -> None:
    schema = catalogue.schema("AWS::RDS::DBInstance")
    assert schema is not None
    assert "EngineVersion" in schema.open_ended
    assert schema.key_arns == {"KmsKeyId", "MasterUserSecret.KmsKeyId", "PerformanceInsightsKMSKeyId"}
    assert "StorageType" in schema.folded_case
    assert "MasterUserPassword" in schema.write_only


def test_every_type_loads(catalogue: SchemaCatalogue) -> None:
    """One type of each sort: recursive, huge, without properties of its own, free-form."""
    for name in (
        "AWS::WAFv2::WebACL",
        "AWS::QuickSight::Dashboard",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::SSM::Document",
    ):
        schema = catalogue.schema(name)
        assert schema is not None, name
        assert schema.version


def test_a_region_that_cfn_lint_does_not_know_has_the_same_types() -> None:
    assert "AWS::S3::Bucket" in SchemaCatalogue("xx-future-1").types()


def test_cfn_lint_itself_is_never_imported() -> None:
    code = (
        "import sys; from setpoint.intent.schemas import SchemaCatalogue\n"
        "assert SchemaCatalogue().schema('AWS::KMS::Key')\n"
        "assert 'cfnlint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_cfn_lint_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no_such_package")
    with pytest.raises(Error, match=r"pip install 'setpoint\[aws\]'"):
        SchemaCatalogue()
