"""Whether the server can do its work."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from setpoint.model.health import InForce
from setpoint.wire.document import Document, example


class AliveDocument(Document):
    """The process answers."""

    model_config = example(alive=True)

    alive: Literal[True] = True


class ReadyDocument(Document):
    """The ledger can be read, and ingest answers."""

    model_config = example(ledger=True, ingest=True, configuration="5f0c2a61d0b8", configuration_changed=False)

    ledger: Literal[True] = True
    ingest: Literal[True] = True
    configuration: str = Field(description="A short digest of the settings and policies that it goes by.")
    configuration_changed: bool = Field(
        description="Whether their files are others by now, which it does not go by yet."
    )

    @classmethod
    def of(cls, in_force: InForce) -> Self:
        return cls(configuration=in_force.digest, configuration_changed=in_force.has_changed)
