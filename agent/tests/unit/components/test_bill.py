from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from setpoint_agent.components import telling
from setpoint_agent.components.bill import Bill
from setpoint_agent.components.os_packages import System
from setpoint_agent.components.printing import print_bill
from setpoint_agent.components.telling import Components
from setpoint_agent.settings import Settings


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two distributions that share the package `common_space`, on the path of imports."""
    folder = tmp_path / "site-packages"
    for name in ("one", "two"):
        module = folder / "common_space" / name / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text(f"NAME = {name!r}\n")
        information = folder / f"common_{name}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Name: common-{name}\nVersion: 1.0\n")
        digest = base64.urlsafe_b64encode(hashlib.sha256(module.read_bytes()).digest()).rstrip(b"=").decode()
        (information / "RECORD").write_text(
            f"common_space/{name}/__init__.py,sha256={digest},{module.stat().st_size}\n"
            f"common_{name}-1.0.dist-info/METADATA,,\ncommon_{name}-1.0.dist-info/RECORD,,\n"
        )
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [each for each in sys.modules if each.startswith("common_space")]:
        del sys.modules[name]


def facts(bill: Bill, ending: str) -> dict[str, str]:
    (found,) = [each for each in bill.components() if each.reference.endswith(ending)]
    return found.facts


def imported(name: str) -> None:
    __import__(name)


def test_what_is_imported_is_loaded(site: Path, tmp_path: Path) -> None:
    bill = Bill([str(site)], System(tmp_path))
    imported("common_space.one")
    bill.look_again()
    assert "loaded" in facts(bill, "common-one@1.0")
    assert facts(bill, "common-two@1.0") == {}
    imported("common_space.two")
    bill.look_again()
    assert "loaded" in facts(bill, "common-two@1.0")
    assert facts(bill, "common-two@1.0")["modules"] == "common_space.two"


def test_a_file_that_was_changed_after_it_was_installed(site: Path, tmp_path: Path) -> None:
    (site / "common_space" / "one" / "__init__.py").write_text("NAME = 'another'\n")
    bill = Bill([str(site)], System(tmp_path))
    imported("common_space.one")
    imported("common_space.two")
    bill.look_again()
    assert facts(bill, "common-one@1.0")["modified"] == "common_space/one/__init__.py"
    assert "modified" not in facts(bill, "common-two@1.0")


def test_files_that_nobody_owns(site: Path, tmp_path: Path) -> None:
    inside, beside = site / "common_space" / "one" / "planted.py", site / "common_space_planted.py"
    for each in (inside, beside):
        each.write_text("")
    bill = Bill([str(site)], System(tmp_path))
    imported("common_space.one.planted")
    imported("common_space_planted")
    bill.look_again()
    assert facts(bill, str(inside))["unowned"] == "pkg:pypi/common-one@1.0"
    assert facts(bill, str(beside))["unowned"] == "true"


def test_verifying_looks_at_all_files(site: Path, tmp_path: Path) -> None:
    bill = Bill([str(site)], System(tmp_path))
    assert bill.verify_all() == 0
    (site / "common_space" / "one" / "__init__.py").write_text("changed")
    (site / "common_space" / "two" / "__init__.py").unlink()
    (site / "evil.pth").write_text("import os\n")
    bill = Bill([str(site)], System(tmp_path))
    assert bill.verify_all() == 3
    assert facts(bill, "common-two@1.0")["missing"] == "common_space/two/__init__.py"
    assert facts(bill, "evil.pth")["unowned"] == "true"


def test_all_is_told_once_then_changes_then_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "OCTETS", 20_000)
    components = Components(Settings(service="shop", release="1.4.2"))
    told = [components.take_changed()]
    while not told[-1]["whole"]:
        told.append(components.take_changed())
    first, *rest = told
    assert rest
    assert first["document"]["metadata"]["component"] == {
        "type": "application", "bom-ref": "service", "name": "shop", "version": "1.4.2",
    }  # fmt: skip
    assert first["base"] == ""
    for before, after in zip(told, rest, strict=False):
        assert after["base"] == before["digest"]
        assert "document" not in after
    references = [row["bom-ref"] for each in told for row in each["components"]]
    assert len(references) == len(set(references))
    assert {"pkg:pypi/common-one@1.0", "pkg:pypi/pytest@" + pytest.__version__} <= set(references)

    quiet = components.take_changed()
    assert quiet == {"digest": told[-1]["digest"], "base": told[-1]["digest"], "whole": True}
    imported("common_space.two")
    (row,) = components.take_changed()["components"]
    assert row["bom-ref"] == "pkg:pypi/common-two@1.0"
    assert [each["name"] for each in row["properties"]] == ["setpoint:loaded", "setpoint:modules"]

    components.begin_anew()
    assert components.take_changed()["base"] == ""


def test_the_command_prints_a_bill() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "setpoint_agent", "sbom"],
        env={"PYTHONPATH": str(Path(telling.__file__).parents[2])},
        capture_output=True,
        check=True,
        timeout=60,
    )
    made = json.loads(ended.stdout)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    names = {each["name"].lower() for each in made["components"]}
    assert {"pytest", "cpython"} <= names


def test_the_command_says_what_is_wrong() -> None:
    output, errors = io.StringIO(), io.StringIO()
    assert print_bill(["--all"], output, errors) == 2
    assert errors.getvalue() == "setpoint-run sbom: --all is no option; --help lists what there is\n"
    assert output.getvalue() == ""
