"""Which libraries a duty needs beyond those that every installation has; asked before anything is started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Final

from setpoint.errors import InputError
from setpoint.model.health import Duty

LIBRARIES: Final[Mapping[Duty, tuple[str, ...]]] = {
    Duty.LOOP: (),
    Duty.INGEST: ("uvicorn", "starlette", "duckdb", "pyarrow"),
    Duty.SERVER: ("uvicorn", "fastapi", "httpx", "joserfc", "cryptography"),
}
"""Of the extra `server`."""


def expect_libraries(duties: Iterable[Duty]) -> None:
    """Raises `InputError` for the first duty that lacks one."""
    for duty in duties:
        for name in LIBRARIES[duty]:
            if find_spec(name) is None:
                raise InputError(
                    f"the process '{duty}' needs the library {name}",
                    remedy="install it with: pip install 'setpoint[server]', or run setpoint up --only loop",
                )
