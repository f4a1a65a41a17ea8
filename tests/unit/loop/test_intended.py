"""Declared state for a process that asks often: read when a source changed, whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from setpoint.errors import InputError
from setpoint.loop.intended import KeptState
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Coverage, Snapshot
from setpoint.model.urn import Urn

URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "data")


class Source:
    def __init__(self) -> None:
        self.content = "first"
        self.broken = False
        self.readings = 0

    def fingerprint(self) -> str:
        if self.broken:
            raise InputError("the file is empty", where="template.yaml")
        return self.content

    def busy(self) -> str:
        return ""

    def read(self) -> Snapshot:
        self.readings += 1
        tags = [{"Key": "service", "Value": self.content}]
        return Snapshot({URN: Resource(URN, {"Tags": tags}, "template.yaml")}, Coverage())


def test_reads_again_only_what_changed() -> None:
    source, kept = Source(), KeptState()
    first = kept(source, "service")
    assert kept(source, "service") is first
    source.content = "second"
    second = kept(source, "service")
    assert (first.owner(URN), second.owner(URN)) == ("first", "second")
    assert source.readings == 2


def test_many_at_once_read_once() -> None:
    source, kept = Source(), KeptState()
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: kept(source, "service"), range(50)))
    assert {id(each) for each in states} == {id(states[0])}
    assert source.readings == 1


def test_what_cannot_be_read_is_told_and_tried_again() -> None:
    source, kept = Source(), KeptState()
    kept(source, "service")
    source.broken = True
    with pytest.raises(InputError):
        kept(source, "service")
    source.broken = False
    assert kept(source, "service").owner(URN) == "first"
