from __future__ import annotations

import os
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.scan.files import LARGEST_FILE, check_folder, find_files, is_excluded


def _write(root: Path, *names: str) -> None:
    for each in names:
        path = root / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n", encoding="utf-8")


def test_packages_and_what_tools_left_are_no_source(root: Path) -> None:
    _write(root, "a.py", "pkg/b.py", "node_modules/c.js", "pkg/__pycache__/d.pyc", "env/lib/e.py", "env/pyvenv.cfg")
    found = find_files(root)
    assert found.files == ("a.py", "env/pyvenv.cfg", "pkg/b.py")
    assert found.left_out == ("env/lib/", "node_modules/", "pkg/__pycache__/")


def test_what_a_project_would_like_to_hide_is_found(root: Path) -> None:
    _write(root, "a.py", ".github/workflows/ci.yml")
    (root / ".gitignore").write_text("*\n", encoding="utf-8")
    (root / ".semgrepignore").write_text("*\n", encoding="utf-8")
    assert find_files(root).files == (".github/workflows/ci.yml", ".gitignore", ".semgrepignore", "a.py")


def test_the_mark_of_an_environment_hides_no_source(root: Path) -> None:
    _write(root, "src/pyvenv.cfg", "src/shop/orders.py", "src/views.py", "lib/a.py")
    assert find_files(root).files == ("lib/a.py", "src/pyvenv.cfg", "src/shop/orders.py", "src/views.py")


def test_a_file_that_is_named_is_meant_wherever_it_is(root: Path) -> None:
    _write(root, "node_modules/pkg/c.js", "node_modules/pkg/d.js", "a.py", "b.py", os.fsdecode(b"bad\xff.py"))
    found = find_files(root, (), ("node_modules/pkg/c.js", "a.py", os.fsdecode(b"bad\xff.py")))
    assert (found.files, found.unread) == (("a.py", "node_modules/pkg/c.js"), ("bad\ufffd.py",))
    assert find_files(root, ("node_modules/",), ("node_modules/pkg/c.js",)).files == ()


def test_links_lead_nowhere(root: Path, tmp_path: Path) -> None:
    _write(tmp_path, "outside/secret.py")
    _write(root, "a.py")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file.py").symlink_to(tmp_path / "outside" / "secret.py")
    (root / "loop").symlink_to(root)
    assert find_files(root).files == ("a.py",)


def test_what_cannot_be_handed_on_is_told(root: Path) -> None:
    (root / "large.py").write_bytes(b"#" * (LARGEST_FILE + 1))
    (root / "two\nlines.py").touch()
    (root / "film.mp4").write_bytes(b"\0" * (LARGEST_FILE + 1))
    Path(os.fsdecode(bytes(root) + b"/odd\xff.py")).touch()
    found = find_files(root)
    assert (found.files, found.unread) == ((), ("large.py", "odd\ufffd.py", "two\nlines.py"))
    assert found.left_out == ("film.mp4",)


@pytest.mark.parametrize(
    ("glob", "path", "is_so"),
    [
        ("tests", "tests", True),
        ("tests/", "tests", True),
        ("tests/*", "tests/unit/a.py", True),
        ("**/tests", "a/tests", True),
        ("**/tests", "tests", True),
        ("*.min.js", "web/a.min.js", True),
        ("tests", "contests", False),
        ("tests", "a/tests", False),
        ("[", "x", False),
    ],
)
def test_globs(glob: str, path: str, is_so: bool) -> None:
    assert is_excluded(path, (glob,)) is is_so


def test_an_excluded_folder_is_not_entered(root: Path) -> None:
    _write(root, "a.py", "tests/b.py", "tests/more/c.py")
    assert find_files(root, ("tests/",)).files == ("a.py",)


def test_a_folder_it_has_to_be(root: Path) -> None:
    _write(root, "a.py")
    with pytest.raises(InputError, match="no such folder"):
        check_folder(root / "gone")
    with pytest.raises(InputError, match="this is a file"):
        check_folder(root / "a.py")
    assert check_folder(root) == root
