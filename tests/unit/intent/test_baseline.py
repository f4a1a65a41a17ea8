"""The baseline file: what is written is read again, and bad input is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.baseline import read_baseline, write_baseline
from setpoint.model.exceptions import Baseline

URN = "aws:123456789012:eu-west-1:AWS::S3::Bucket:one"
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
scalars = st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


@given(st.dictionaries(st.from_regex(r"[A-Z][a-z]{0,5}(\.[A-Z][a-z]{0,5})?", fullmatch=True), values, min_size=1))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, accepted: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "baseline.yaml"
    write_baseline(path, Baseline({URN: accepted}))
    assert read_baseline(path).accepted == {URN: accepted}


def test_no_file_and_an_empty_one_accept_nothing(tmp_path: Path) -> None:
    assert read_baseline(None) == read_baseline(tmp_path / "none.yaml") == Baseline()
    (tmp_path / "empty.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert read_baseline(tmp_path / "empty.yaml") == Baseline()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"accepted:\n- {{urn: '{URN}', path: A, value: 1, vlaue: 2}}", ":2: unknown key 'vlaue'"),
        ("accepted:\n- {urn: nonsense, path: A, value: 1}", "'nonsense' is not a URN"),
        (f"accepted:\n- {{urn: '{URN}', value: 1}}", ".path is missing"),
        (f"accepted:\n- {{urn: '{URN}', path: A, value: 1}}\n- {{urn: '{URN}', path: A, value: 2}}", ":3: A of"),
        ("accepted: x", "a list was expected"),
        ("acepted: []", "unknown key 'acepted'; did you mean 'accepted'?"),
    ],
)
def test_bad_input_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_baseline(path)
    assert told in caught.value.diagnostics()


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_baseline(tmp_path / "none" / "baseline.yaml", Baseline())
