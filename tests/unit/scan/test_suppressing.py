from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanResult
from setpoint.scan.suppressing import mark_suppressed

RESULTS = st.builds(
    lambda rule, line: ScanResult("x", rule, Severity.LOW, CodePlace("a.py", line), "m"),
    st.sampled_from(["A", "B"]),
    st.integers(1, 3),
)


@given(st.lists(RESULTS), st.lists(st.booleans()))
def test_what_only_the_heedless_run_tells_is_suppressed_and_nothing_is_lost(
    heedless: list[ScanResult], heeded: list[bool]
) -> None:
    heeding = [each for each, is_told in zip(heedless, heeded, strict=False) if is_told]
    marked = list(mark_suppressed(heedless, heeding))
    assert [replace(each, is_suppressed=False) for each in marked] == heedless
    told = [replace(each, is_suppressed=False) for each in marked if not each.is_suppressed]
    assert sorted(told, key=repr) == sorted(heeding, key=repr)
