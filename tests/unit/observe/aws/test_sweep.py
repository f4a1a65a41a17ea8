from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from typing import ClassVar

from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.aws import AwsClients, AwsSettings
from setpoint.errors import CouldNotTellError
from setpoint.model.resource import Resource
from setpoint.model.snapshot import AreaCoverage, Extent
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, VanishedError
from setpoint.observe.aws.sweep import LOOK_AHEAD, Sweep, run

REGIONS = ("eu-west-1", "us-east-1")
CLIENTS = AwsClients(AwsSettings(REGIONS))
PLACES = [Place(CLIENTS, "aws", "123456789012", region) for region in REGIONS]

outcomes = st.sampled_from(["read", "part", "refused", "vanished"])
listings = st.lists(st.lists(st.tuples(outcomes, st.sampled_from(REGIONS)), max_size=5), max_size=4)


class ScriptedReader(Reader):
    """Reads what the test says that there is."""

    type: ClassVar[str] = "AWS::Test::Thing"
    lists: ClassVar[str] = "test:ListThings"
    permissions: ClassVar[tuple[str, ...]] = (lists,)
    gone: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, pages: Sequence[Sequence[tuple[str, str]]], breaks_at: int | None = None) -> None:
        self._script = pages
        self._breaks_at = breaks_at
        self.turned = 0
        self.reads = itertools.count()

    def pages(self, _place: Place) -> Iterator[Sequence[Listed]]:
        for number, page in enumerate(self._script):
            if number == self._breaks_at:
                raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListThings")
            self.turned += 1
            yield [Listed(f"{outcome}-{number}-{index}", region=region) for index, (outcome, region) in enumerate(page)]

    def read(self, _place: Place, entity: Listed, reading: Reading) -> None:
        next(self.reads)
        match entity.identifier.split("-")[0]:
            case "part":
                reading.unread["Tags"] = "test:ListTags denied"
            case "refused":
                raise CouldNotTellError("test:GetThing denied")
            case "vanished":
                raise VanishedError


@settings(deadline=None)
@given(listings, st.none() | st.integers(0, 3), st.integers(1, 4))
def test_every_entity_is_told_once_and_then_its_area_is_closed(
    pages: list[list[tuple[str, str]]], breaks_at: int | None, threads: int
) -> None:
    items = list(run([Sweep(ScriptedReader(pages, breaks_at), PLACES)], threads))

    told = pages[:breaks_at]
    broken = breaks_at is not None and breaks_at < len(pages)
    for place in PLACES:
        seen = [outcome for page in told for outcome, region in page if region == place.region]
        here = [each for each in items if isinstance(each, Resource) and each.urn.region == place.region]
        assert len({each.urn for each in here}) == len(here) == seen.count("read") + seen.count("part")
        closing = [each for each in items if isinstance(each, AreaCoverage) and each.area.region == place.region]
        reasons = {
            "test:GetThing denied": "refused" in seen,
            "test:ListTags denied": "part" in seen,
            "test:ListThings denied": broken,
        }
        expected = tuple(reason for reason, given in reasons.items() if given)
        extent = Extent.NONE if broken and not told else Extent.PARTIAL if expected else Extent.WHOLE
        assert closing == [AreaCoverage(place.area("AWS::Test::Thing"), extent, expected)]
        assert all(items.index(each) < items.index(closing[0]) for each in here)


def test_a_large_account_is_read_no_faster_than_it_is_taken() -> None:
    endless = ScriptedReader([[("read", "eu-west-1")] * 10] * 1000)
    items = run([Sweep(endless, PLACES)], 2)
    taken = [next(items) for _ in range(25)]
    assert len(taken) == 25
    assert endless.turned <= 5
    assert next(endless.reads) <= 25 + 2 * LOOK_AHEAD + 1
    items.close()  # type: ignore[attr-defined]  # the promise is an Iterator; what keeps it is a generator
    assert not [each for each in threading.enumerate() if each.name.startswith("aws")]


def test_a_probe_reads_one_entity_of_each_area_and_no_second_page() -> None:
    reader = ScriptedReader([[("read", "eu-west-1"), ("refused", "eu-west-1"), ("part", "us-east-1")], []])
    items = list(run([Sweep(reader, PLACES, probe=True)], 2))
    coverage = {each.area.region: each.extent for each in items if isinstance(each, AreaCoverage)}
    assert coverage == {"eu-west-1": Extent.WHOLE, "us-east-1": Extent.PARTIAL}
    assert reader.turned == 1
