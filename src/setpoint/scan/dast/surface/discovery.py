"""The surface of a target without a given document, and what is beside a given one. Called by the wiring."""

from __future__ import annotations

from collections.abc import Callable

from setpoint.model.dast import Operation, Sent, Surface
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.lookup import find_documents, with_others
from setpoint.scan.dast.surface.merge import merged


def discovered(
    base: str, sender: Sender, accounts: Accounts, may_send: Callable[[Operation], str], told: Callable[[str], None]
) -> Surface:
    """A document that the target serves, and its pages where its front page is one. Raises `EndedEarlyError`."""
    surface = find_documents(base, sender, may_send, told)
    if surface is None:
        return with_others(crawl(base, sender, accounts, may_send, told), sender, may_send, told)
    return with_pages(with_others(surface, sender, may_send, told), sender, accounts, may_send, told)


def with_pages(
    surface: Surface,
    sender: Sender,
    accounts: Accounts,
    may_send: Callable[[Operation], str],
    told: Callable[[str], None],
) -> Surface:
    """And what its pages offer, where its front page is one: an API's document says nothing of them."""
    base = surface.base
    front = sender.send(Sent("GET", f"{base}/")).answer
    if front is not None and front.status < 400 and page_of(front) is not None:
        surface = merged(surface, crawl(base, sender, accounts, may_send, told))
    return surface
