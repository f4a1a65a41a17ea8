"""`AWS::Include`, from beside the template and from S3, in every place that it may stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.sources import StoredObject
from setpoint.model.canonical import Json, Unknown
from setpoint.model.snapshot import Extent, Snapshot

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]


def bucket(snapshot: Snapshot) -> dict[str, Json]:
    return next(dict(each.properties) for each in snapshot.resources.values() if each.type == "AWS::S3::Bucket")


def test_properties_from_a_file_beside_the_template(make_reader: MakeReader, template: Write, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "tags.yaml").write_text("Tags: [{Key: of, Value: !Ref Team}]", encoding="utf-8")
    path = template(
        """
        Parameters: {Team: {Type: String, Default: orders}}
        Resources:
          Data:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: data
              Fn::Transform: {Name: "AWS::Include", Parameters: {Location: parts/tags.yaml}}
        """
    )
    reader = make_reader(path)
    assert bucket(reader.read()) == {"BucketName": "data", "Tags": [{"Key": "of", "Value": "orders"}]}
    before = reader.fingerprint()
    assert before == reader.fingerprint()
    (tmp_path / "parts" / "tags.yaml").write_text("Tags: []", encoding="utf-8")
    assert reader.fingerprint() != before


def test_resources_and_whole_sections_from_s3(make_reader: MakeReader, template: Write, sky: Any) -> None:
    sky.objects = {
        "s3://parts-prod/more.json": b'{"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}',
        "s3://parts-prod/mappings.yaml": b"Mappings: {Sizes: {prod: {Class: large}}}",
    }
    path = template(
        """
        Transform: {Name: "AWS::Include", Parameters: {Location: "s3://parts-prod/mappings.yaml"}}
        Parameters: {Stage: {Type: String, Default: prod}}
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties: {Description: !FindInMap [Sizes, prod, Class]}
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://parts-${Stage}/more.json"}}
        """
    )
    snapshot = make_reader(path, cloud=sky).read()
    assert {urn.type for urn in snapshot.resources} == {"AWS::KMS::Key", "AWS::S3::Bucket"}
    assert bucket(snapshot) == {"BucketName": "data"}


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("s3://parts/none.yaml", "AWS::Include is not run: s3://parts/none.yaml does not exist"),
        (
            "https://example.org/a.yaml",
            "AWS::Include is not run: https://example.org/a.yaml is neither an object in S3 nor a path beside a file",
        ),
        ("!Ref Secret", "AWS::Include is not run: the parameter Secret is NoEcho"),
        ("!GetAtt Data.Arn", "AWS::Include is not run: Fn::GetAtt Data.Arn: it is not known before the resources are"),
    ],
)
def test_what_cannot_be_included_is_unknown_there(
    make_reader: MakeReader, template: Write, sky: Any, location: str, reason: str
) -> None:
    path = template(
        f"""
        Parameters: {{Secret: {{Type: String, NoEcho: true}}}}
        Resources:
          Data:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: data
              Tags:
                Fn::Transform: {{Name: "AWS::Include", Parameters: {{Location: {location}}}}}
        """
    )
    assert bucket(make_reader(path, cloud=sky).read()) == {"BucketName": "data", "Tags": Unknown(reason)}


def test_a_macro_of_ones_own_is_unknown_where_it_stands(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Data:
            Type: AWS::S3::Bucket
            Properties: {BucketName: data, Tags: !Transform {Name: Ours, Parameters: {}}}
        """
    )
    assert bucket(make_reader(path).read())["Tags"] == Unknown("the macro Ours is run by AWS only")


def test_a_template_from_s3_names_no_local_file(make_reader: MakeReader, sky: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("BucketName: secret", encoding="utf-8")
    include = f'{{"Fn::Transform": {{"Name": "AWS::Include", "Parameters": {{"Location": "{tmp_path}/secret.yaml"}}}}}}'
    text = f'{{"Resources": {{"Data": {{"Type": "AWS::S3::Bucket", "Properties": {include}}}}}}}'
    sky.objects = {"s3://a/t.json": text.encode()}
    snapshot = make_reader(StoredObject("a", "t.json"), cloud=sky).read()
    assert all(isinstance(value, Unknown) for value in bucket(snapshot).values())


@pytest.mark.parametrize(
    ("parameters", "content", "what"),
    [
        ("{}", "", "AWS::Include names no Location"),
        ("{Location: part.yaml}", "BucketName: other", "BucketName stands here and in the included file"),
        ("{Location: part.yaml}", "[a]", "what is included here is no object"),
        ("{Location: part.yaml}", "{", "part.yaml:2: this is not YAML"),
        ("{Location: part.yaml}", "", "part.yaml: the file is empty"),
        ("{Location: none.yaml}", "", "none.yaml: there is no such file"),
    ],
)
def test_what_is_included_wrongly_is_refused(
    make_reader: MakeReader, template: Write, tmp_path: Path, parameters: str, content: str, what: str
) -> None:
    (tmp_path / "part.yaml").write_text(content, encoding="utf-8")
    path = template(
        f"""
        Resources:
          Data:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: data
              Fn::Transform: {{Name: "AWS::Include", Parameters: {parameters}}}
        """
    )
    with pytest.raises(InputError) as caught:
        make_reader(path).read()
    assert what in caught.value.diagnostics()


def test_what_resources_include_may_be_of_any_type(make_reader: MakeReader, template: Write, sky: Any) -> None:
    path = template(
        """
        Resources:
          Key: {Type: "AWS::KMS::Key"}
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: "s3://a/none.yaml"}}
        """
    )
    snapshot = make_reader(path, cloud=sky).read()
    assert {each.extent for each in snapshot.coverage.areas.values()} == {Extent.PARTIAL}
    assert all("s3://a/none.yaml does not exist" in each.reasons[0] for each in snapshot.coverage.doubts())
