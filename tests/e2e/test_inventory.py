"""What runs, and what an advisory bears on: from a lockfile to named instances, here and through a server."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.account import free_port
from tests.e2e.program import PATIENCE, ROOT, Answer, Setpoint, eventually
from tests.e2e.test_inside import Shop

LOCK = "requests==2.31.0\nidna==3.4\nurllib3==2.0.7\n"
ADVISORY = {
    "schema_version": "1.6.0",
    "id": "GHSA-9wx4-h78v-vm56",
    "aliases": ["CVE-2024-35195"],
    "modified": "2026-11-01T00:00:00Z",
    "summary": "certificates of later connections are not verified",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.32.0"}]}],
        }
    ],
    "database_specific": {"severity": "MODERATE"},
}
OTHER = {
    **ADVISORY,
    "id": "PYSEC-2026-1",
    "aliases": [],
    "affected": [{"package": {"ecosystem": "PyPI", "name": "idna"}, "versions": ["3.4"]}],
}
FORMS = (("--json",), ("--format", "vex"), ("--format", "csv"), ())


def bill(*components: str, **more: Any) -> str:
    """CycloneDX of `name@version`s of PyPI."""
    listed = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, _, version in (each.partition("@") for each in components)
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": listed, **more})


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of `shop`, of which three instances run, and an instance of which nobody knows what it is."""
    setpoint = Setpoint(tmp_path_factory.mktemp("stock"), f"http://127.0.0.1:{free_port()}")
    setpoint.configure()
    setpoint.write("app/requirements.txt", LOCK)
    setpoint.write("next.cdx.json", bill("requests@2.32.3", "idna@3.4", "certifi@2024.2.2"))
    lines = [
        {"service": "shop", "id": "web-1", "release": "1", "environment": "production"},
        {"service": "shop", "id": "web-2", "release": "1", "environment": "production"},
        {"service": "shop", "id": "web-3", "release": "2"},
        {"service": "other", "id": "o-1"},
    ]
    setpoint.write("instances.jsonl", "".join(f"{json.dumps(each)}\n" for each in lines))
    setpoint.write("new.json", json.dumps(ADVISORY))
    setpoint.write("both.jsonl", f"{json.dumps(ADVISORY)}\n{json.dumps(OTHER)}\n")
    for command in (
        ("sbom", "make", "app", "--release", "shop@1", "--output", "app.cdx.json"),
        ("sbom", "add", "next.cdx.json", "--release", "shop@2"),
        ("instances", "report", "instances.jsonl"),
    ):
        answer = setpoint.run(*command)
        assert answer.code == 0, answer
    return setpoint.folder


@pytest.fixture
def stocked(lonely_setpoint: Setpoint, stock: Path) -> Setpoint:
    """A folder of one's own with all of that in it."""
    shutil.copytree(stock, lonely_setpoint.folder, dirs_exist_ok=True)
    return lonely_setpoint


def test_a_lockfile_becomes_named_instances(stocked: Setpoint) -> None:
    made = json.loads((stocked.folder / "app.cdx.json").read_text(encoding="utf-8"))
    assert {each["purl"] for each in made["components"]} == {
        "pkg:pypi/requests@2.31.0",
        "pkg:pypi/idna@3.4",
        "pkg:pypi/urllib3@2.0.7",
    }
    listed = stocked.run("sbom", "list", "shop", "--json").json()
    assert (set(listed["releases"]), sum(listed["running"].values())) == ({"1", "2"}, 3)
    assert len(stocked.run("sbom", "show", "shop@1", "--json").json()["components"]) == 3
    assert [each["id"] for each in stocked.run("instances", "list", "shop", "--json").json()] == [
        "web-1",
        "web-2",
        "web-3",
    ]

    before = stocked.run("affected", "CVE-2024-35195")
    assert (before.code, "setpoint advisories sync" in before.complaint()) == (3, True)
    assert stocked.run("advisories", "sync", "--from", "new.json").code == 0
    asked = ("GHSA-9wx4-h78v-vm56", "CVE-2024-35195", "pkg:pypi/requests@<2.32")
    answers = [stocked.run("affected", each, "--json") for each in asked]
    answers.append(stocked.run("affected", "--advisory-file", "new.json", "--json"))
    for answer in answers:
        assert answer.code == 1, answer
        document = answer.json()
        (service,) = document["services"]
        assert [each["instance"]["id"] for each in service["hits"]] == ["web-1", "web-2"]
        assert (service["tier"], document["instances"], document["unknown"]) == ("critical", 2, 1)
    assert answers[0].out == answers[1].out == answers[3].out
    assert answers[0].json()["services"][0]["hits"][0]["fixed"] == ["2.32.0"]

    shown = stocked.run("affected", "CVE-2024-35195")
    assert "2 instances of 1 service affected" in shown.out
    assert "of 1 instance no bill of materials is known" in shown.out


