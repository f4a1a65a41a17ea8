"""Commands through a server: the same words and exit codes as beside the ledger, and no open gate where that fails."""

from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from tests.certificate import write_certificate
from tests.e2e.account import BUCKET, Aws, free_port, open_the_bucket
from tests.e2e.policies import LOGGED
from tests.e2e.program import ACCOUNT, PATIENCE, REGION, ROOT, Answer, Loop, Setpoint, eventually

from setpoint import __version__
from setpoint.cli.actor import actor
from setpoint.cli.main import run
from setpoint.client import patience

URN: Final = f"aws:{ACCOUNT}:{REGION}:AWS::S3::Bucket:{BUCKET}"
GATE: Final = ("gate", "--service", "shop", "--release", "1")
EXPLAIN: Final = ("policy", "explain", "approvals/bucket-access")
TOKEN: Final = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")

READING: Final = (
    ("drift",),
    ("drift", "--service", "shop"),
    ("drift", "--all"),
    ("drift", "--sarif", "drift.sarif"),
    ("drift", "explain", URN),
    ("drift", "explain", URN, "Arn"),
    ("findings",),
    ("findings", "--all", "--service", "shop"),
    ("findings", "--service", "shop"),
    ("findings", "--sarif", "findings.sarif"),
    ("remediations",),
    ("alerts",),
    ("waivers",),
    ("waivers", "--all"),
    ("audit", "verify"),
    EXPLAIN,
    (*EXPLAIN, "--service", "shop"),
    (*EXPLAIN, "--service", "some/other"),
    ("baseline", "diff", "--file", "baseline.yaml"),
    ("policy", "replay"),
    ("policy", "replay", "--policies", "mine", "--no-shipped", "--policy", "logging/*", "--service", "shop"),
    ("alerts", "test", "oncall"),
    ("tokens", "list", "--all"),
)
JSON_ONLY: Final = (
    ("permissions",),
    ("permissions", "--enforce"),
    ("audit", "export"),
    ("audit", "export", "--after", "9"),
)

BY_NOW: Final = (
    ("risk", "shop"),
    ("risk", "shop", "--explain"),
    GATE,
    ("gate", "--service", "shop", "--release", "2", "--stage", "admit"),
    (*GATE, "--what-if", "tier=low", "--what-if", "in=7d"),
    ("policy", "replay", "--policies", "mine", "--since", "1d", "--until", "0s"),
)
"""What they tell depends on the moment: digits that follow from it are masked."""

WRONG: Final = (
    ("drift", "--service", "nobody"),
    ("findings", "--service", "nobody"),
    ("risk", "nobody"),
    ("gate", "--service", "nobody", "--release", "1"),
    (*GATE, "--what-if", "without=nothing"),
    ("policy", "explain", "approvals/bucket-acces"),
    ("drift", "explain", URN, "Nonesuch"),
    ("drift", "explain", f"{URN}-other", "Arn"),
    ("approve", "99", "--reason", "x"),
    ("undo", "1", "--reason", "x"),
    ("approve", "1", "--reason", " "),
    ("resume", "--reason", "x"),
    ("waivers", "--end", "w99"),
    ("waive", "--urn", "*", "--reason", "x", "--owner", "me", "--until", "2099-01-01"),
    ("tokens", "revoke", "nobody"),
    ("tokens", "issue", "ci", "--scope", "gate"),
    ("status",),
    ("alerts", "test", "oncal"),
    ("policy", "replay", "--policies", "mine", "--policy", "loging/*"),
    ("policy", "replay", "--policies", "wrong"),
    ("policy", "replay", "--service", "nobody"),
    ("baseline", "accept", URN, "Nothing", "--file", "baseline.yaml"),
)


