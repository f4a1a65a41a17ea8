"""Versions of Lambda's functions as instances: over a stand-in that divides calls between them, and over moto."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.cloud_control import ACCOUNT
from tests.running_cloud import LAMBDA, REGION, RunningCloud, serving

from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.inventory import Instance, InstanceSource
from setpoint.model.snapshot import Extent
from setpoint.observe.aws.instances.functions import ALIASES_HOLD, FunctionReader
from setpoint.observe.aws.instances.naming import Naming
from setpoint.observe.aws.instances.observer import AwsInstances
from setpoint.observe.aws.instances.reading import Found
from setpoint.observe.aws.reader import Place


def code(text: str) -> str:
    """As AWS writes the SHA-256 of a package."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def digest_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass
class Reading:
    """A reader as the loop keeps it, from beat to beat."""

    cloud: RunningCloud
    reader: FunctionReader
    seconds: float = 0.0

    def read(self) -> Found:
        found = Found()
        self.reader.read(found)
        return found

    def told(self) -> dict[str, tuple[str, str, str]]:
        """Function and version → service, release and digest."""
        found = self.read()
        assert not found.doubts
        return {
            each.id.removeprefix(f"{LAMBDA}:"): (each.service, each.release, each.image)
            for each in found.instances.values()
        }


@pytest.fixture
def reading(credentials: None) -> Iterator[Reading]:
    cloud = RunningCloud()
    with serving(cloud) as url:
        clients = AwsClients(AwsSettings((REGION,), endpoint_url=url, attempts=1, timeout=5.0))
        place = Place(clients, "aws", ACCOUNT, REGION)
        made = Reading(cloud, FunctionReader(place, Naming(), tick=lambda: made.seconds))
        yield made


def test_a_function_is_the_digest_of_its_package(reading: Reading) -> None:
    reading.cloud.publish("charge", code("one"), service="payments", release="1.4")
    del reading.cloud.functions["charge"][1:]
    found = reading.read()
    assert list(found.instances.values()) == [
        Instance(
            "payments",
            f"{LAMBDA}:charge:$LATEST",
            "1.4",
            "",
            digest_of("one"),
            source="aws:lambda",
            container=f"lambda:{REGION}:charge:$LATEST",
        )
    ]
    assert "ListAliases" not in reading.cloud.calls


def test_what_can_be_expected_to_be_invoked_counts(reading: Reading) -> None:
    reading.cloud.publish("charge", *(code(str(number)) for number in range(1, 6)), release="5.0")
    reading.cloud.aliases["charge"] = [
        {"Name": "live", "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"4": 0.1}}},
        {"Name": "old", "FunctionVersion": "2"},
        {"Name": "next", "FunctionVersion": "$LATEST"},
    ]
    assert reading.told() == {
        "charge:$LATEST": ("charge", "5.0", digest_of("5")),
        "charge:2": ("charge", "", digest_of("2")),
        "charge:4": ("charge", "", digest_of("4")),
        "charge:5": ("charge", "5.0", digest_of("5")),
    }


def test_images_are_asked_for_once(reading: Reading) -> None:
    reading.cloud.publish("charge", "a" * 64, "b" * 64, image="registry.example/charge:2.1", service="payments")
    reading.cloud.aliases["charge"] = [{"Name": "live", "FunctionVersion": "1"}]
    for _ in range(2):
        assert reading.told() == {
            "charge:$LATEST": ("payments", "2.1", f"sha256:{'b' * 64}"),
            "charge:1": ("payments", "2.1", f"sha256:{'a' * 64}"),
            "charge:2": ("payments", "2.1", f"sha256:{'b' * 64}"),
        }
    assert reading.cloud.calls["GetFunction"] == 3


def test_aliases_are_asked_for_again_when_a_version_comes_and_after_a_while(reading: Reading) -> None:
    cloud = reading.cloud
    cloud.publish("charge", code("1"), code("2"))
    cloud.aliases["charge"] = [{"Name": "live", "FunctionVersion": "1"}]
    for _ in range(3):
        assert "charge:1" in reading.told()
    assert cloud.calls["ListAliases"] == 1
    cloud.publish("charge", code("1"), code("2"), code("3"))
    cloud.aliases["charge"] = [{"Name": "live", "FunctionVersion": "2"}]
    assert {"charge:2", "charge:3", "charge:$LATEST"} == reading.told().keys()
    cloud.aliases["charge"] = [{"Name": "live", "FunctionVersion": "1"}]
    assert "charge:1" not in reading.told()
    reading.seconds += ALIASES_HOLD
    assert "charge:1" in reading.told()


def test_what_cannot_run_or_is_gone_is_not_there(reading: Reading) -> None:
    reading.cloud.publish("broken", code("1"))
    for each in reading.cloud.functions["broken"]:
        each["State"] = "Failed"
    reading.cloud.publish("going", code("1"), image="registry.example/going:1")
    reading.cloud.refused["GetFunction"] = reading.cloud.refused["ListAliases"] = "ResourceNotFoundException"
    assert {name: image for name, (_, _, image) in reading.told().items()} == {"going:$LATEST": "", "going:1": ""}


@pytest.mark.parametrize("text", ["", "no base64!", base64.b64encode(b"short").decode()])
def test_what_is_no_digest_is_none(reading: Reading, text: str) -> None:
    reading.cloud.publish("odd", text)
    assert {image for _, _, image in reading.told().values()} == {""}


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ("GetFunction", "lambda:GetFunction denied"),
        ("ListAliases", "lambda:ListAliases denied"),
        ("GetResources", "tag:GetResources denied"),
    ],
)
def test_what_is_refused_is_a_doubt_and_the_others_count(reading: Reading, operation: str, reason: str) -> None:
    reading.cloud.publish("charge", "a" * 64, image="registry.example/charge:2.1")
    reading.cloud.publish("plain", code("1"))
    reading.cloud.refused[operation] = "AccessDeniedException"
    found = reading.read()
    assert list(found.doubts) == [reason]
    assert {each.service for each in found.instances.values()} == {"charge", "plain"}


def test_over_moto(aws: AwsClients) -> None:
    region = aws.settings.regions[0]
    functions, iam = aws.client("lambda", region), aws.client("iam", region)
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("charge.py", "def handle(*_): pass\n")
    made = functions.create_function(
        FunctionName="charge",
        Runtime="python3.11",
        Role=role,
        Handler="charge.handle",
        Code={"ZipFile": stream.getvalue()},
        Publish=True,
    )
    functions.create_alias(FunctionName="charge", Name="live", FunctionVersion="1")
    observer = AwsInstances([aws], [InstanceSource.LAMBDA], Naming(), is_wanted=True)
    here, there = observer.observe()
    digest = f"sha256:{base64.b64decode(made['CodeSha256']).hex()}"
    assert {(each.service, each.id.rpartition(":")[2], each.image) for each in here.instances} == {
        ("charge", "$LATEST", digest),
        ("charge", "1", digest),
    }
    assert (here.coverage.extent, there.instances) == (Extent.WHOLE, ())
