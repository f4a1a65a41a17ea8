"""Many entities of many areas through one bounded pool of threads, handed on as they come.

Never more than a window of calls is under way or waits for its taker, and no page is asked for before the one before it
is used up: the memory that it takes does not grow with the account.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, Final

from setpoint.aws import client_errors, translate
from setpoint.errors import CouldNotTellError
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import AreaCoverage, Extent
from setpoint.observe.aws.reader import Listed, NotOfferedError, Place, TypeReader

LOOK_AHEAD: Final = 4
"""Calls started or answered per thread before the taker has to come back for more."""

Result = Iterator[Resource | AreaCoverage]
Start = tuple[Callable[[], Any], Callable[[Any], Result]]
"""A call for the pool, and what to do with its result afterwards, on the taker's thread."""


class Sweep:
    """One listing and all that it lists: an area, or one area per region where a single listing tells of all.

    Only the two kinds of calls run on the pool's threads; everything else, and so every field, belongs to the taker's.
    """

    def __init__(self, reader: TypeReader, places: Sequence[Place], *, probe: bool = False) -> None:
        """With `probe` one entity per area is read and no second page: enough to see what is allowed."""
        self.reader = reader
        self._places: Mapping[str, Place] = {place.region: place for place in places}
        self._probe = probe
        self._home = places[0]
        self._pages = reader.pages(self._home)
        self._waiting: deque[Listed] = deque()
        self._under_way = 0
        self._listing = False
        self._more = True
        self._answered = False
        self._not_offered = ""
        self._reasons: dict[str, set[str]] = {region: set() for region in self._places}

    def start(self) -> Start | None:
        """What to call next; None until a result comes in."""
        if self._waiting:
            entity = self._waiting.popleft()
            self._under_way += 1
            place = self._places[entity.region or self._home.region]
            return partial(self.reader.observe, place, entity), partial(self._take_entity, place)
        if self._more and not self._listing:
            self._listing = True
            return self._next_page, self._take_page
        return None

    def _next_page(self) -> Sequence[Listed] | CouldNotTellError | NotOfferedError | None:
        try:
            return next(self._pages, None)
        except (NotOfferedError, CouldNotTellError) as error:
            return error
        except client_errors() as error:
            return translate(error, self.reader.lists)

    def _take_page(self, page: Sequence[Listed] | CouldNotTellError | NotOfferedError | None) -> Result:
        self._listing = False
        if isinstance(page, CouldNotTellError):
            self._doubt_all(page.what)
        elif isinstance(page, NotOfferedError):
            self._not_offered = str(page)
        else:
            self._answered = True
            self._queue(page or ())
        self._more = isinstance(page, Sequence) and not self._probe
        yield from self._close()

    def _queue(self, page: Sequence[Listed]) -> None:
        probed: set[str] = set()
        for entity in page:
            region = entity.region or self._home.region
            if entity.unread:
                self._doubt_all(entity.unread)
            elif region in self._places and region not in probed:
                self._waiting.append(entity)
                if self._probe:
                    probed.add(region)

    def _doubt_all(self, reason: str) -> None:
        for reasons in self._reasons.values():
            reasons.add(reason)

    def _take_entity(self, place: Place, seen: Resource | Absent | Unread) -> Result:
        self._under_way -= 1
        if isinstance(seen, Resource):
            self._reasons[place.region].update(seen.unread.values())
            yield seen
        elif isinstance(seen, Unread):
            self._reasons[place.region].add(seen.reason)
        yield from self._close()

    def _close(self) -> Iterator[AreaCoverage]:
        """The coverage of every area, once nothing is left to read."""
        if self._more or self._listing or self._waiting or self._under_way:
            return
        for region, place in self._places.items():
            extent = self._extent(doubted=bool(self._reasons[region]))
            limit = self.reader.limit if extent is Extent.DECLARED else ""
            reasons = {*self._reasons[region], *filter(None, [self._not_offered, limit])}
            yield AreaCoverage(place.area(self.reader.type), extent, tuple(sorted(reasons)))

    def _extent(self, *, doubted: bool) -> Extent:
        if self._not_offered:
            return Extent.NOT_COVERED
        if not self._answered:
            return Extent.NONE
        return Extent.PARTIAL if doubted else self.reader.extent


def run(sweeps: Sequence[Sweep], threads: int) -> Result:
    """Everything that the sweeps read, as it comes; every area is closed by its coverage."""
    window = threads * LOOK_AHEAD
    ready = deque(sweeps)
    under_way: dict[Future[Any], tuple[Sweep, Callable[[Any], Result]]] = {}
    executor = ThreadPoolExecutor(threads, thread_name_prefix="aws")
    try:
        while ready or under_way:
            while ready and len(under_way) < window:
                started = ready[0].start()
                if started is None:
                    ready.popleft()
                    continue
                call, take = started
                under_way[executor.submit(call)] = (ready[0], take)
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                sweep, take = under_way.pop(future)
                yield from take(future.result())
                if sweep not in ready:
                    ready.append(sweep)
    finally:
        # Also when the taker has had enough: no call is left behind.
        executor.shutdown(cancel_futures=True)
