"""E-mail: input in the headers of a message, where a line break adds another recipient or another header.

`EmailMessage` and Django refuse line breaks in headers. Messages of the older classes (`MIMEText`, `MIMEMultipart`) and
those that are written as a text do not, or only some; they are looked at where a header is set and where a text is
sent. A body may hold what it likes, and so may an envelope: whom to write to is often the request's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import MAIL_INJECTION
from setpoint_agent.examination import examine, is_of_others
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, looking, looking_at_unusual

_SAFE_AFTER: Final = frozenset({"header", "url"})
SENT: Final = Sink(MAIL_INJECTION, "smtplib.SMTP.sendmail", "header", safe_after=_SAFE_AFTER)
SET: Final = Sink(MAIL_INJECTION, "email.message.Message", "header", safe_after=_SAFE_AFTER)

MOST_HEAD: Final = 16_384
"""Characters of a message in which its headers are looked for."""
_THROUGH: Final = frozenset({"email.message", "email.mime.base", "email.mime.text", "email.mime.multipart"})
_END_OF_HEAD: Final = re.compile(r"\r?\n\r?\n")


def _sent(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`sendmail(sender, recipients, message)`: the lines of its head, one by one: between them breaks are meant."""
    message = argument(arguments, keywords, 3, "msg")
    if isinstance(message, str | bytes) and application_caller() is not None:
        for line in _head(message):
            examine(SENT, line)


def _setting(position: int, keyword: str) -> Wrap:
    """`message[name] = value` of a class that lets line breaks through."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        value = argument(arguments, keywords, position, keyword)
        if not isinstance(value, str) or _refuses(arguments[0]):
            return
        if application_caller(_THROUGH) is not None:
            examine(SET, value)
        else:
            is_of_others(SET, value)

    return looking_at_unusual(SET, position, keyword, look)


def _refuses(message: Any) -> bool:
    """Whether the policy of a message checks what is set as a header (all but the oldest, `compat32`)."""
    return hasattr(message.policy, "header_factory")


def _flattened(original: Callable[..., Any]) -> Callable[..., Any]:
    """`as_string`, `as_bytes`: the head of a message that refuses line breaks is safe as a text, too."""

    def flatten(message: Any, *arguments: Any, **keywords: Any) -> Any:
        text = original(message, *arguments, **keywords)
        if current.get() is not None:
            _note(message, text)
        return text

    return flatten


@quietly
def _note(message: Any, text: str | bytes) -> None:
    request = current.get()
    if request is not None and _refuses(message):
        for line in _head(text):
            request.note_passage(line, "header")


def _head(message: str | bytes) -> list[str]:
    text = message[:MOST_HEAD]
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _END_OF_HEAD.split(decoded, maxsplit=1)[0].splitlines()


PATCHES: Final = (
    Patch("smtplib", "SMTP.sendmail", looking(_sent)),
    Patch("email.message", "Message.__setitem__", _setting(2, "val")),
    Patch("email.message", "Message.add_header", _setting(2, "_value")),
    Patch("email.message", "Message.replace_header", _setting(2, "_value")),
    Patch("email.message", "Message.as_bytes", _flattened),
    Patch("email.message", "Message.as_string", _flattened),
    Patch("email.message", "MIMEPart.as_string", _flattened),
)
