"""What the checks of this theme tell, each said once. Used by every check beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.model.dast import Certainty, Exchange, Fault, Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.injection.weakness import Weakness

REFLECTED: Final = Weakness(
    kind="reflected-cross-site-scripting",
    cwe=79,
    severity=Severity.MEDIUM,
    message="What a visitor sends comes back as markup or code of the page, so that a link can run scripts in their "
    "name; encode it for the place where it stands, as templates with automatic escaping do",
)
STORED: Final = Weakness(
    kind="stored-cross-site-scripting",
    cwe=79,
    severity=Severity.HIGH,
    message="What one person writes is kept, and shown to others as markup or code of the page; "
    "encode it for the place where it stands, as templates with automatic escaping do",
)
OF_ADDRESS: Final = Weakness(
    kind="dom-cross-site-scripting",
    cwe=79,
    severity=Severity.MEDIUM,
    message="A script of the page makes markup or code of the page's address, so that a link can run scripts in a "
    "visitor's name; write it with textContent, or clean it first",
)
SPLITTING: Final = Weakness(
    kind="header-splitting",
    cwe=113,
    severity=Severity.MEDIUM,
    message="Line ends in a value begin a new header of the answer, so that a link can set cookies or another body; "
    "refuse control characters in whatever becomes part of a header",
)
TRAVERSAL: Final = Weakness(
    kind="path-traversal",
    cwe=22,
    severity=Severity.HIGH,
    message="The value becomes part of a file's path, and leads out of the folder that is meant; "
    "resolve the path and refuse it unless it is still inside, or look names up in a list",
    owasp="A01:2021",
)
ARCHIVE: Final = Weakness(
    kind="archive-traversal",
    cwe=22,
    severity=Severity.HIGH,
    message="Names inside of an archive become paths of files; "
    "refuse those that lead out of the folder that it is unpacked in",
    owasp="A01:2021",
)
FORGERY: Final = Weakness(
    kind="server-side-request-forgery",
    cwe=918,
    severity=Severity.HIGH,
    message="The server asks addresses that callers give, its own network's, too; allow only hosts of a list, and "
    "refuse what resolves to a private, loopback or link-local address, after each redirect as well",
    owasp="API7:2023",
)
ENTITIES: Final = Weakness(
    kind="xml-external-entity",
    cwe=611,
    severity=Severity.HIGH,
    message="XML that callers send may name files and addresses, which the server then reads; "
    "turn off external entities and document type definitions in its parser",
    owasp="A05:2021",
)
LOG: Final = Weakness(
    kind="log-injection",
    cwe=117,
    severity=Severity.LOW,
    message="The value becomes part of a line of the log as it is, and can write lines of its own; "
    "encode line ends in it",
    owasp="A09:2021",
)
PATTERN: Final = Weakness(
    kind="regex-injection",
    cwe=1333,
    severity=Severity.MEDIUM,
    message="The value becomes part of a regular expression, and can make it run for ever; "
    "escape it, or use plain search",
    owasp="API4:2023",
)
SLOW_PATTERN: Final = Weakness(
    kind="slow-pattern",
    cwe=1333,
    severity=Severity.MEDIUM,
    message="A pattern that the value is matched with takes many times longer for each character more, so that one "
    "short request can stop the server; write it without groups that repeat inside of one that does",
    owasp="API4:2023",
)


def fault_at(
    weakness: Weakness,
    operation: Operation,
    part: str,
    proof: Sequence[Exchange],
    difference: str,
    *,
    certainty: Certainty = Certainty.CONFIRMED,
    examples: Sequence[str] = (),
) -> Fault:
    """Where no part that was told of is at fault: a page, a folder, a parameter that was guessed."""
    return Fault(
        kind=weakness.kind,
        cwe=weakness.cwe,
        owasp=weakness.owasp,
        severity=weakness.severity,
        certainty=certainty,
        method=operation.method,
        path=operation.path,
        part=part,
        caller=proof[-1].sent.caller,
        message=weakness.message,
        proof=tuple(proof),
        difference=difference,
        examples=tuple(examples),
    )
