from __future__ import annotations

import os
import stat
from pathlib import Path

import orjson
import pytest
from tests.unit.reports.telling import of_everything

from setpoint.cli.report_files import OpenReport, ReportKind, WantedReport, opened, parse, within
from setpoint.errors import InputError


def put(kind: ReportKind, file: Path) -> bytes:
    with opened([WantedReport(kind, file)]) as (report,):
        report.put(of_everything(), {"verdict": "refuse"})
    return file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (ReportKind.JSON, b'{"verdict":"refuse"}'),
        (ReportKind.SARIF, b'{"$schema"'),
        (ReportKind.JUNIT, b"<?xml"),
        (ReportKind.GITLAB, b'[{"description"'),
        (ReportKind.MARKDOWN, b"<h2>"),
    ],
)
def test_every_kind_is_written(tmp_path: Path, kind: ReportKind, begins: bytes) -> None:
    assert put(kind, tmp_path / "report").startswith(begins)
    assert [each.name for each in tmp_path.iterdir()] == ["report"]


def test_others_may_read_it(tmp_path: Path) -> None:
    put(ReportKind.JSON, tmp_path / "report")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o666 & ~mask


def test_what_is_not_put_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("before")
    with opened([WantedReport(ReportKind.JSON, tmp_path / "old"), WantedReport(ReportKind.JUNIT, tmp_path / "new")]):
        pass
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"old": "before"}


def test_a_link_goes_on_leading_to_it(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    assert put(ReportKind.JSON, tmp_path / "link") == (tmp_path / "real").read_bytes() == b'{"verdict":"refuse"}'
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("file", "words"),
    [("gone/report", "No such file or directory"), ("folder", "this is no plain file"), ("pipe", "no plain file")],
)
def test_a_report_that_cannot_be_written_is_told_before_anything_else(tmp_path: Path, file: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=words), opened([WantedReport(ReportKind.JSON, tmp_path / file)]):
        pytest.fail("nothing is asked")
    assert {each.name for each in tmp_path.iterdir()} == {"folder", "pipe"}


@pytest.mark.parametrize("file", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null"])
def test_what_is_open_already_is_not_replaced(file: str) -> None:
    with pytest.raises(InputError, match="no plain file"), opened([WantedReport(ReportKind.JSON, Path(file))]):
        pytest.fail("nothing is asked")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as stream:
        report = OpenReport(WantedReport(ReportKind.JSON, tmp_path / "report"), stream, tmp_path / "temporary")
        with pytest.raises(InputError, match="No space left on device"):
            report.put(of_everything(), {})


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["junt=x"], "there is no report of kind 'junt'.*did you mean 'junit'"),
        (["junit"], "a report goes to a file; write junit=FILE"),
        (["junit="], "a report goes to a file"),
        (["junit=-"], "a report goes to a file"),
        (["junit=a", "sarif=./a"], "two reports would go to this file"),
    ],
)
def test_a_wish_that_means_nothing(texts: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse(texts)


def test_a_file_may_hold_the_sign(tmp_path: Path) -> None:
    assert parse([f"json={tmp_path}/a=b"]) == (WantedReport(ReportKind.JSON, tmp_path / "a=b"),)


def test_reports_in_the_folder_are_none_of_its_source(tmp_path: Path) -> None:
    wanted = parse([f"json={tmp_path}/src/out/d.json", "sarif=/elsewhere/x.sarif"])
    assert within(wanted, tmp_path / "src") == ("out/d.json", "out/.d.json-*")


def test_json_is_the_same_that_the_command_prints(tmp_path: Path) -> None:
    assert orjson.loads(put(ReportKind.JSON, tmp_path / "report")) == {"verdict": "refuse"}
