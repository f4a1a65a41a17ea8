"""What the agent met, as facts: handed by `examination` to `reporting`, and written to the report file as they are."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint_agent.catalogue import Kind


@dataclass(frozen=True, slots=True)
class Frame:
    """One function of the application on the way from the route to the sink."""

    file: str
    """Relative to the application's folder where it lies below it."""
    line: int
    function: str
    """The qualified name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The request part that reached the sink; the value itself never leaves the process."""

    part: str
    name: str
    shape: str
    """What the value looked like: classes of characters and length (`a{3}9{2}-`), never the value."""
    fingerprint: str
    """HMAC-SHA256 of the value under the fleet key, hex, cut to 32; empty without a key."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One weakness met at one place in one request."""

    kind: Kind
    attack: bool
    """Whether the value crossed a boundary of the sink's language (an attack), or stayed inside of one literal."""
    confidence: float
    """0 to 1."""
    sink: str
    """What was called: `sqlite3.Cursor.execute`."""
    frames: tuple[Frame, ...]
    """From the route's function to the caller of the sink; never empty."""
    origins: tuple[Origin, ...]
    """Empty for what is weak by the call alone."""
    method: str
    path: str
    """The request's, without query; empty outside of a request."""
    route: str
    context: str
    """Where in the sink's language the value lies: `string literal`, `path`, `identifier`."""
    probe: str = ""

    def key(self) -> tuple[object, ...]:
        """Two of the same key are one finding met twice."""
        return (self.kind.name, self.frames, self.route)
