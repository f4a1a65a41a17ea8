"""Whether the server can do its work."""

from __future__ import annotations

from typing import Literal

from setpoint.wire.document import Document, example


class AliveDocument(Document):
    """The process answers."""

    model_config = example(alive=True)

    alive: Literal[True] = True


class ReadyDocument(Document):
    """The ledger can be read, and ingest answers."""

    model_config = example(ledger=True, ingest=True)

    ledger: Literal[True] = True
    ingest: Literal[True] = True
