"""How long recognition takes: `python bench/recognition.py` prints microseconds of one call of `find`, by situation.

The common case, a browser's request of which nothing reaches the argument, is to stay below 10 µs.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from setpoint_agent.provenance.recognition import find
from setpoint_agent.request import (
    COOKIE,
    COOKIE_NAME,
    HEADER,
    HEADER_NAME,
    PATH_PARAMETER,
    QUERY,
    QUERY_NAME,
    RAW_QUERY,
    Value,
    Values,
)

HEADERS: Final = {
    "host": "shop.example.com:8443",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-US,en;q=0.5",
    "connection": "keep-alive",
    "referer": "https://shop.example.com:8443/orders?page=7",
    "sec-fetch-mode": "navigate",
    "cache-control": "max-age=0",
    "x-tenant": "northern-lights",
    "cookie": "session=Zm9vYmFyYmF6cXV4; theme=darkish",
}
STATEMENT: Final = (
    "SELECT orders.id, orders.customer_name, orders.created_at, items.quantity FROM orders JOIN items ON "
    "items.order_id = orders.id WHERE orders.customer_name = ? AND orders.status IN ('open', 'waiting') "
    "ORDER BY orders.created_at DESC LIMIT 100 OFFSET 20"
)


def request_values(**query: str) -> Values:
    """What a browser sends."""
    values = Values()
    values += [Value(HEADER, name, text) for name, text in HEADERS.items()]
    values += [Value(HEADER_NAME, name, name) for name in HEADERS]
    values += [Value(COOKIE, "session", "Zm9vYmFyYmF6cXV4"), Value(COOKIE, "theme", "darkish")]
    values += [Value(COOKIE_NAME, "session", "session"), Value(COOKIE_NAME, "theme", "theme")]
    values += [Value(QUERY, name, text) for name, text in query.items()]
    values += [Value(QUERY_NAME, name, name) for name in query]
    values += [Value(RAW_QUERY, "", "&".join(f"{name}={text}" for name, text in query.items()))]
    values += [Value(PATH_PARAMETER, "number", "73512")]
    return values


def bare_values() -> Values:
    """What a script sends."""
    values = Values()
    values += [Value(HEADER, name, HEADERS[name]) for name in ("host", "user-agent", "accept", "connection")]
    return values


def microseconds(work: Callable[[], object], times: int = 100) -> float:
    """The best of many short runs: what else the machine does falls between them."""
    return min(timeit.repeat(work, number=times, repeat=100)) / times * 1e6


def main() -> None:
    browser, script = request_values(q="John Smith", page="blue"), bare_values()
    situations: dict[str, Callable[[], object]] = {
        "nothing found, a browser's request": lambda: find(browser, STATEMENT),
        "nothing found, a script's request": lambda: find(script, STATEMENT),
        "nothing found, a path": lambda: find(browser, "/srv/shop/templates/orders.html"),
        "first sink of a browser's request": lambda: find(request_values(q="John Smith", page="blue"), STATEMENT),
        "making that request's values": lambda: request_values(q="John Smith", page="blue"),
        "found whole": lambda: find(browser, STATEMENT.replace("?", "'John Smith'")),
        "found behind percent": lambda: find(browser, STATEMENT.replace("?", "'John%20Smith'")),
        "found in pieces": lambda: find(browser, STATEMENT.replace("?", "'Smith'")),
        "a page of 60,000 characters": lambda: find(browser, "<p>nothing of it</p>\n" * 3_000),
    }
    for situation, work in situations.items():
        print(f"{microseconds(work, 2 if '60,000' in situation else 100):9.1f} µs  {situation}")


if __name__ == "__main__":
    main()
