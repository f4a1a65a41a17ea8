"""Where the answer to a form leads: a page often says only then, once, what came of it. Called by `enumeration`."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.accounts.cookies import kept, with_cookies
from setpoint.scan.dast.interface import Workbench


def followed(bench: Workbench, exchange: Exchange) -> tuple[Exchange, ...]:
    """With the page that a redirect leads to, as the browser reads it that sent the form; on the same host alone."""
    answer = exchange.answer
    if answer is None or not 300 <= answer.status < 400 or not answer.header("location"):
        return (exchange,)
    address = urljoin(exchange.sent.url, answer.header("location")).partition("#")[0]
    if urlsplit(address)[:2] != urlsplit(exchange.sent.url)[:2]:
        return (exchange,)
    cookies = kept(_sent_cookies(exchange.sent), answer)
    return (exchange, bench.sender.send(with_cookies(Sent("GET", address), cookies)))


def _sent_cookies(request: Sent) -> dict[str, str]:
    lines = (value for name, value in request.headers if name.lower() == "cookie")
    pairs = (each.strip().partition("=") for line in lines for each in line.split(";"))
    return {name: value for name, _, value in pairs if name}