class Server:
    """`setpoint up --only server`, beside the program's ledger."""

    def __init__(self, program: Setpoint, *options: str, scheme: str = "http") -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"{scheme}://{self.address}"
        self._said = program.folder / "server.err"
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                program.command("up", "--only", "server", "--listen", self.address, *options),
                cwd=program.folder,
                env=program.environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        eventually("the server answers", self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self._said.read_text()
        host, port = self.address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


Ask = Callable[..., Answer]


@dataclass
class Both:
    """The same command beside the ledger, and in a folder with nothing but a token, through the server."""

    program: Setpoint
    url: str
    elsewhere: Path
    ask: Ask

    def here(self, *command: str) -> Answer:
        return self.ask(self.program.folder, *command)

    def there(self, *command: str) -> Answer:
        return self.ask(self.elsewhere, "--server", self.url, "--token-file", "token", *command)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """In this process, which has everything imported: a hundred commands take as long as ten processes."""

    def in_folder(folder: Path, *command: str) -> Answer:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        code = run(list(command))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return in_folder


@pytest.fixture
def beaten(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """After a heartbeat that found drift: a remediation waits for an approval, and an alert for who would take it."""
    setpoint.environment |= {
        "ONCALL_URL": f"http://127.0.0.1:{free_port()}/",
        "ONCALL_KEY": f"whsec_{base64.b64encode(b'a key of twenty-four bytes').decode()}",
    }
    setpoint.configure(
        mode="enforce",
        shipped_policies=False,
        policies=[str(ROOT / "tests" / "assets" / "faults" / "approvals")],
        baseline="baseline.yaml",
        alerts={"channels": {"oncall": {"kind": "webhook", "url_env": "ONCALL_URL", "key_env": "ONCALL_KEY"}}},
    )
    setpoint.write("baseline.yaml", "{}")
    shop.client("s3").put_bucket_website(Bucket=BUCKET, WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}})
    assert setpoint.run("beat").code == 1
    open_the_bucket(shop)
    assert setpoint.run("beat").code == 1
    setpoint.run("tokens", "issue", "ci", "--scope", "gate")
    return setpoint


@pytest.fixture
def both(
    beaten: Setpoint, ask: Ask, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Both]:
    for name in ("ONCALL_URL", "ONCALL_KEY"):
        monkeypatch.setenv(name, beaten.environment[name])
    issued = beaten.run("tokens", "issue", "me", "--scope", "admin", "--json").json()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "token").write_text(f"{issued['token']}\n", encoding="utf-8")
    (elsewhere / "baseline.yaml").write_text("{}", encoding="utf-8")
    for folder in (beaten.folder, elsewhere):
        for name, types in (("mine", "AWS::S3::Bucket"), ("wrong", "AWS::S3::Bukket")):
            policy = folder / name / "logging" / "bucket-logged.yaml"
            policy.parent.mkdir(parents=True)
            policy.write_text(LOGGED.replace("AWS::S3::Bucket", types), encoding="utf-8")
    server = Server(beaten)
    yield Both(beaten, server.url, elsewhere, ask)
    server.stop()


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)", "(time)", text)


def _ageless(text: str) -> str:
    """Without moments and spans of time, and without digits that change within a minute."""
    text = re.sub(r"\b\d+[dhms]\b *", "(span) ", _timeless(text))
    return re.sub(r"\d+\.\d+(e-\d+)?", "#", text) if text.startswith("{") else re.sub(r"(\d\.\d)\d+", r"\1", text)


def test_what_is_read_is_told_in_the_same_bytes(both: Both) -> None:
    both.there("drift")  # so that the token was used before anything is compared
    commands = [*READING, *((*each, "--json") for each in READING), *JSON_ONLY]
    for command in commands:
        here, there = both.here(*command), both.there(*command)
        assert here.out, command
        if command[0] == "tokens":
            here, there = (Answer(each.code, _timeless(each.out), each.err) for each in (here, there))
        assert (there.code, there.out, there.err) == (here.code, here.out, here.err), command
    codes = {both.there(*command).code for command in READING}
    assert codes == {0, 1}
    for command in (*BY_NOW, *((*each, "--json") for each in BY_NOW)):
        here, there = both.here(*command), both.there(*command)
        assert (there.code, _ageless(there.out)) == (here.code, _ageless(here.out)), command
        assert here.out, command


