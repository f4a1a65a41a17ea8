"""Advisories from feeds and files into findings, and statements of VEX that take them back: as the user does it."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.e2e.program import Loop, Setpoint, eventually

pytest.importorskip("httpx", reason="the extra sbom is not installed")
pytest.importorskip("cvss", reason="the extra sbom is not installed")

CVE = "CVE-2026-0001"
KEV = {"vulnerabilities": [{"cveID": CVE, "dateAdded": "2026-11-01", "knownRansomwareCampaignUse": "Known"}]}
EPSS = f"#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\n{CVE},0.9,0.99\n"


def advisory(identity: str, modified: str, *aliases: str, fixed: str = "2.0") -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": fixed}]
    package = {"ecosystem": "PyPI", "name": "demo"}
    affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    return {"id": identity, "modified": modified, "summary": "bad", "aliases": list(aliases), "affected": affected}


FIRST = advisory("GHSA-0001", "2026-11-01T00:00:00Z", CVE)


class Feeds:
    """An export of OSV, KEV and EPSS on loopback, by path; what has no body is answered with 500."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {
            "/kev.json": json.dumps(KEV).encode(),
            "/epss.csv.gz": gzip.compress(EPSS.encode()),
        }
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = files.get(self.path, b"")
                self.send_response(500 if body is None else 200 if self.path in files else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, *documents: dict[str, Any], ecosystem: str = "PyPI") -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for each in documents:
                archive.writestr(f"{each['id']}.json", json.dumps(each))
                self.files[f"/{ecosystem}/{each['id']}.json"] = json.dumps(each).encode()
        self.files[f"/{ecosystem}/all.zip"] = stream.getvalue()
        newest = sorted(documents, key=lambda each: str(each["modified"]), reverse=True)
        listed = "".join(f"{each['modified']},{each['id']}\n" for each in newest)
        self.files[f"/{ecosystem}/modified_id.csv"] = listed.encode()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    made = Feeds()
    made.publish(FIRST)
    yield made
    made.close()


def sync(setpoint: Setpoint, feeds: Feeds, *ecosystems: str) -> tuple[int, dict[str, Any]]:
    named = [word for each in ecosystems for word in ("--ecosystem", each)]
    kev, epss = f"{feeds.address}/kev.json", f"{feeds.address}/epss.csv.gz"
    answer = setpoint.run(
        "advisories", "sync", *named, "--address", feeds.address, "--kev", kev, "--epss", epss, "--json"
    )
    assert "Traceback" not in answer.err
    return answer.code, {each["source"]: each for each in answer.json()}


def test_feeds_are_taken_and_shown_and_then_only_what_changed(lonely_setpoint: Setpoint, feeds: Feeds) -> None:
    code, read = sync(lonely_setpoint, feeds, "pypi")
    assert code == 0
    assert {source: (each["taken"], each["refused"]) for source, each in read.items()} == {
        "OSV PyPI": (1, 0),
        "KEV": (1, 0),
        "EPSS": (1, 0),
    }

    shown = lonely_setpoint.run("advisories", "show", CVE, "--json").json()
    assert shown["flaws"] == [{"id": CVE, "names": [CVE, "GHSA-0001"], "severity": "medium", "summary": "bad"}]
    assert shown["known_exploited"] == [{"cve": CVE, "added": "2026-11-01", "due": None, "ransomware": True}]
    assert shown["epss"][0]["probability"] == 0.9
    assert shown["advisories"][0]["affected"][0]["package"] == "pypi/demo"
    text = lonely_setpoint.run("advisories", "show", CVE).out
    assert "introduced 0, fixed 2.0" in text
    assert "by ransomware too" in text

    feeds.publish(FIRST | {"summary": "worse", "modified": "2026-11-03T00:00:00Z"})
    feeds.files["/PyPI/all.zip"] = None
    code, read = sync(lonely_setpoint, feeds, "PyPI")
    assert (code, read["OSV PyPI"]["new"], read["OSV PyPI"]["changed"]) == (0, 0, 1)
    listed = lonely_setpoint.run("advisories", "list", "pkg:pypi/demo@1", "--json").json()
    assert [(each["id"], each["summary"]) for each in listed] == [(CVE, "worse")]
    sources = lonely_setpoint.run("advisories", "list", "--json").json()
    assert [(each["source"], each["advisories"]) for each in sources] == [("EPSS", 0), ("KEV", 0), ("OSV PyPI", 1)]
    assert all(each["read_at"] for each in sources)


def test_one_source_that_cannot_be_read_keeps_no_other_from_it(lonely_setpoint: Setpoint, feeds: Feeds) -> None:
    feeds.publish(advisory("GHSA-0002", "2026-11-02T00:00:00Z"), {"id": "no advisory", "modified": "x"}, ecosystem="Go")
    feeds.files["/kev.json"] = b"<html>not today</html>"
    code, read = sync(lonely_setpoint, feeds, "npm", "Go", "PyPI")
    assert code == 3
    assert "there is nothing at this address" in read["OSV npm"]["could_not_read"]
    assert "this is not JSON" in read["KEV"]["could_not_read"]
    assert (read["OSV Go"]["taken"], read["OSV Go"]["refused"]) == (1, 1)
    assert "modified" in read["OSV Go"]["first_refused"][0]
    assert (read["OSV PyPI"]["taken"], read["EPSS"]["taken"]) == (1, 1)


