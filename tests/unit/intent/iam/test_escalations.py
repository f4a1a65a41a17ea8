"""The shipped paths are all there and speak known words; a team's own are read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.model.escalation_words import PREREQUISITES, RESOURCES, is_known

OWN = """
paths:
  - id: ours-001
    required:
      - {action: "iam:PassRole", resource: "role:passed"}
      - {action: "states:CreateStateMachine", resource: new}
    prerequisites: ["role-trusts:states.amazonaws.com", "admin-if:target-is-admin"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "paths.yaml"
    path.write_text(text)
    return path


def test_shipped_paths_speak_known_words() -> None:
    paths = load_paths([])
    assert len({each.id for each in paths}) == len(paths) == 74
    for path in paths:
        assert all(is_known(each.resource, RESOURCES) for each in path.required), path.id
        assert all(is_known(each, PREREQUISITES) for each in path.prerequisites), path.id


def test_shipped_paths_name_actions_that_there_are() -> None:
    catalogue = IamDataCatalogue()
    for path in load_paths([]):
        for each in path.required:
            catalogue.resources(each.action)


def test_a_team_s_own_come_on_top(tmp_path: Path) -> None:
    added = load_paths([write(tmp_path, OWN)])[-1]
    assert (added.id, added.name) == ("ours-001", "iam:PassRole+states:CreateStateMachine")


def test_one_s_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    paths = load_paths([write(tmp_path, OWN.replace("ours-001", "iam-001"))])
    assert len(paths) == 74
    assert next(each for each in paths if each.id == "iam-001").required[0].action == "iam:PassRole"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("role:passed", "role:past", r"paths.yaml:5: unknown resource 'role:past'; did you mean 'role:passed'\?"),
        ("admin-if", "admin-when", r"paths.yaml:7: unknown prerequisite 'admin-when:target-is-admin'"),
        ("iam:PassRole", "PassRole", r"paths.yaml:5: .*action is 'PassRole'; one action, such as iam:PassRole,"),
        ("ours-001", "", r"paths.yaml:3: paths\[0\].id is missing"),
        ("prerequisites", "needs", r"unknown key 'needs'"),
    ],
)
def test_mistakes_are_told_by_their_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_paths([write(tmp_path, OWN.replace(old, new))])


def test_one_id_is_used_once(tmp_path: Path) -> None:
    twice = OWN + OWN.replace("paths:", "").lstrip("\n")
    with pytest.raises(InputError, match="there are two paths ours-001"):
        load_paths([write(tmp_path, twice)])


def test_every_word_is_documented() -> None:
    page = Path(__file__).parents[4].joinpath("docs", "reference", "escalation-paths.md").read_text()
    for word in (*RESOURCES, *PREREQUISITES):
        assert f"`{word}" in page, word
