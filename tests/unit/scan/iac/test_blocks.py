"""Where Terraform's files declare what a plan speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.model.scan import CodePlace
from setpoint.scan.iac.blocks import block_of, read_blocks

FILES = ("infra/main.tf", "infra/modules/data/main.tf", "infra/broken.tf", "infra/gone.tf")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "infra" / "modules" / "data").mkdir(parents=True)
    (tmp_path / "infra" / "main.tf").write_text(
        '# resource "aws_s3_bucket" "commented" {\nresource "aws_s3_bucket" "uploads" {\n}\n\n'
        '  resource   "aws_s3_bucket"  "both" {}\n',
        encoding="utf-8",
    )
    (tmp_path / "infra" / "modules" / "data" / "main.tf").write_text(
        'resource "aws_s3_bucket" "both" {}\nresource "aws_db_instance" "main" {}\n', encoding="utf-8"
    )
    (tmp_path / "infra" / "broken.tf").write_bytes(b"\xff\xfe")
    return tmp_path


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("aws_s3_bucket.uploads", CodePlace("infra/main.tf", 2)),
        ("aws_s3_bucket.uploads[0]", CodePlace("infra/main.tf", 2)),
        ('module.data["a.b"].aws_db_instance.main["x"]', CodePlace("infra/modules/data/main.tf", 2)),
        # Two of that name: the one beside the plan.
        ("aws_s3_bucket.both", CodePlace("infra/main.tf", 5)),
        ("aws_s3_bucket.commented", None),
        ("aws_s3_bucket.elsewhere", None),
    ],
)
def test_an_address_leads_to_its_block(root: Path, address: str, place: CodePlace | None) -> None:
    assert block_of(address, "infra/shop.tfplan.json", read_blocks(root, FILES)) == place


def test_of_several_that_could_be_meant_none_is(root: Path) -> None:
    assert block_of("aws_s3_bucket.both", "shop.tfplan.json", read_blocks(root, FILES)) is None