def test_what_others_named_moves_no_cursor(stocked: Setpoint) -> None:
    stocked.write("\x1b[2J/package-lock.json", "[")
    made = stocked.run("sbom", "make", ".")
    assert (made.code, "\\x1b[2J/package-lock.json" in made.err, "\x1b" in made.err) == (3, True, False)
    stocked.write("odd.cdx.json", bill("odd@1\x1b[2J"))
    assert stocked.run("sbom", "add", "odd.cdx.json", "--release", "other@1").code == 0
    assert stocked.run("instances", "add", "other", "o-1", "--release", "1").code == 0
    rows = list(csv.DictReader(io.StringIO(stocked.run("affected", "pkg:pypi/odd", "--format", "csv").out)))
    assert [each["version"] for each in rows] == ["1\\x1b[2J"]


def test_each_form_says_the_same(stocked: Setpoint) -> None:
    asked = ("affected", "--advisory-file", "both.jsonl")
    document = stocked.run(*asked, "--json").json()
    found = {(each["instance"]["id"], each["purl"]) for one in document["services"] for each in one["hits"]}
    assert len(found) == 5
    rows = list(csv.DictReader(io.StringIO(stocked.run(*asked, "--format", "csv").out)))
    assert {(each["instance"], each["purl"]) for each in rows} == found
    vex = stocked.run(*asked, "--format", "vex").json()
    stated = {each["id"]: {one["ref"] for one in each["affects"]} for each in vex["vulnerabilities"]}
    assert stated == {
        "CVE-2024-35195": {"service:shop/pkg:pypi/requests@2.31.0"},
        "PYSEC-2026-1": {"service:shop/pkg:pypi/idna@3.4"},
    }
    both = stocked.run(*asked, "--json", "--format", "vex")
    assert (both.code, "two forms" in both.complaint()) == (2, True)


def test_exit_codes_tell_affected_from_clean_and_from_unknown(stocked: Setpoint) -> None:
    assert stocked.run("affected", "pkg:pypi/flask").code == 3
    assert stocked.run("instances", "remove", "other", "o-1").code == 0
    assert stocked.run("affected", "pkg:pypi/flask").code == 0
    assert stocked.run("affected", "pkg:pypi/idna").code == 1
    stocked.write("odd.cdx.json", bill("flask@not-a-version"))
    stocked.run("sbom", "add", "odd.cdx.json", "--release", "odd@1")
    stocked.run("instances", "add", "odd", "o-1", "--release", "1")
    odd = stocked.run("affected", "pkg:pypi/flask@<3")
    assert (odd.code, "could not compare: the versions in 1 instance" in odd.out) == (3, True)


def test_two_bills_are_compared(stocked: Setpoint) -> None:
    answer = stocked.run("sbom", "diff", "shop@1", "shop@2", "--json")
    assert (answer.code, {(each["kind"], each["package"]) for each in answer.json()}) == (
        1,
        {("other version", "pypi/requests"), ("removed", "pypi/urllib3"), ("added", "pypi/certifi")},
    )
    same = stocked.run("sbom", "diff", "shop@1", "app.cdx.json")
    assert (same.code, same.out) == (0, "no difference\n")


BAD_BILLS = {
    "truncated": (bill("requests@2.31.0")[:40], "this is not JSON"),
    "deep": (bill("a@1", metadata=json.loads("[" * 500 + "]" * 500)), "deep"),
    "of an unknown version": (bill("a@1", specVersion="9.9"), "9.9"),
    "no bill": ("{}", "no bill of materials"),
    "empty": ("", "empty"),
    "of nothing": (bill(), "no components"),
    "not text": ("\x00\x01", "neither JSON nor XML"),
    "an XML bomb": ('<!DOCTYPE a [<!ENTITY b "c">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6">&b;</bom>', ""),
}


def test_a_bad_bill_is_one_clear_error(lonely_setpoint: Setpoint) -> None:
    for kind, (text, _) in BAD_BILLS.items():
        lonely_setpoint.write(f"{kind}.json", text)
    commands = (("sbom", "add", f"{kind}.json", "--release", "shop@1") for kind in BAD_BILLS)
    answers = lonely_setpoint.run_together(*commands)
    for (kind, (_, words)), answer in zip(BAD_BILLS.items(), answers, strict=True):
        assert (answer.code, answer.out) == (2, ""), kind
        assert words in answer.complaint(), kind


