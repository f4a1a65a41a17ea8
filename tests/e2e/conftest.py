"""Setpoint as its user meets it: the program as a process, files in a folder, AWS's HTTP API by moto on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))  # `demo` is not installed, and pytest's importlib mode puts no folder on the path

from demo.aws_server import CREDENTIALS, AwsServer
from demo.production import PRIVATE, encryption

ASSETS = ROOT / "tests" / "assets" / "e2e"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
BUCKET = "shop-orders"
PATIENCE = 30.0
"""Seconds that anything may take on a busy machine."""


def eventually(what: str, happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:g} s"
        time.sleep(0.05)


class Aws(AwsServer):
    """The account as any other program would reach it; moto's own switches besides."""

    def empty(self, *, managed_policies: bool = False) -> None:
        """An account as on its first day, in which everybody may do everything.

        Without AWS's managed policies, which take moto a second to load, unless they are asked for.
        """
        self._tell("config", json.dumps({"iam": {"load_aws_managed_policies": managed_policies}}))
        self._tell("reset-auth", "inf")
        self._tell("reset")

    def user_who_may_not(self, *actions: str) -> Mapping[str, str]:
        """The credentials of somebody to whom these actions are denied; from now on IAM is enforced."""
        iam = self.client("iam")
        iam.create_user(UserName="auditor")
        statements = [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": list(actions), "Resource": "*"},
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="auditor", PolicyName="auditor", PolicyDocument=policy)
        key = iam.create_access_key(UserName="auditor")["AccessKey"]
        self._tell("reset-auth", "0")
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self._address) == 0

    def _tell(self, switch: str, value: str = "") -> None:
        request = Request(f"{self.url}/moto-api/{switch}", value.encode(), {"Content-Type": "text/plain"})  # noqa: S310
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 (loopback)
            assert response.status in {200, 201}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("aws")
    port = free_port()
    aws = Aws(f"http://127.0.0.1:{port}", folder / "aws.log")
    with (folder / "aws.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, **CREDENTIALS},
        )
    try:
        eventually("AWS's API on loopback", lambda: process.poll() is not None or aws.answers())
        assert process.poll() is None, (folder / "aws.log").read_text()
        yield aws
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def aws(server: Aws) -> Aws:
    """An empty account."""
    server.empty()
    return server


@pytest.fixture
def shop(aws: Aws) -> Aws:
    """An account with what `shop.yaml` declares: one bucket, as every shipped guardrail wants it."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=PRIVATE)
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption("aws:kms", "alias/shop"))
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "service", "Value": "shop"}]})
    return aws


def open_the_bucket(aws: Aws) -> None:
    """The drift of most tests: the bucket's public-access block goes."""
    aws.client("s3").delete_public_access_block(Bucket=BUCKET)


def bucket_is_private(aws: Aws) -> bool:
    s3 = aws.client("s3")
    try:
        return bool(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"] == PRIVATE)
    except s3.exceptions.ClientError:
        return False


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def complaint(self) -> str:
        """The one line that says why the program stopped."""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("setpoint: ")
        return lines[0].removeprefix("setpoint: ")


class Setpoint:
    """The program in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.environment = {**os.environ, **CREDENTIALS, "COLUMNS": "300"}
        self.prefix: list[str] = []
        """What starts the program in another way than directly."""

    @property
    def ledger(self) -> Path:
        return self.folder / "setpoint.sqlite"

    def configure(self, *intent: Mapping[str, object], **more: object) -> None:
        """Write `setpoint.yaml`; without `intent`, the shop's template is declared."""
        settings: dict[str, object] = {
            "aws": {"regions": [REGION], "account": ACCOUNT, "endpoint_url": self.url, "attempts": 1, "timeout": 10},
            "loop": {"interval": "200ms", "verify_for": "20s", "retry_after": "50ms"},
            "intent": list(intent) or [{"cloudformation": str(ASSETS / "shop.yaml")}],
            "services": {"shop": {"tier": "critical"}},
        }
        self.write("setpoint.yaml", yaml.safe_dump(settings | more, sort_keys=False))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def command(self, *arguments: str) -> list[str]:
        return [*self.prefix, sys.executable, "-m", "setpoint", *arguments]

    def run(self, *arguments: str, preexec_fn: Callable[[], None] | None = None) -> Answer:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            preexec_fn=preexec_fn,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def run_each(self, *commands: Sequence[str]) -> list[Answer]:
        """Commands that only look, side by side."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(lambda arguments: self.run(*arguments), commands))

    def files(self) -> dict[str, bytes]:
        """Everything in the folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }


@pytest.fixture
def setpoint(tmp_path: Path, aws: Aws) -> Setpoint:
    program = Setpoint(tmp_path, aws.url)
    program.configure()
    return program


@pytest.fixture
def lonely_setpoint(tmp_path: Path) -> Setpoint:
    """For what ends before AWS is asked: nothing listens where AWS would be."""
    program = Setpoint(tmp_path, f"http://127.0.0.1:{free_port()}")
    program.configure()
    return program


class Loop:
    """`setpoint up --json`."""

    def __init__(self, program: Setpoint, name: str) -> None:
        self._out, self._err = program.folder / f"{name}.out", program.folder / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                program.command("up", "--json"), cwd=program.folder, env=program.environment, stdout=out, stderr=err
            )

    def beats(self) -> list[Any]:
        """Every beat so far; fails when the program has ended by itself."""
        assert self.process.poll() in (None, 0), self.errors()
        return [
            json.loads(line)
            for line in self._out.read_text(encoding="utf-8").splitlines(keepends=True)
            if line[-1] == "\n"
        ]

    def errors(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def await_beats(self, number: int) -> None:
        """Until it has beaten so many times more than up to now."""
        wanted = len(self.beats()) + number
        eventually(f"{wanted} beats", lambda: len(self.beats()) >= wanted)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def start_loop(setpoint: Setpoint) -> Iterator[Callable[[], Loop]]:
    """Starts `setpoint up`, as often as it is called; what still runs at the end is ended."""
    loops: list[Loop] = []

    def start() -> Loop:
        loops.append(Loop(setpoint, f"up-{len(loops)}"))
        return loops[-1]

    yield start
    for loop in loops:
        if loop.process.poll() is None:
            loop.process.kill()
            loop.process.wait(timeout=PATIENCE)
