"""Alerts on their way to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from setpoint.store.interface import Delivery, DeliveryState
from setpoint.wire.document import Document, Moment, example, meant, spelt


class DeliveryDocument(Document):
    """One message to one channel."""

    model_config = example(
        id=9,
        state="waiting",
        channel="oncall",
        alerts=[{"title": "a bucket became public", "severity": "high"}],
        more=0,
        created_at="2026-05-31T12:00:00Z",
        attempts=1,
        next_at="2026-05-31T12:00:30Z",
        reason="the server answered 503",
    )

    id: int
    state: DeliveryState
    channel: str
    alerts: tuple[dict[str, Any], ...]
    more: int = Field(description="How many alerts beyond these belong to it.")
    created_at: Moment
    attempts: int
    next_at: Moment | None
    reason: str

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(
            id=delivery.id,
            state=delivery.state,
            channel=delivery.channel,
            alerts=tuple({name: spelt(value) for name, value in each.items()} for each in delivery.alerts),
            more=delivery.more,
            created_at=delivery.created_at,
            attempts=delivery.attempts,
            next_at=delivery.next_at,
            reason=delivery.reason,
        )

    def model(self) -> Delivery:
        return Delivery(
            id=self.id,
            channel=self.channel,
            alerts=tuple({name: meant(value) for name, value in each.items()} for each in self.alerts),
            more=self.more,
            created_at=self.created_at,
            attempts=self.attempts,
            next_at=self.next_at,
            reason=self.reason,
        )


class ChannelCounts(Document):
    """How many messages to one channel are in each state."""

    model_config = example(channel="oncall", waiting=1, delivered=40, given_up=0)

    channel: str
    waiting: int
    delivered: int
    given_up: int

    @classmethod
    def of(cls, channel: str, counts: Mapping[DeliveryState, int]) -> Self:
        return cls(
            channel=channel,
            waiting=counts.get(DeliveryState.WAITING, 0),
            delivered=counts.get(DeliveryState.DELIVERED, 0),
            given_up=counts.get(DeliveryState.GIVEN_UP, 0),
        )

    def model(self) -> tuple[str, dict[DeliveryState, int]]:
        return self.channel, {
            DeliveryState.WAITING: self.waiting,
            DeliveryState.DELIVERED: self.delivered,
            DeliveryState.GIVEN_UP: self.given_up,
        }


class ChannelsDocument(Document):
    """Every channel that is configured, or that messages wait for, by name."""

    model_config = example(channels=[{"channel": "oncall", "waiting": 1, "delivered": 40, "given_up": 0}])

    channels: tuple[ChannelCounts, ...]


class ChannelTestDocument(Document):
    """Whether a test message got to a channel, and why not."""

    model_config = example(channel="oncall", delivered=False, reason="the server answered 503")

    channel: str
    delivered: bool
    reason: str

    @classmethod
    def of(cls, channel: str, reason: str) -> Self:
        return cls(channel=channel, delivered=not reason, reason=reason)

    def model(self) -> str:
        """Why it did not get there; empty where it did."""
        return self.reason