def test_entries_that_name_no_package_are_told_and_the_others_taken(lonely_setpoint: Setpoint) -> None:
    components = [
        {"type": "library", "name": "requests", "version": "2.31.0", "purl": "pkg:pypi/requests@2.31.0"},
        {"type": "library", "name": "odd", "version": "1", "purl": "not a purl"},
    ]
    lonely_setpoint.write("some.json", bill(components=components))
    answer = lonely_setpoint.run("sbom", "add", "some.json", "--release", "shop@1", "--json")
    assert (answer.code, answer.json()["problems"][0]["kind"]) == (3, "purl does not parse")
    assert lonely_setpoint.run("sbom", "show", "shop@1").out.count("requests") == 1


BAD_LINES = {
    "not JSON": ('{"service": "shop"', "not JSON.jsonl:2"),
    "no object": ("[]", "no object.jsonl:2: this is no JSON object"),
    "a misspelt member": ('{"service": "shop", "id": "a", "relaese": "1"}', "did you mean 'release'?"),
    "a number": ('{"service": "shop", "id": 1}', "id is no text"),
    "no id": ('{"service": "shop"}', "id is missing or empty"),
    "a tag of an image": ('{"service": "shop", "id": "a", "image": "shop:latest"}', "no digest of an image"),
    "a name with a line end": ('{"service": "shop", "id": "a\\nb"}', "id is no name"),
}


def test_one_bad_line_reports_nothing(lonely_setpoint: Setpoint) -> None:
    for kind, (line, _) in BAD_LINES.items():
        lonely_setpoint.write(f"{kind}.jsonl", f'{{"service": "shop", "id": "good"}}\n{line}\n')
    answers = lonely_setpoint.run_together(*(("instances", "report", f"{kind}.jsonl") for kind in BAD_LINES))
    for (kind, (_, words)), answer in zip(BAD_LINES.items(), answers, strict=True):
        assert (answer.code, answer.out) == (2, ""), kind
        assert words in answer.complaint(), kind
    assert not lonely_setpoint.ledger.exists()


def test_bad_questions_are_told_from_unknown_answers(stocked: Setpoint) -> None:
    stocked.write("no-advisory.json", '{"id": 5}')
    stocked.write("cut.json", json.dumps(ADVISORY)[:50])
    refused = {
        ("affected", "pkg:"): "no package URL",
        ("affected", "pkg:pypi/requests@<"): "compares with no version",
        ("affected", "pkg:pypi/requests@<latest!"): "no version by the rules",
        ("affected",): "one question",
        ("affected", "CVE-1", "--advisory-file", "new.json"): "one question",
        ("affected", "--advisory-file", "no-advisory.json"): "no-advisory.json",
        ("affected", "--advisory-file", "cut.json"): "cut.json",
        ("sbom", "show", "nothing"): "names no bill",
        ("sbom", "show", "0" * 32): "no bill of materials",
        ("sbom", "add", "next.cdx.json"): "none is named",
        ("sbom", "add", "next.cdx.json", "--release", "shop"): "names no release",
        ("sbom", "add", "next.cdx.json", "--image", "latest"): "no digest of an image",
        ("sbom", "list", "shpo"): "did you mean 'shop'?",
        ("instances", "remove", "shop", "web-9"): "web-9",
        ("drift", "--plane", "component"): "one service",
    }
    for (command, words), answer in zip(refused.items(), stocked.run_together(*refused), strict=True):
        assert (answer.code, answer.out) == (2, ""), command
        assert words in answer.complaint(), command
    untold = {
        ("affected", "CVE-1999-1"): "CVE-1999-1",
        ("sbom", "show", "shop@9"): "shop@9",
        ("sbom", "diff", "shop@1", "shop@9"): "shop@9",
        ("drift", "--plane", "component", "--service", "shop"): "no agent told",
    }
    for (command, words), answer in zip(untold.items(), stocked.run_together(*untold), strict=True):
        assert (answer.code, answer.out) == (3, ""), command
        assert words in answer.complaint(), command


@dataclass(frozen=True, slots=True)
class Served:
    """Asks a server what is asked of the program."""

    setpoint: Setpoint
    prefix: tuple[str, ...]

    def __call__(self, *arguments: str) -> Answer:
        return self.setpoint.run(*self.prefix, *arguments)


