"""What can and cannot be read, what reading takes, and who says so to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from setpoint.model.access import AccessScope, Principal
from setpoint.model.examination import Examination, Examiner, Workload
from setpoint.model.remediation import Mode
from setpoint.wire.beat import COVERAGE_EXAMPLE, CoverageDocument
from setpoint.wire.document import Document, Moment, example

_WORKLOAD = {
    "type": "AWS::S3::Bucket",
    "through": "its own API",
    "because": "always",
    "declared": 12,
    "calls": 205,
    "calls_each": 17,
    "dollars": 0.00008,
}
_EXAMINATION = {
    "partition": "aws",
    "account": "123456789012",
    "regions": ["eu-west-1"],
    "mode": "audit",
    "declared": 312,
    "policies": 40,
    "declared_coverage": [],
    "coverage": [COVERAGE_EXAMPLE],
    "permissions": {"AWS::S3::Bucket": ["s3:GetBucketAcl", "s3:ListAllMyBuckets"]},
    "work": [_WORKLOAD],
    "full_scan_every": 60.0,
    "calls_per_second": 20.0,
    "faults": [],
    "remarks": [],
    "unread": [],
}
_CALLER = {
    "name": "token:release-manager",
    "scopes": ["operate"],
    "service": None,
    "expires_at": "2027-05-31T12:00:00Z",
}


class WorkloadDocument(Document):
    """What reading one type takes, in all places."""

    model_config = example(**_WORKLOAD)

    type: str
    through: str
    because: str
    declared: int
    calls: int
    calls_each: int
    dollars: float

    @classmethod
    def of(cls, work: Workload) -> Self:
        return cls(
            type=work.type,
            through=work.through,
            because=work.because,
            declared=work.declared,
            calls=work.calls,
            calls_each=work.calls_each,
            dollars=work.dollars,
        )

    def model(self) -> Workload:
        return Workload(
            type=self.type,
            through=self.through,
            because=self.because,
            declared=self.declared,
            calls=self.calls,
            calls_each=self.calls_each,
            dollars=self.dollars,
        )


class ExaminationDocument(Document):
    """A little of everything, read once, by the configuration that the server has."""

    model_config = example(**_EXAMINATION)

    partition: str
    account: str
    regions: tuple[str, ...]
    mode: Mode
    declared: int
    policies: int
    declared_coverage: tuple[CoverageDocument, ...]
    coverage: tuple[CoverageDocument, ...]
    permissions: dict[str, tuple[str, ...]]
    work: tuple[WorkloadDocument, ...]
    full_scan_every: float
    calls_per_second: float
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Examination) -> Self:
        return cls(
            partition=found.partition,
            account=found.account,
            regions=found.regions,
            mode=found.mode,
            declared=found.declared,
            policies=found.policies,
            declared_coverage=tuple(map(CoverageDocument.of, found.declared_coverage)),
            coverage=tuple(map(CoverageDocument.of, found.coverage)),
            permissions=dict(found.permissions),
            work=tuple(map(WorkloadDocument.of, found.work)),
            full_scan_every=found.full_scan_every,
            calls_per_second=found.calls_per_second,
            faults=found.faults,
            remarks=found.remarks,
            unread=found.unread,
        )

    def model(self) -> Examination:
        return Examination(
            partition=self.partition,
            account=self.account,
            regions=self.regions,
            mode=self.mode,
            declared=self.declared,
            policies=self.policies,
            declared_coverage=tuple(each.model() for each in self.declared_coverage),
            coverage=tuple(each.model() for each in self.coverage),
            permissions=self.permissions,
            work=tuple(each.model() for each in self.work),
            full_scan_every=self.full_scan_every,
            calls_per_second=self.calls_per_second,
            faults=self.faults,
            remarks=self.remarks,
            unread=self.unread,
        )


class CallerDocument(Document):
    """Who the server takes the caller for, and what they may do."""

    model_config = example(**_CALLER)

    name: str
    scopes: tuple[AccessScope, ...]
    service: str | None
    expires_at: Moment | None

    @classmethod
    def of(cls, caller: Principal, expires_at: datetime | None) -> Self:
        return cls(name=caller.name, scopes=tuple(sorted(caller.scopes)), service=caller.service, expires_at=expires_at)


class DoctorDocument(Document):
    """What a server's examination found, and what the caller can hold against itself: version, time, and rights."""

    model_config = example(
        examination=_EXAMINATION, version="0.4.0", answered_at="2026-05-31T12:00:00Z", caller=_CALLER
    )

    examination: ExaminationDocument
    version: str
    answered_at: Moment
    caller: CallerDocument

    def model(self, url: str, now: datetime) -> tuple[Examination, Examiner]:
        """As it came from this address at that time."""
        caller = self.caller
        examiner = Examiner(
            url=url,
            version=self.version,
            ahead=(self.answered_at - now).total_seconds(),
            caller=caller.name,
            scopes=caller.scopes,
            service=caller.service,
            expires_at=caller.expires_at,
        )
        return self.examination.model(), examiner
