"""Where lockfiles list which package."""

from __future__ import annotations

from pathlib import Path

from setpoint.intent.sbom.locating import list_components


def test_each_package_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "requirements.txt").write_text("# pinned\nrequests==2.19.0\nFlask\n", encoding="utf-8")
    (tmp_path / "package-lock.json").write_text(
        '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/lodash": {"version": "4.17.20"}}}', encoding="utf-8"
    )
    listed = list_components(tmp_path, ["shop/requirements.txt", "package-lock.json", "a.py"])
    assert [(each.component.purl, each.file, each.line) for each in listed.components] == [
        ("pkg:pypi/requests@2.19.0", "shop/requirements.txt", 2),
        ("pkg:pypi/flask", "shop/requirements.txt", 3),
        ("pkg:npm/lodash@4.17.20", "package-lock.json", 0),
    ]
    assert (listed.problems, listed.unread) == ([], [])


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_text("[[package", encoding="utf-8")
    listed = list_components(tmp_path, ["poetry.lock"])
    assert [each.where for each in listed.unread] == ["poetry.lock"]
    assert listed.unread[0].why.startswith("this is not TOML")


def test_of_two_that_list_the_same_one_counts(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module a\n\nrequire example.org/b v1.0.0\n", encoding="utf-8")
    (tmp_path / "go.sum").write_text("example.org/c v1.0.0 h1:x=\n", encoding="utf-8")
    listed = list_components(tmp_path, ["go.mod", "go.sum"])
    assert [(each.file, each.line) for each in listed.components] == [("go.mod", 3)]