@pytest.fixture
def served(stocked: Setpoint) -> Iterator[Served]:
    """Asks a server on the ledger of `stocked`, with a token that may report and read."""
    port = free_port()
    stocked.configure(server={"listen": f"127.0.0.1:{port}"})
    issue = ("tokens", "issue", "ci", "--scope", "gate", "--scope", "read", "--json")
    token = stocked.run(*issue).json()["token"]
    url = f"http://127.0.0.1:{port}"
    with (stocked.folder / "server.log").open("wb") as log:
        command = stocked.command("up", "--only", "server")
        server = subprocess.Popen(command, cwd=stocked.folder, env=stocked.environment, stdout=log, stderr=log)

    ask = Served(stocked, ("--server", url, "--token", token))
    eventually("the server answers", lambda: ask("instances", "list").code == 0)
    yield ask
    server.kill()
    server.wait(timeout=PATIENCE)


def test_a_server_answers_the_same(stocked: Setpoint, served: Served) -> None:
    (stocked.folder / "packed.gz").write_bytes(gzip.compress(bill("requests@2.31.0").encode()))
    stocked.write("cut.json", bill("requests@2.31.0")[:40])
    assert stocked.run("advisories", "sync", "--from", "new.json").code == 0
    commands = [
        ("affected", "CVE-2024-35195"),
        *(("affected", "--advisory-file", "both.jsonl", *form) for form in FORMS),
        ("affected", "pkg:pypi/requests@<2.32"),
        ("affected", "pkg:pypi/requests@<"),
        ("affected", "CVE-1999-1"),
        ("affected", "--advisory-file", "instances.jsonl"),
        ("sbom", "list", "shop", "--json"),
        ("sbom", "show", "shop@1", "--json"),
        ("sbom", "show", "shop@9"),
        ("sbom", "show", "0" * 32),
        ("sbom", "diff", "shop@1", "shop@2"),
        ("sbom", "diff", "next.cdx.json", "shop@1", "--json"),
        ("instances", "list", "--json"),
        ("drift", "--plane", "component", "--service", "shop"),
        ("sbom", "add", "cut.json", "--release", "shop@3"),
        ("sbom", "add", "next.cdx.json"),
        ("sbom", "add", "packed.gz", "--release", "shop@3"),
    ]
    is_new = served("sbom", "add", "packed.gz", "--release", "shop@3", "--json").json()["is_new"]
    assert is_new
    there_first, *_ = commands
    assert served(*there_first) == stocked.run(*there_first)
    answers = stocked.run_together(*([*served.prefix, *each] for each in commands), *commands)
    pairs = zip(answers[: len(commands)], answers[len(commands) :], strict=True)
    for command, (there, here) in zip(commands, pairs, strict=True):
        assert (there.code, there.out) == (here.code, here.out), command
        if command != ("sbom", "show", "0" * 32):  # each says where else to look
            assert there.err == here.err, command


def test_a_pipeline_reports_through_a_server(stocked: Setpoint, served: Served) -> None:
    assert served("sbom", "make", "app", "--release", "shop@4").code == 0
    assert served("instances", "add", "shop", "web-4", "--release", "4").code == 0
    assert served("instances", "report", "instances.jsonl", "--json").json() == {"instances": 4, "new": 0, "moved": 0}
    found = stocked.run("affected", "pkg:pypi/requests@<2.32", "--json").json()["services"][0]["hits"]
    assert [each["instance"]["id"] for each in found] == ["web-1", "web-2", "web-4"]
    assert found[-1]["instance"]["source"] == "token:ci"
    assert served("instances", "remove", "shop", "web-4").code == 0
    assert served("instances", "remove", "shop", "web-4").code == 2

    # With a token of its own service alone, its bills are shown and compared, and nobody else's.
    stocked.run("sbom", "add", "app.cdx.json", "--release", "other@1")
    issue = ("tokens", "issue", "shop", "--scope", "read", "--service", "shop", "--json")
    bound = ("--token", stocked.run(*issue).json()["token"])
    shared, own = (stocked.run("sbom", "list", "shop", "--json").json()["releases"][each] for each in ("1", "2"))
    assert served(*bound, "sbom", "diff", "shop@1", "shop@2").code == 1
    assert served(*bound, "sbom", "show", own).code == 0
    hidden, nowhere = (served(*bound, "sbom", "show", each) for each in (shared, "0" * 32))
    assert (hidden.code, hidden.complaint()) == (2, nowhere.complaint())
    assert served(*bound, "sbom", "show", "other@1").code == 2


