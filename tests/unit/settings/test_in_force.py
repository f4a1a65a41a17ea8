from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.settings.in_force import LOOK_EVERY, FilesInForce


class Watched:
    """A configuration on the disk, and a clock that is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.settings, self.policies = folder / "setpoint.yaml", folder / "policies"
        self.policy = self.policies / "exposure" / "bucket.yaml"
        self.policy.parent.mkdir(parents=True)
        self.settings.write_text("ledger: a\n", encoding="utf-8")
        self.policy.write_text("title: a\n", encoding="utf-8")
        self.seconds = 0.0
        self.in_force = self.load()

    def load(self) -> FilesInForce:
        return FilesInForce(self.settings, [self.policies], tick=lambda: self.seconds)

    def has_changed(self) -> bool:
        self.seconds += LOOK_EVERY
        return self.in_force.now().has_changed


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_the_same_files_have_the_same_digest_wherever_they_are(watched: Watched, tmp_path: Path) -> None:
    other = Watched(tmp_path / "other")
    assert other.in_force.now() == watched.in_force.now()
    assert len(watched.in_force.now().digest) == 12
    assert not watched.has_changed()


def test_every_edit_is_seen_and_nothing_else_comes_into_force(watched: Watched) -> None:
    before = watched.in_force.now().digest
    watched.policy.write_text("title: b\n", encoding="utf-8")
    assert watched.has_changed()
    watched.policy.write_text("title: a\n", encoding="utf-8")
    assert not watched.has_changed()
    watched.policy.rename(watched.policy.with_name("other.yaml"))
    assert watched.has_changed()
    watched.settings.unlink()
    assert watched.has_changed()
    assert watched.in_force.now().digest == before
    watched.settings.write_text("ledger: b\n", encoding="utf-8")
    assert watched.load().now().digest != before


def test_who_asks_often_is_answered_from_memory(watched: Watched) -> None:
    watched.settings.write_text("ledger: b\n", encoding="utf-8")
    assert not watched.in_force.now().has_changed
    assert watched.has_changed()
