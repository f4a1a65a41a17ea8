"""What a reader says that needs a library of an extra that is not installed."""

from __future__ import annotations

from setpoint.errors import InputError


class MissingLibraryError(InputError):
    """No file is to blame: none of its kind could be read."""


def missing(library: str) -> MissingLibraryError:
    return MissingLibraryError(
        f"bills of materials need {library}", remedy="install it with: pip install 'setpoint[sbom]'"
    )