@pytest.mark.skipif(not (ROOT / "agent" / "src").is_dir(), reason="the agent's own code is not here")
def test_what_runs_is_held_against_what_was_built(watched: Shop, start: Callable[[Shop], None]) -> None:
    setpoint = watched.setpoint
    setpoint.write("built.cdx.json", bill("demo-lib@1.0", "quiet-lib@1.0"))
    assert setpoint.run("sbom", "add", "built.cdx.json", "--release", "shop@1").code == 0
    start(watched)

    def drifts() -> list[Any]:
        answer = setpoint.run("drift", "--plane", "component", "--service", "shop", "--json")
        return [each for one in answer.json()["releases"] for each in one["drifts"]] if answer.code == 1 else []

    eventually("all is told", lambda: {"file of no package", "never loaded"} <= {each["kind"] for each in drifts()})
    kinds = {(each["kind"], each["what"].rpartition("/")[2]) for each in drifts()}
    assert {
        ("never built", "stowaway"),
        ("changed since installed", "demo-lib"),
        ("file of no package", "planted.py"),
        ("never loaded", "quiet-lib"),
    } <= kinds
    told = setpoint.run("drift", "--plane", "component", "--service", "shop")
    assert (told.code, "never loaded: 1 package; --all names each" in told.out) == (1, True)

    (running,) = setpoint.run("instances", "list", "shop", "--json").json()
    assert (running["source"], running["release"]) == ("agent", "1")
    assert setpoint.run("sbom", "list", "shop", "--json").json()["running"] == {running["sbom"]: 1}
    (service,) = setpoint.run("affected", "pkg:pypi/demo-lib", "--json").json()["services"]
    assert next(each["reached"] for each in service["hits"]) in {"loaded", "package ran"}
    (unloaded,) = setpoint.run("affected", "pkg:pypi/quiet-lib", "--format", "vex").json()["vulnerabilities"]
    assert unloaded["analysis"]["state"] == "not_affected"
    assert watched.remotely("drift", "--plane", "component", "--service", "shop").out == told.out


@pytest.fixture
def watched(lonely_setpoint: Setpoint) -> Iterator[Shop]:
    """Server and ingest, which need no cloud."""
    port = free_port()
    lonely_setpoint.configure(server={"listen": f"127.0.0.1:{port}"})
    made = Shop(lonely_setpoint, port)
    made.start()
    yield made
    if made.up is not None:
        made.up.process.kill()
        made.up.process.wait(timeout=PATIENCE)


@pytest.fixture
def start() -> Iterator[Callable[[Shop], None]]:
    """An application in an environment of its own, with the agent in it."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(watched: Shop) -> None:
        folder = watched.setpoint.folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=PATIENCE)
        (packages,) = folder.glob("lib/python*/site-packages")
        install(packages, "demo-lib", "demo_lib.py", "VALUE = 1\n")
        install(packages, "quiet-lib", "quiet_lib.py", "VALUE = 1\n")
        install(packages, "stowaway", "stowaway.py", "VALUE = 1\n")
        (packages / "demo_lib.py").write_text("VALUE = 2  # changed\n", encoding="utf-8")
        (packages / "planted.py").write_text("VALUE = 3\n", encoding="utf-8")
        text = "import signal\nimport demo_lib, planted, stowaway\nsignal.pause()\n"
        program = watched.setpoint.write("application/app.py", text)
        environment = watched.setpoint.environment | {
            "PYTHONPATH": str(ROOT / "agent" / "src"),
            "SETPOINT_SERVICE": "shop",
            "SETPOINT_RELEASE": "1",
            "SETPOINT_SERVER": watched.url,
            "SETPOINT_TOKEN": watched.token,
            "SETPOINT_AGENT_KEY": watched.key.hex(),
            "SETPOINT_REPORT_SECONDS": "0.5",
        }
        python = str(folder / "bin" / "python")
        command = [python, "-m", "setpoint_agent", python, str(program)]
        started.append(subprocess.Popen(command, cwd=program.parent, env=environment, stderr=subprocess.DEVNULL))

    yield begin
    for each in started:
        each.kill()
        each.wait(timeout=PATIENCE)


def install(packages: Path, name: str, file: str, text: str) -> None:
    """As an installer does: the file, its metadata, and a RECORD of both."""
    (packages / file).write_text(text, encoding="utf-8")
    information = packages / f"{name.replace('-', '_')}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    digest = urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    record = f"{file},sha256={digest},{len(text)}\n{information.name}/METADATA,,\n{information.name}/RECORD,,\n"
    (information / "RECORD").write_text(record, encoding="utf-8")
