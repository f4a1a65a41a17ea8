"""AWS's HTTP API, served by moto on loopback: started once, emptied before every test."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from setpoint.aws import AwsClients, AwsSettings

REGION = "eu-west-1"
OTHER_REGION = "us-east-1"


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """Where it listens."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_CONFIG_FILE", "/nowhere")
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        environment.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # read when moto is imported
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
            environment.delenv(name, raising=False)

        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield f"http://{host}:{port}"
        finally:
            server.stop()


@pytest.fixture(scope="session")
def boto3_session(aws_endpoint: str) -> Any:
    """Shared, since every session parses the services' models anew."""
    import boto3

    return boto3.Session()


@pytest.fixture
def aws(aws_endpoint: str, boto3_session: Any) -> AwsClients:
    """An empty account."""
    reset = urllib.request.Request(f"{aws_endpoint}/moto-api/reset", method="POST")
    with urllib.request.urlopen(reset, timeout=60):
        pass
    settings = AwsSettings(
        regions=(REGION, OTHER_REGION), endpoint_url=aws_endpoint, timeout=10.0, attempts=1, pool=4
    )
    return AwsClients(settings, boto3_session)
