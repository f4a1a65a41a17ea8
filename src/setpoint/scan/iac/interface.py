"""Who reads declared infrastructure and judges it, to its scanner: other stages' work, handed in by wiring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from setpoint.model.policy import Severity


class Form(StrEnum):
    """What a file declares infrastructure in."""

    TERRAFORM = "Terraform"
    """A plan or a state, as `terraform show -json` writes it; or a state as it is kept."""
    TEMPLATE = "CloudFormation"
    """SAM's templates, too."""
    ASSEMBLY = "CDK"
    """The manifest of what `cdk synth` leaves behind."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One guardrail that one declared resource does not keep."""

    policy: str
    severity: Severity
    address: str
    """The resource, as its file calls it."""
    message: str
    file: Path
    line: int
    """0 where the file has none for it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one file declares, held against every guardrail."""

    breaches: tuple[Breach, ...] = ()
    untold: tuple[str, ...] = ()
    """What could not be told, a clause each: which value is not known before it is deployed."""


class DeclarationJudge(Protocol):
    def unavailable(self) -> str:
        """Why nothing can be judged here, and what would do; empty where it can."""
        ...

    def judge(self, form: Form, path: Path) -> Judged:
        """Raises `Error` for a file that cannot be used."""
        ...