def test_a_server_is_examined_in_the_same_words_and_says_who_asks(both: Both) -> None:
    here, there = both.program.run("doctor"), both.there("doctor")
    assert (there.code, there.err) == (here.code, here.err)
    asked, caller = there.out.removeprefix(here.out).splitlines()
    assert asked == f"asked {both.url}, version {__version__} (this program: {__version__}); the clocks agree"
    assert caller.startswith("it takes you for token:me, who may admin, until 2")
    as_json = both.there("doctor", "--json").json()
    examiner = as_json.pop("server")
    assert as_json == both.program.run("doctor", "--json").json()
    (token,) = [each for each in both.here("tokens", "list", "--json").json() if each["name"] == "me"]
    assert (examiner["caller"], examiner["scopes"]) == ("token:me", ["admin"])
    assert examiner["expires_at"] == token["expires_at"]
    assert abs(examiner["ahead_s"]) < 5


def test_what_is_wrong_is_told_the_same(both: Both) -> None:
    for command in WRONG:
        here, there = both.here(*command), both.there(*command)
        assert (there.code, there.out) == (here.code, here.out), command
        assert there.code != 0, command
        assert there.complaint()
    same = [each for each in WRONG if both.here(*each).err == both.there(*each).err]
    assert len(same) > len(WRONG) / 2


def test_what_is_ordered_is_told_the_same_and_carried_out(both: Both, shop: Aws) -> None:
    orders = (
        ("pause", "--reason", "migration"),
        ("resume", "--reason", "over"),
        ("waive", "--urn", "*-logs", "--reason", "known", "--owner", "me", "--days", "3"),
    )
    commands = (*orders, *((*each, "--json") for each in orders))
    here, there = ([_anonymous(answer(*each)) for each in commands] for answer in (both.here, both.there))
    assert there == here
    assert both.there("waivers", "--end", "w1").code == 0
    assert [each["id"] for each in both.here("waivers", "--json").json()] == ["w2", "w3", "w4"]

    assert both.there("approve", "1", "--reason", "looked at it").out.startswith("ordered; the loop carries it out")
    both.program.run("beat")
    (remediation,) = both.there("remediations", "--json").json()
    assert remediation["state"] == "verified"
    assert both.there("drift").code == 1, "the website is undeclared yet"
    assert both.there("audit", "verify").code == 0
    rows = [json.loads(line) for line in both.there("audit", "export").out.splitlines()]
    done = {name: {row["action"] for row in rows if row["actor"] == name} for name in (actor(), "token:me")}
    assert done["token:me"] > done[actor()] - {"token issued"}


def _anonymous(answer: Answer) -> str:
    """Without who did it, when, and which in order it was."""
    assert answer.code == 0, answer.err
    return re.sub(r"\bw?\d+\b", "#", re.sub(rf"token:me|{re.escape(actor())}", "(actor)", _timeless(answer.out)))


def test_tokens_are_issued_and_revoked_through_it(both: Both) -> None:
    issued = both.there("tokens", "issue", "web", "--agent", "--service", "shop", "--json").json()
    assert TOKEN.fullmatch(issued["token"])
    assert (issued["created_by"], issued["scopes"], len(issued["policy_key"])) == ("token:me", ["ingest"], 44)
    rotated = both.there("tokens", "rotate", "web", "--overlap", "0s")
    assert TOKEN.search(rotated.out)
    assert both.there("tokens", "revoke", "web").out.count("revoked web (") == 2
    assert both.here("tokens", "list", "--all").out.count("revoked") == 2


def test_the_baseline_is_a_file_of_whoever_asks(both: Both) -> None:
    assert both.there("baseline", "record", "--file", "mine.yaml").code == 0
    assert both.there("baseline", "diff", "--file", "mine.yaml").out == "the baseline holds what is there\n"
    assert both.here("baseline", "diff").code == 1
    unnamed = both.there("baseline", "diff")
    assert (unnamed.code, "--file" in unnamed.complaint()) == (2, True)


def test_a_token_that_opens_nothing_is_wrong_input(both: Both) -> None:
    text = both.here("tokens", "issue", "late", "--scope", "admin", "--expires", "1s", "--json").json()["token"]
    narrow = both.here("tokens", "issue", "ingest", "--scope", "ingest", "--json").json()["token"]
    both.here("tokens", "issue", "gone", "--scope", "admin")
    gone = both.here("tokens", "rotate", "gone", "--json").json()["token"]
    both.here("tokens", "revoke", "gone")
    eventually("it has expired", lambda: both.ask(both.elsewhere, "--server", both.url, "--token", text, *GATE).code)
    assert "the token has expired" in _refused(both, text)
    assert "revoked" in _refused(both, gone)
    assert "this is no token" in _refused(both, gone[:-1])
    assert "this needs the scope" in _refused(both, narrow)
    assert "a token is needed; give one that is good now, by SETPOINT_TOKEN or --token-file" in _refused(both, "")


