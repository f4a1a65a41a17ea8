"""Calls are counted by what they are for, whichever way a service spells them on the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from bench.counted_calls import Call, Counting, counted, table

from setpoint.aws import AwsClients, AwsSettings, client_errors


class Anything(BaseHTTPRequestHandler):
    """Refuses every request."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Anything)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("service", "method", "asked", "call"),
    [
        ("kms", "list_keys", {}, Call("kms", "ListKeys")),
        ("ec2", "describe_security_groups", {}, Call("ec2", "DescribeSecurityGroups")),
        ("iam", "get_role", {"RoleName": "r"}, Call("iam", "GetRole")),
        ("s3", "list_buckets", {"MaxBuckets": 10}, Call("s3", "ListBuckets")),
        ("s3", "get_bucket_policy", {"Bucket": "records"}, Call("s3", "?policy")),
    ],
)
def test_a_call_goes_by_service_and_name(
    refusing: str, monkeypatch: pytest.MonkeyPatch, service: str, method: str, asked: dict[str, Any], call: Call
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    Counting.calls.clear()
    with counted(refusing) as url:
        client = AwsClients(AwsSettings(("eu-west-1",), endpoint_url=url, attempts=1)).client(service, "eu-west-1")
        with pytest.raises(client_errors()):
            getattr(client, method)(**asked)
    assert Counting.calls == {call: 1}


def test_the_table_sums_by_type_and_in_all() -> None:
    ours = Counter({Call("kms", "DescribeKey"): 3, Call("kms", "ListKeys"): 1, Call("sts", "GetCallerIdentity"): 1})
    theirs = Counter({Call("kms", "DescribeKey"): 1_000})
    _, *rows = (line.split() for line in table({"ours": ours, "theirs": theirs}))
    assert rows == [
        ["keys", "DescribeKey", "3", "1,000"],
        ["keys", "ListKeys", "1", "0"],
        ["keys", "all", "4", "1,000"],
        ["the", "account", "GetCallerIdentity", "1", "0"],
        ["all", "all", "5", "1,000"],
    ]
