"""What tells one journal from another lasts as long as its folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from setpoint.store.journal.journal import open_journal
from setpoint.store.journal.limits import JournalLimits


def identity(folder: Path) -> str:
    with closing(open_journal(folder, JournalLimits())) as journal:
        return journal.identity()


def test_it_is_the_same_in_every_life_and_another_in_another_folder(tmp_path: Path) -> None:
    first = identity(tmp_path / "one")
    assert identity(tmp_path / "one") == first
    assert identity(tmp_path / "two") != first
    assert len(first) == 32


def test_what_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    identity(tmp_path / "one")
    (tmp_path / "one" / "lock").write_text("abc")
    again = identity(tmp_path / "one")
    assert (len(again), identity(tmp_path / "one")) == (32, again)
