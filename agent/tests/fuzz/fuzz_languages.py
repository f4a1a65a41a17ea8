"""All tokenizers under atheris: `python tests/fuzz/fuzz_languages.py -max_total_time=60`; none may raise on anything.

`test_fuzz_languages.py` runs it for a moment; a longer run is for whoever changes a tokenizer.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

with atheris.instrument_imports(include=["setpoint_agent.languages"]):
    from setpoint_agent.languages.registry import BY_NAME

    for place in BY_NAME.values():  # each is imported with its first call, and is to be instrumented then
        place("", 0, 0)


def place_everywhere(data: bytes) -> None:
    """The same stretch of the same text in every language."""
    provider = atheris.FuzzedDataProvider(data)
    start, length = provider.ConsumeIntInRange(0, 256), provider.ConsumeIntInRange(0, 256)
    text = provider.ConsumeUnicodeNoSurrogates(4_096)
    start = min(start, len(text))
    for place in BY_NAME.values():
        placement = place(text, start, min(start + length, len(text)))
        if placement.crosses and placement.inert:
            raise AssertionError(placement)


if __name__ == "__main__":
    atheris.Setup(sys.argv, place_everywhere)
    atheris.Fuzz()
