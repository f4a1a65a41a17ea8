"""Keys and passwords that anybody is given with a page or its scripts. Listed in `checks`.

By forms that their issuers gave them, which nothing else has: what is only called a key may be made to be public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import ANONYMOUS, Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.configuration.grammars import CREDENTIALS_IN_URL, text_of
from setpoint.scan.dast.checks.configuration.probes import Probes
from setpoint.scan.dast.checks.configuration.problems import OWASP, without_body
from setpoint.scan.dast.checks.configuration.visits import visits
from setpoint.scan.dast.interface import Workbench

MOST_SCRIPTS: Final = 10
"""Of the site's own that are read."""

_SCRIPT: Final = re.compile(r"\.m?js$", re.IGNORECASE)

_FORMS: Final = {
    "a secret key of AWS": r"(?i:secret_?access_?key)\W{1,6}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    "a token of GitHub": r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b",
    "a token of GitLab": r"\b(glpat-[\w-]{20,})",
    "a token of Slack": r"\b(xox[abeoprs]-[\w-]{20,})",
    "a webhook of Slack": r"(https://hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{20,})",
    "a secret key of Stripe": r"\b([rs]k_live_[A-Za-z0-9]{20,})\b",
    "a key of SendGrid": r"\b(SG\.[\w-]{20,24}\.[\w-]{39,50})",
    "a token of npm": r"\b(npm_[A-Za-z0-9]{36})\b",
    "a key of OpenAI or Anthropic": r"\b(sk-(?:proj-|ant-[\w-]{4,12}-)[\w-]{40,})",
    "a token of Shopify": r"\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b",
    "a private key": r"(-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\n)*[A-Za-z0-9+/=]{40})",
    "an address with a password": f"({CREDENTIALS_IN_URL})",
}
"""The secret is the first group."""

_ISSUED: Final[Mapping[str, re.Pattern[str]]] = {what: re.compile(form) for what, form in _FORMS.items()}

LEAST_DIFFERENT: Final = 10
"""Characters of a key that is drawn at random: `sk_live_xxxxxxxxxxxxxxxxxxxx` stands for one."""

_PLACEHOLDER: Final = re.compile(
    r"example|placeholder|changeme|your[-_]|<|\$\{|\{\{|:(?:pass\w*|pwd?|secret|token)@", re.IGNORECASE
)


class PublishedKeys:
    """Keys, tokens and passwords in pages and scripts that anybody is given."""

    name = "published-keys"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if Probes(bench).are_allowed:
            yield PlannedRequest("GET *", self.name, "", MOST_SCRIPTS, 0)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        told: set[str] = set()
        for exchange in _public(bench):
            found = dict(_secrets_in(exchange))
            new = {secret: what for secret, what in found.items() if secret not in told}
            told |= set(new)
            if new:
                yield _fault(exchange, sorted(set(new.values())))


def _public(bench: Workbench) -> Iterator[Exchange]:
    """What nobody in particular is given: scripts first, since pages repeat what they load."""
    seen = [visit for visit in visits(bench, "GET") if visit.caller == ANONYMOUS and is_success(visit.exchange)]
    probes = Probes(bench)
    if probes.are_allowed:
        scripts = [path for path in probes.paths if _SCRIPT.search(path) and "{" not in path]
        for path in scripts[:MOST_SCRIPTS]:
            exchange = probes.found(path)
            if exchange is not None:
                yield exchange
    yield from (visit.exchange for visit in seen)


def _secrets_in(exchange: Exchange) -> Iterator[tuple[str, str]]:
    text = text_of(exchange.answer) if exchange.answer is not None else ""
    for what, form in _ISSUED.items():
        for found in form.finditer(text):
            if len(set(found[1])) >= LEAST_DIFFERENT and not _PLACEHOLDER.search(found[1]):
                yield found[1], what


def _fault(exchange: Exchange, what: list[str]) -> Fault:
    path = urlsplit(exchange.sent.url).path
    return Fault(
        kind="published-key",
        cwe=798,
        owasp=OWASP,
        severity=Severity.HIGH,
        certainty=Certainty.OBSERVED,
        method="GET",
        path=path,
        part="body:",
        message=f"{path} gives anybody {', '.join(what)}; revoke it, and leave the new one to the server alone",
        proof=(without_body(exchange),),
        difference="the content holds a text of the form that its issuer gives to such secrets",
    )
