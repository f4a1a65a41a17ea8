"""AWS's HTTP API, served by moto on loopback: started once, emptied before every test."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.cloud_control import CloudControl, serving

from setpoint.aws import AwsClients, AwsSettings

REGION = "eu-west-1"
OTHER_REGION = "us-east-1"
MANAGED_POLICIES = "MOTO_IAM_LOAD_MANAGED_POLICIES"


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """Where it listens."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_CONFIG_FILE", "/nowhere")
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
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
def aws(aws_endpoint: str, boto3_session: Any, monkeypatch: pytest.MonkeyPatch) -> AwsClients:
    """An empty account, without AWS's managed policies: loading them takes moto a second."""
    monkeypatch.delenv(MANAGED_POLICIES, raising=False)
    return _empty_account(aws_endpoint, boto3_session)


@pytest.fixture
def aws_with_managed_policies(aws_endpoint: str, boto3_session: Any, monkeypatch: pytest.MonkeyPatch) -> AwsClients:
    """An empty account with AWS's managed policies."""
    monkeypatch.setenv(MANAGED_POLICIES, "true")
    return _empty_account(aws_endpoint, boto3_session)


def _empty_account(endpoint: str, session: Any) -> AwsClients:
    # moto fills its backends when they are first used after a reset, and looks at the environment then.
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()
    settings = AwsSettings(regions=(REGION, OTHER_REGION), endpoint_url=endpoint, timeout=10.0, attempts=1, pool=4)
    return AwsClients(settings, session)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any will do for a stand-in; those of whoever runs the tests are out of its reach."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def cloud() -> CloudControl:
    """Any type, on loopback; `endpoint` is where it answers, and `clients` ask it."""
    return CloudControl(page=2)


@pytest.fixture
def endpoint(cloud: CloudControl) -> Iterator[str]:
    with serving(cloud) as url:
        yield url


@pytest.fixture
def clients(endpoint: str) -> AwsClients:
    return AwsClients(AwsSettings((REGION,), endpoint_url=endpoint, attempts=1, pool=4, timeout=5.0))
