"""Bills of folders and environments: what is found is listed, what could not be read is named."""

import os
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.sbom import folder
from setpoint.intent.sbom.making import make_sbom
from setpoint.model.purl import package_name

METADATA = """Metadata-Version: 2.4
Name: {name}
Version: 1.0
License-Expression: MIT
Requires-Dist: zope.interface>=5; python_version > "3"
Requires-Dist: not there
"""


def install(root: Path, name: str) -> None:
    place = root / "lib" / f"{name}-1.0.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(METADATA.format(name=name))


def test_an_environment_lists_its_distributions_and_what_they_need(tmp_path: Path) -> None:
    install(tmp_path, "Zope_Interface")
    install(tmp_path, "app")
    sbom = make_sbom(tmp_path).sbom
    assert [(each.purl, each.licences) for each in sbom.components] == [
        ("pkg:pypi/app@1.0", ("MIT",)),
        ("pkg:pypi/zope-interface@1.0", ("MIT",)),
    ]
    assert sbom.dependencies == (("pkg:pypi/app@1.0", ("pkg:pypi/zope-interface@1.0",)),)
    assert (sbom.subject, sbom.format) == (tmp_path.name, "made of a folder")


@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="the tests do not run in a virtual environment")
def test_this_very_environment_is_what_python_says_of_it() -> None:
    root = Path(sys.prefix)
    made = make_sbom(root)
    there = {
        (package_name("pypi", each.metadata["Name"]), each.version)
        for each in distributions(path=[str(each) for each in root.glob("lib/*/site-packages")])
    }
    assert there <= {(each.package, each.version) for each in made.sbom.components}
    assert made.unread == ()


def test_what_several_files_tell_of_is_one_component(tmp_path: Path) -> None:
    install(tmp_path, "app")
    (tmp_path / "requirements.txt").write_text("App==1.0 --hash=sha256:" + "0" * 64)
    assert [(each.purl, each.licences, each.hashes) for each in make_sbom(tmp_path).sbom.components] == [
        ("pkg:pypi/app@1.0", ("MIT",), (("sha-256", "0" * 64),))
    ]


def test_history_and_what_lockfiles_list_are_left_out(tmp_path: Path) -> None:
    for left_out in folder.LEFT_OUT:
        install(tmp_path / left_out, "hidden")
    install(tmp_path / "kept", "app")
    assert [each.purl for each in make_sbom(tmp_path).sbom.components] == ["pkg:pypi/app@1.0"]


def test_a_shrinkwrap_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text('{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}')
    (tmp_path / "npm-shrinkwrap.json").write_text('{"lockfileVersion": 1, "dependencies": {"b": {"version": "2.0.0"}}}')
    assert [each.purl for each in make_sbom(tmp_path).sbom.components] == ["pkg:npm/b@2.0.0"]


def test_the_distribution_comes_from_os_release(tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/os-release").write_text("ID=debian\nVERSION_ID=\"12\"\nID_LIKE='x'\n")
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text("Package: a\nStatus: install ok installed\nVersion: 1\n")
    assert make_sbom(tmp_path).sbom.components[0].purl == "pkg:deb/debian/a@1?distro=debian-12"


def test_links_are_not_followed_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    install(outside, "hidden")
    (outside / "requirements.txt").write_text("hidden==1.0")
    root = tmp_path / "root"
    install(root, "app")
    (root / "link").symlink_to(outside)
    (root / "requirements.txt").symlink_to(outside / "requirements.txt")
    (root / "round").symlink_to(root)
    (root / "requirements-again.txt").symlink_to(root / "requirements-none.txt")
    (root / "poetry.lock").symlink_to(root / "poetry.lock")
    made = make_sbom(root)
    assert [each.purl for each in made.sbom.components] == ["pkg:pypi/app@1.0"]
    assert [each.where for each in made.unread] == ["requirements.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    install(tmp_path, "app")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert [each.where for each in make_sbom(tmp_path).unread] == ["closed"]


def test_depth_and_number_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_DEPTH", 3)
    install(tmp_path / "a" / "b" / "c", "deep")
    install(tmp_path, "app")
    made = make_sbom(tmp_path)
    assert [each.where for each in made.unread] == ["a/b/c/lib"]
    monkeypatch.undo()
    monkeypatch.setattr(folder, "MAX_ENTRIES", 4)
    assert [each.where for each in make_sbom(tmp_path).unread] == ["."]


def test_a_large_file_is_named(tmp_path: Path) -> None:
    with (tmp_path / "poetry.lock").open("wb") as stream:
        stream.truncate(200_000_000)
    assert [str(each) for each in make_sbom(tmp_path).unread] == [
        "poetry.lock: the file has 200,000,000 bytes; at most 67,108,864 are read"
    ]


def test_nothing_found_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    with pytest.raises(CouldNotTellError, match="nothing here says"):
        make_sbom(tmp_path)


def test_an_empty_lockfile_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    assert make_sbom(tmp_path).sbom.components == ()


@pytest.mark.parametrize("name", ["nothing", "main.py"])
def test_what_is_not_there_or_not_known_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.py").write_text("print()")
    with pytest.raises(InputError):
        make_sbom(tmp_path / name)