def _refused(both: Both, token: str) -> str:
    answers = [both.ask(both.elsewhere, "--server", both.url, "--token", token, *each) for each in (GATE, ("drift",))]
    for each in answers:
        assert (each.code, each.out) == (2, "")
        assert not token or token.rsplit("_", 1)[1] not in each.err
    return answers[0].complaint() + answers[1].complaint()


def test_a_gate_whose_server_does_not_answer_could_not_tell(
    beaten: Setpoint, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES", ())
    address = f"127.0.0.1:{free_port()}"
    elsewhere = beaten.folder / "elsewhere"
    elsewhere.mkdir()
    down = ask(elsewhere, "--server", f"http://{address}", "--token", "x", *GATE)
    assert (down.code, down.out) == (3, "")
    assert down.complaint().startswith(
        f"http://{address}: the server cannot be reached; check its address, and whether it runs; "
    )
    supposed = ask(elsewhere, "--server", f"http://{address}", "--token", "x", *GATE, "--on-unknown", "refuse")
    assert (supposed.code, supposed.out.splitlines()[-1]) == (1, "which counts as refuse, as --on-unknown says")
    monkeypatch.setenv("SETPOINT_SERVER", f"http://{address}")
    assert ask(elsewhere, *GATE).code == 3
    assert "the control plane cannot be asked" in ask(beaten.folder, *GATE).out
    assert ask(beaten.folder, *GATE, "--config", "setpoint.yaml").code in {0, 1}, "the one on the command line counts"


def test_over_tls_with_an_authority_of_ones_own(lonely_setpoint: Setpoint) -> None:
    write_certificate(lonely_setpoint.folder)
    token = lonely_setpoint.run("tokens", "issue", "me", "--scope", "admin", "--json").json()["token"]
    server = Server(lonely_setpoint, "--tls-certificate", "server.pem", "--tls-key", "server.key", scheme="https")
    lonely_setpoint.environment |= {"SETPOINT_SERVER": server.url, "SETPOINT_TOKEN": token}
    trusted = lonely_setpoint.run("--ca-file", "server.pem", "tokens", "list", "--json")
    untrusted = lonely_setpoint.run("tokens", "list")
    plain = lonely_setpoint.run("--server", f"http://{server.address}", "tokens", "list")
    server.stop()
    assert (trusted.code, [each["name"] for each in trusted.json()]) == (0, ["me"])
    assert (untrusted.code, plain.code) == (3, 3)
    assert "its certificate is not trusted" in untrusted.complaint()
    assert untrusted.complaint().endswith("name who signed it: --ca-file")
    assert "did not answer" in plain.complaint()


def test_processes_and_signals_are_told_through_it(setpoint: Setpoint, shop: Aws) -> None:
    address = f"127.0.0.1:{free_port()}"
    setpoint.configure(server={"listen": address})
    token = setpoint.run("tokens", "issue", "me", "--scope", "read", "--json").json()["token"]
    running = Loop(setpoint, "up", alone=False)
    try:
        eventually("all are up", lambda: setpoint.run("status").code == 0, within=60)
        setpoint.environment |= {"SETPOINT_TOKEN": token}
        question = ("signals", "query", "SELECT count(*) AS n FROM signals", "--json")
        by_configuration = setpoint.run(*question)
        setpoint.environment |= {"SETPOINT_SERVER": f"http://{address}"}
        status, by_server = setpoint.run_each(("status",), question)
        here = setpoint.run("status", "--config", "setpoint.yaml")
    finally:
        running.stop()
    assert (
        by_configuration.json()
        == by_server.json()
        == {"columns": ["n"], "types": ["BIGINT"], "rows": [[0]], "cut": False}
    )
    assert (status.code, _lagless(status.out)) == (here.code, _lagless(here.out))


def _lagless(text: str) -> list[str]:
    """Which processes there are, and how they are."""
    return [line[:50] for line in text.splitlines()]