def test_files_do_without_a_network(lonely_setpoint: Setpoint) -> None:
    lonely_setpoint.write("one.json", json.dumps(FIRST))
    lonely_setpoint.write("kev.json", json.dumps(KEV))
    lonely_setpoint.write("epss.csv", EPSS)
    lonely_setpoint.write("more/two.json", json.dumps(advisory("GHSA-0002", "2026-11-02T00:00:00Z")))
    files = ("--from", "one.json", "--from", "more", "--kev", "kev.json", "--epss", "epss.csv")
    answer = lonely_setpoint.run("advisories", "sync", *files)
    assert (answer.code, answer.err) == (0, "")
    assert [line.split()[0] for line in answer.out.splitlines()] == ["source", "one.json", "more", "KEV", "EPSS"]


def test_what_is_not_known_could_not_be_told(lonely_setpoint: Setpoint) -> None:
    lonely_setpoint.write("one.json", json.dumps(FIRST))
    lonely_setpoint.run("advisories", "sync", "--from", "one.json")
    answer = lonely_setpoint.run("advisories", "show", "CVE-1999-0001")
    assert "no advisory 'CVE-1999-0001' is known here" in answer.complaint()
    assert answer.code == 3


def test_the_loop_keeps_them_up_to_date_and_vex_takes_a_finding_back(
    setpoint: Setpoint, feeds: Feeds, start_loop: Callable[[], Loop]
) -> None:
    setpoint.configure(advisories={"ecosystems": ["PyPI"], "address": feeds.address, "kev": False, "epss": False})
    component = {"type": "library", "name": "demo", "version": "1.0", "purl": "pkg:pypi/demo@1.0"}
    setpoint.write("app.json", json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}))
    assert setpoint.run("sbom", "add", "app.json", "--release", "payments@1.0").code == 0
    setpoint.write("instances.jsonl", json.dumps({"service": "payments", "id": "i-1", "release": "1.0"}))
    assert setpoint.run("instances", "report", "instances.jsonl").code == 0

    def findings() -> list[str]:
        return [each["rule"] for each in setpoint.run("findings", "--service", "payments", "--json").json()]

    loop = start_loop()
    loop.await_beats(1)
    eventually("the advisory is a finding", lambda: findings() == [f"component/{CVE}"])

    stated = setpoint.run("affected", CVE, "--format", "openvex").json()
    (statement,) = stated["statements"]
    assert statement["products"] == [{"@id": "service:payments", "subcomponents": [{"@id": "pkg:pypi/demo@1.0"}]}]
    assert statement["status"] == "under_investigation"

    setpoint.write("vex.json", json.dumps(stated))
    untaken = setpoint.run("vex", "add", "vex.json", "--owner", "security", "--days", "30", "--json")
    assert (untaken.code, untaken.json()["entered"]) == (0, [])
    statement |= {"status": "not_affected", "justification": "vulnerable_code_not_present"}
    setpoint.write("vex.json", json.dumps(stated))
    entered = setpoint.run("vex", "add", "vex.json", "--owner", "security", "--days", "30", "--json")
    assert entered.code == 0
    (waiver,) = entered.json()["entered"]
    assert (waiver["urn"], waiver["policy"]) == ("service:payments", f"component/{CVE}")
    assert (waiver["path"], waiver["owner"]) == ("pkg:pypi/demo@1.0", "security")
    eventually("the waiver counts", lambda: not findings())
    (hit,) = setpoint.run("affected", CVE, "--json").json()["services"][0]["hits"]
    assert hit["waived_by"] == waiver["id"]
    assert loop.stop() == 0


def test_vex_tells_what_it_does_not_take(lonely_setpoint: Setpoint) -> None:
    lonely_setpoint.write("one.json", json.dumps(FIRST))
    lonely_setpoint.run("advisories", "sync", "--from", "one.json")
    statement = {"vulnerability": {"name": CVE}, "products": ["pkg:pypi/other"], "status": "fixed"}
    lonely_setpoint.write("v.json", json.dumps({"@context": "https://openvex.dev/ns", "statements": [statement]}))
    answer = lonely_setpoint.run("vex", "add", "v.json", "--owner", "security", "--days", "30")
    assert answer.code == 3
    assert "no bill of materials here lists it" in answer.out
    assert "v.json: statements[0]" in answer.out
    assert lonely_setpoint.run("waivers", "--json").json() == []
    too_long = lonely_setpoint.run("vex", "add", "v.json", "--owner", "security", "--days", "400")
    assert too_long.code == 2
    lonely_setpoint.write("v.json", '{"@context": "https://openvex.dev')
    cut_short = lonely_setpoint.run("vex", "add", "v.json", "--owner", "security", "--days", "30")
    assert cut_short.complaint().startswith("v.json")
    assert cut_short.code == 2
