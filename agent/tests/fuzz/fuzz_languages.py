"""A tokenizer under atheris: `python tests/fuzz/fuzz_languages.py sql -max_total_time=60`; none may raise on anything.

`test_fuzz_languages.py` runs each for some seconds; a longer run is for whoever changes a tokenizer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

with atheris.instrument_imports(include=["setpoint_agent.languages"]):
    from setpoint_agent.languages.registry import BY_NAME

    for place in BY_NAME.values():  # each is imported with its first call, and is to be instrumented then
        place("", 0, 0)


def placing(language: str) -> Callable[[bytes], None]:
    """Any stretch of any text in one language."""
    place = BY_NAME[language]

    def place_any(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        start, length = provider.ConsumeIntInRange(0, 256), provider.ConsumeIntInRange(0, 256)
        text = provider.ConsumeUnicodeNoSurrogates(4_096)
        start = min(start, len(text))
        placement = place(text, start, min(start + length, len(text)))
        if placement.crosses and placement.inert:
            raise AssertionError(placement)

    return place_any


if __name__ == "__main__":
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], placing(name))
    atheris.Fuzz()
