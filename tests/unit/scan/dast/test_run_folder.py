from __future__ import annotations

import stat
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.run_folder import EXCHANGES, FAULTS, RunFolder
from setpoint.scan.dast.sending.redaction import Redactor

SCAN = {"url": "http://a.example"}
ASKED = Sent("GET", "http://a.example/o", (("authorization", "Bearer one-of-this-run"),), caller="alice")
ANSWERED = Exchange(ASKED, Answer(200, (("content-type", "text/plain"),), b"\xff\x00 hello"))
FAULT = Fault("k", 200, "A05:2021", Severity.LOW, Certainty.OBSERVED, "GET", "/o", "header:x", proof=(ANSWERED,))


def opened(folder: Path, *, resumes: bool = False, of: dict[str, str] = SCAN) -> RunFolder:
    return RunFolder(folder, of, Redactor(), resumes=resumes)


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    first = opened(tmp_path / "run")
    first.note_exchange(ANSWERED)
    first.note_finished("cookies")
    first.note_fault(FAULT)
    assert first.answered(ASKED) is None
    first.close()

    again = opened(tmp_path / "run", resumes=True)
    renewed = Sent("GET", ASKED.url, (("authorization", "Bearer another"),), caller="alice")
    known = again.answered(renewed)
    assert known is not None
    assert known.answer == ANSWERED.answer
    assert again.answered(renewed) is None, "once for each time that it was asked"
    assert again.answered(Sent("GET", ASKED.url)) is None, "of another caller"
    assert again.finished() == {"cookies"}
    assert [each.key for each in again.faults()] == [FAULT.key]
    again.close()


def test_an_answer_that_held_a_secret_is_asked_for_again(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.note_exchange(Exchange(ASKED, Answer(200, (), b'{"token": "abcdefgh"}')))
    first.close()
    assert "abcdefgh" not in (tmp_path / EXCHANGES).read_text()
    again = opened(tmp_path, resumes=True)
    assert again.answered(ASKED) is None
    again.close()


def test_nothing_of_it_is_for_others_eyes(tmp_path: Path) -> None:
    folder = opened(tmp_path / "run")
    folder.note_exchange(ANSWERED)
    folder.close()
    assert "one-of-this-run" not in (tmp_path / "run" / EXCHANGES).read_text()
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "run").iterdir()} == {0o600}


def test_a_line_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.note_fault(FAULT)
    first.close()
    with (tmp_path / FAULTS).open("ab") as stream:
        stream.write(b'{"kind": "cut sh')
    again = opened(tmp_path, resumes=True)
    assert len(again.faults()) == 1
    again.note_fault(FAULT)
    again.close()
    third = opened(tmp_path, resumes=True)
    assert len(third.faults()) == 2
    third.close()


def test_a_folder_holds_one_scan(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(InputError, match="holds a scan already"):
        opened(tmp_path)
    with pytest.raises(InputError, match="holds another scan"):
        opened(tmp_path, resumes=True, of={"url": "http://b.example"})


def test_there_must_be_something_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        opened(tmp_path, resumes=True)


@pytest.mark.parametrize("resumes", [True, False])
def test_a_folder_is_of_one_scan_at_a_time(tmp_path: Path, *, resumes: bool) -> None:
    first = opened(tmp_path / "run")
    with pytest.raises(InputError, match="another scan is using the folder" if resumes else "holds a scan already"):
        opened(tmp_path / "run", resumes=resumes)
    first.close()
    opened(tmp_path / "run", resumes=True).close()
