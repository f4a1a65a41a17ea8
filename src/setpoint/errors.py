"""The one family of errors: raised anywhere, caught once, at the front door (`cli/main.py`).

Every error says what was wrong, where, and what would do. Which exit code it ends in is part of what it is: 2 for
wrong usage or input, 3 for *could not tell*.
"""

from __future__ import annotations


class Error(Exception):
    """Whatever Setpoint itself has to say about why it stopped.

    `what` is one sentence without a full stop; `where` is `file:line`, a field or a resource; `remedy` says what
    would do.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def diagnostics(self) -> str:
        """The error as a user reads it: `where: what; remedy`."""
        prefix = f"{self.where}: " if self.where else ""
        suffix = f"; {self.remedy}" if self.remedy else ""
        return f"{prefix}{self.what}{suffix}"

    def __str__(self) -> str:
        return self.diagnostics()


class InputError(Error):
    """A file, a field or an argument that cannot be used as it stands. Trying again does not help."""


class NotFoundError(InputError):
    """What was named does not exist."""


class ConflictError(InputError):
    """What was asked does not fit what is the case now."""


class CouldNotTellError(Error):
    """The question could not be answered: not *clean*, not *refused*, but unknown."""

    exit_code = 3


class NotKnownError(CouldNotTellError):
    """Nobody told yet what would have to be known: an advisory, or what a release is made of."""


class TemporaryError(CouldNotTellError):
    """Something outside did not answer now and may answer later; `delay` is a fair number of seconds to wait."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", delay: float = 1.0) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.delay = delay


class OutOfOrderError(CouldNotTellError):
    """Somebody is there, and can answer nothing: asking again does not help until people have looked at it."""


class OutOfReachError(TemporaryError):
    """The database that the ledger is in does not answer now; a file that cannot be used is a `LedgerError`."""


class LedgerError(Error):
    """The ledger cannot be used: newer than this program, not writable, full, or not a ledger at all."""


class JournalError(Error):
    """The journal cannot be used: not writable, or not a journal at all."""


class LakeError(Error):
    """The lake cannot be used: newer than this program, not writable, full, or not a lake at all."""


class FencedError(Error):
    """A newer worker holds the lease of this scope; whatever this one still wanted to write is refused."""


class LeaseHeldError(Error):
    """Another live worker holds the lease of this scope."""


INSIDE = (LedgerError, JournalError, LakeError, OutOfReachError)
"""Errors whose place is a path on the disk of whoever keeps the store, or a database's address."""


def without_inside(error: Error) -> Error:
    """As others are told of it: where something is kept is for the log and the commands of its own machine."""
    if isinstance(error, OutOfReachError):  # what the database's driver says of it names hosts and users
        return TemporaryError("the ledger's database does not answer", remedy="try again", delay=error.delay)
    return Error(error.what, remedy=error.remedy) if isinstance(error, INSIDE) else error
