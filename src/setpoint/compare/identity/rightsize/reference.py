"""What is asked of the Service Authorization Reference here; `intent/iam/catalogue` knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from setpoint.model.iam_actions import ActionFacts


class Reference(Protocol):
    def matching(self, pattern: str) -> Sequence[str]:
        """The actions, with their service, that a pattern of a policy stands for: `s3:Get*`, `*`."""
        ...

    def facts(self, action: str) -> ActionFacts:
        """Raises `NotFoundError` for an action that there is not."""
        ...
