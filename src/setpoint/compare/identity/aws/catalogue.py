"""What AWS has: services, actions, and the kinds of resource that an action takes. `intent/iam/catalogue` knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Catalogue(Protocol):
    """Of the Service Authorization Reference. Names are in the reference's case of letters, whatever case is asked."""

    def services(self) -> Sequence[str]:
        """The prefixes of actions: `s3`."""
        ...

    def actions(self, service: str) -> Sequence[str]:
        """`GetObject`, …; none for a service that there is not."""
        ...

    def matching(self, pattern: str) -> Sequence[str]:
        """The actions, with their service, that a pattern of a policy stands for: `s3:Get*`, `*`."""
        ...

    def resources(self, action: str) -> Sequence[str]:
        """Patterns of the ARNs that an action takes, `arn:*:lambda:*:*:function:*`; none where it takes only `*`.

        Raises `NotFoundError` for an action that there is not.
        """
        ...

    def required(self, action: str) -> Sequence[str]:
        """Those of `resources` of which a call always takes one each; raises as `resources` does."""
        ...
