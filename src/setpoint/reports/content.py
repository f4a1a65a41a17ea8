"""What a report tells: the answer, and every problem once, however many policies speak of it. See `making`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from setpoint.model.decision import Decision, Reason, Verdict
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, Weakness


class Bearing(StrEnum):
    """What a problem does to the answer; in the order in which they are told."""

    AGAINST = "against it"
    """It keeps the release out; of a scan: it is bad enough to count."""
    UNTOLD = "could not tell"
    """What is not known keeps it out."""
    WEIGHS = "weighs"
    """It is told, and adds to the risk."""
    REMARK = "remark"
    """Something is not known, and nothing depends on it."""
    WAIVED = "waived"
    """Somebody answers for it."""

    @property
    def rank(self) -> int:
        """0 for what is told first."""
        return list(Bearing).index(self)


@dataclass(frozen=True, slots=True)
class Problem:
    rule: str
    """The policy, `code/<weakness>`, or `scan/<scanner>`."""
    message: str
    """Text of others: each format keeps it from being markup, a command or a line of its own."""
    severity: Severity
    bearing: Bearing
    fingerprint: str
    """The same for the same problem, whenever it is told."""
    weakness: Weakness | None = None
    """Where it is one in the source; its file as seen from the checkout."""
    standing: str = ""
    """What production says of it; empty where nobody was asked."""
    because: str = ""
    policies: tuple[Reason, ...] = ()
    """What policies say against it beside; the place and the name of the weakness stand in none."""

    @property
    def is_new(self) -> bool | None:
        return self.weakness.is_new if self.weakness is not None else None

    @property
    def where(self) -> str:
        """`shop/orders.py:41`; empty for what is in no file."""
        if self.weakness is None:
            return ""
        place = self.weakness.place
        return f"{place.file or '.'}:{place.line}" if place.line else place.file or "."

    @property
    def sentence(self) -> str:
        """All that is said of it on one line."""
        stands = ": ".join(filter(None, (self.standing, self.because)))
        return "; ".join(filter(None, (self.message.removesuffix("."), stands, *self.objections)))

    @property
    def objections(self) -> tuple[str, ...]:
        """What policies say, a clause each."""
        return tuple(f"{each.policy}: {each.message}" for each in self.policies)


@dataclass(frozen=True, slots=True)
class Report:
    subject: str
    """`release:payments@1.4.2`, or the folder that was scanned."""
    headline: str
    """The answer in one line."""
    verdict: Verdict
    problems: tuple[Problem, ...] = ()
    decision: Decision | None = None
    scan: Scan | None = None

    def of_bearing(self, bearing: Bearing) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.bearing is bearing)
