"""What the checks of this theme tell, each said once. Used by every check beside it."""

from __future__ import annotations

from typing import Final

from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.fault_kind import INJECTION, FaultKind

_TABLE: Final = (
    (
        "reflected-cross-site-scripting",
        79,
        Severity.MEDIUM,
        (
            "What a visitor sends comes back as markup or code of the page, so that a link can run scripts in "
            "their name; encode it for the place where it stands, as templates with automatic escaping do"
        ),
        INJECTION,
    ),
    (
        "stored-cross-site-scripting",
        79,
        Severity.HIGH,
        (
            "What one person writes is kept, and shown to others as markup or code of the page; encode it for the "
            "place where it stands, as templates with automatic escaping do"
        ),
        INJECTION,
    ),
    (
        "dom-cross-site-scripting",
        79,
        Severity.MEDIUM,
        (
            "A script of the page makes markup or code of the page's address, so that a link can run scripts in a "
            "visitor's name; write it with textContent, or clean it first"
        ),
        INJECTION,
    ),
    (
        "header-splitting",
        113,
        Severity.MEDIUM,
        (
            "Line ends in a value begin a new header of the answer, so that a link can set cookies or another "
            "body; refuse control characters in whatever becomes part of a header"
        ),
        INJECTION,
    ),
    (
        "path-traversal",
        22,
        Severity.HIGH,
        (
            "The value becomes part of a file's path, and leads out of the folder that is meant; resolve the path "
            "and refuse it unless it is still inside, or look names up in a list"
        ),
        "A01:2021",
    ),
    (
        "archive-traversal",
        22,
        Severity.HIGH,
        (
            "Names inside of an archive become paths of files; refuse those that lead out of the folder that it "
            "is unpacked in"
        ),
        "A01:2021",
    ),
    (
        "server-side-request-forgery",
        918,
        Severity.HIGH,
        (
            "The server asks addresses that callers give, its own network's, too; allow only hosts of a list, and "
            "refuse what resolves to a private, loopback or link-local address, after each redirect as well"
        ),
        "API7:2023",
    ),
    (
        "xml-external-entity",
        611,
        Severity.HIGH,
        (
            "XML that callers send may name files and addresses, which the server then reads; turn off external "
            "entities and document type definitions in its parser"
        ),
        "A05:2021",
    ),
    (
        "log-injection",
        117,
        Severity.LOW,
        "The value becomes part of a line of the log as it is, and can write lines of its own; encode line ends in it",
        "A09:2021",
    ),
    (
        "regex-injection",
        1333,
        Severity.MEDIUM,
        "The value becomes part of a regular expression, and can make it run for ever; escape it, or use plain search",
        "API4:2023",
    ),
    (
        "slow-pattern",
        1333,
        Severity.MEDIUM,
        (
            "A pattern that the value is matched with takes many times longer for each character more, so that "
            "one short request can stop the server; write it without groups that repeat inside of one that does"
        ),
        "API4:2023",
    ),
)
"""Kind, CWE, severity, what is wrong and what would do, class of OWASP."""

_KINDS: Final = {kind: FaultKind(kind, cwe, severity, message, owasp) for kind, cwe, severity, message, owasp in _TABLE}

REFLECTED: Final = _KINDS["reflected-cross-site-scripting"]
STORED: Final = _KINDS["stored-cross-site-scripting"]
OF_ADDRESS: Final = _KINDS["dom-cross-site-scripting"]
SPLITTING: Final = _KINDS["header-splitting"]
TRAVERSAL: Final = _KINDS["path-traversal"]
ARCHIVE: Final = _KINDS["archive-traversal"]
FORGERY: Final = _KINDS["server-side-request-forgery"]
ENTITIES: Final = _KINDS["xml-external-entity"]
LOG: Final = _KINDS["log-injection"]
PATTERN: Final = _KINDS["regex-injection"]
SLOW_PATTERN: Final = _KINDS["slow-pattern"]
