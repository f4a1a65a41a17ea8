"""A scan of a release that comes without a question to the gate, and what it did to the findings of its service."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from setpoint.model.code import TakenScan
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.wire.document import LONGEST_NAME, Document, Name, example
from setpoint.wire.scan import SCAN_EXAMPLE, ScanDocument


class ScanRequest(Document):
    """All that was told of a release; of the newest that is known, where no version is named."""

    model_config = example(service="payments", version="1.4.2", scan=SCAN_EXAMPLE)

    service: Name
    version: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    scan: ScanDocument

    @classmethod
    def of(cls, service: str, version: str, scan: Scan) -> Self:
        return cls(service=service, version=version, scan=ScanDocument.of(scan))

    def model(self) -> tuple[str, str, Scan]:
        return self.service, self.version, self.scan.model()


class TakenScanDocument(Document):
    """Fingerprints of weaknesses that came, came back, and went."""

    model_config = example(
        service="payments",
        version="1.4.2",
        opened=["0123456789abcdef0123456789abcdef"],
        reopened=[],
        closed=[],
    )

    service: str
    version: str
    opened: tuple[str, ...]
    reopened: tuple[str, ...] = Field(description="They were mended before: regressions.")
    closed: tuple[str, ...]

    @classmethod
    def of(cls, taken: TakenScan) -> Self:
        release = taken.release
        return cls(
            service=release.service,
            version=release.version,
            opened=taken.opened,
            reopened=taken.reopened,
            closed=taken.closed,
        )

    def model(self) -> TakenScan:
        return TakenScan(Release(self.service, self.version), self.opened, self.reopened, self.closed)
