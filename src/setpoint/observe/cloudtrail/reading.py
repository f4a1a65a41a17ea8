"""Reads what is new of a source, counts it and has it kept, piece by piece. Named by `wiring.trail`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from setpoint.errors import InputError
from setpoint.model.attribution import RecordedWrite
from setpoint.model.permission_use import Gap, ReadLog, TrailBatch
from setpoint.observe.cloudtrail.actions import ActionList
from setpoint.observe.cloudtrail.changes import is_change, recorded_write
from setpoint.observe.cloudtrail.counting import UseCounter
from setpoint.observe.cloudtrail.files import unreadable
from setpoint.observe.cloudtrail.layout import log_name
from setpoint.observe.cloudtrail.records import Event, read_records, unpack
from setpoint.observe.cloudtrail.trail import Delivery, Log, TrailSource
from setpoint.observe.interface import TrailKeeper, TrailRead

LONGEST_SESSION: Final = timedelta(hours=36)
"""A federated user's (AWS STS API Reference, GetFederationToken): who began one longer ago is not asked for."""


class TrailReader:
    def __init__(
        self,
        source: TrailSource,
        changed: Callable[[Sequence[Event]], None],
        *,
        infrastructure_roles: Sequence[str] = (),
    ) -> None:
        """`changed` is told of events that changed something, once they are kept.

        What roles do whose ARN or name matches one of `infrastructure_roles` is infrastructure as code.
        """
        self._infrastructure_roles = infrastructure_roles
        self._source = source
        self._changed = changed
        self._actions = ActionList()
        self._counter: UseCounter | None = None

    def read(self, keeper: TrailKeeper, now: datetime) -> Iterator[TrailRead]:
        """What came of each piece."""
        for delivery in self._source.deliveries(keeper, now):
            # What could not be kept is counted anew the next time, by one that has not seen it.
            counter, self._counter = self._counter, None
            if counter is None:
                counter = UseCounter(self._actions, keeper.sessions_begun(now - LONGEST_SESSION))
            read = self._keep(delivery, counter, keeper)
            self._counter = counter
            yield read

    def _keep(self, delivery: Delivery, counter: UseCounter, keeper: TrailKeeper) -> TrailRead:
        read, gaps, changes = [], list(delivery.gaps), list[Event]()
        hours = defaultdict(set, {(place.account, place.region): {*each} for place, each in delivery.quiet.items()})
        for log in delivery.logs:
            digest, gap = self._take(log, counter, changes)
            read.append(ReadLog(log.name, digest, log.at))
            if gap is not None:
                gaps.append(gap)
            elif told := log_name(log.name):
                hours[told.place.account, told.place.region].add(told.hour)
        writes = tuple(self._writes(changes, counter))
        counts = counter.counts()
        batch = TrailBatch(
            source=self._source.name,
            counts=counts,
            logs=tuple(read),
            marks=delivery.marks,
            gaps=tuple(gaps),
            hours={place: tuple(sorted(each)) for place, each in hours.items()},
            forget=delivery.forget,
            writes=writes,
        )
        keeper.put_uses(batch)
        delivery.done()
        if changes:
            self._changed(changes)
        refused = (*counts.first_refused, *delivery.passed_over)
        return TrailRead(
            source=self._source.name,
            logs=len(read),
            events=counts.events,
            gaps=len(gaps),
            refused=counts.refused + len(delivery.passed_over),
            first_refused=refused,
        )

    def _writes(self, changes: Sequence[Event], counter: UseCounter) -> Iterator[RecordedWrite]:
        for event in changes:
            write = recorded_write(event, counter.behind(event), self._infrastructure_roles)
            if write is not None:
                yield write

    def _take(self, log: Log, counter: UseCounter, changes: list[Event]) -> tuple[str, Gap | None]:
        """Its SHA-256, and what of it could not be read."""
        try:
            data = unpack(log.data, log.name)
            records = read_records(data, log.name)
        except InputError as error:
            return "", unreadable(log_name(log.name), error)
        counter.take(records, log.name)
        changes.extend(filter(is_change, records))
        return hashlib.sha256(data).hexdigest(), None
