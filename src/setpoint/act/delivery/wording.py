"""How a message reads: a title and a text, from templates that a folder of the user's may replace.

Whoever names a resource or a service writes into these texts, so values are bounded and their control characters spelt
out; what a service's own markup would make of them, its adapter escapes. `courier` calls it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from string import Template
from typing import Final

from setpoint.act.alert import printable
from setpoint.act.interface import Alert, Message
from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.files import read_bytes

SHIPPED: Final[Mapping[str, str]] = {
    "title": "[$severity] $service: $title",
    "group": "[$severity] $service: $count alerts ($kind)",
    "alert": """\
$title
  why:      $why
  resource: $resource
  service:  $service (owner: $owner)
  time:     $time
  do:       $helps""",
}
"""Over one alert, over several, and each alert itself. A folder's `CHANNEL.NAME.txt` or `NAME.txt` replaces one."""

FIELDS: Final = ("severity", "kind", "title", "why", "resource", "service", "owner", "time", "helps", "count")
"""What a template may use. Over several alerts, they are those of the most severe one."""

LONGEST_VALUE: Final = 1_000
LONGEST_TITLE: Final = 200
"""Characters; services cut longer titles, each in its own way."""

LARGEST_TEMPLATE: Final = 64 * 1024

_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str


class Wording:
    def __init__(self, folder: Path | None, channels: Collection[str]) -> None:
        """Raises `InputError` for a template that does not belong to anything, or uses what there is not."""
        self._templates = {name: Template(text) for name, text in SHIPPED.items()}
        if folder is not None:
            self._templates |= dict(_read_folder(folder, channels))

    def write(self, channel: str, message: Message, owner: str, *, longest: int) -> Text:
        """For this channel, in at most so many characters: alerts that find no room are counted."""
        worst = max(message.alerts, key=lambda alert: alert.severity.rank)
        count = len(message.alerts) + message.more
        over = self._template(channel, "title" if count == 1 else "group")
        title = over.substitute(_values(worst, owner, count))
        block = self._template(channel, "alert")
        blocks = [block.substitute(_values(alert, owner, 1)).strip("\n") for alert in message.alerts]
        return Text(clipped(" ".join(title.split()), LONGEST_TITLE), _fitted(blocks, message, longest))

    def _template(self, channel: str, name: str) -> Template:
        return self._templates.get(f"{channel}.{name}") or self._templates[name]


def clipped(text: str, longest: int) -> str:
    """`text`, with an ellipsis where it had to be cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _fitted(blocks: list[str], message: Message, longest: int) -> str:
    """As many blocks as there is room for, at least one, and how many there would have been."""
    listed = len(blocks)
    while True:
        left = len(blocks) - listed + message.more
        rest = f"\n\nand {left} more: {_shown(message.alerts[-1].helps)}" if left else ""
        body = "\n\n".join(blocks[:listed])
        if listed == 1:
            return clipped(clipped(body, max(1, longest - len(rest))) + rest, longest)
        if len(body) + len(rest) <= longest:
            return body + rest
        listed -= 1


def _values(alert: Alert, owner: str, count: int) -> dict[str, str]:
    return {
        "severity": str(alert.severity),
        "kind": _shown(alert.kind),
        "title": _shown(alert.title),
        "why": _shown(", ".join(alert.policies)),
        "resource": _shown(alert.subject or ""),
        "service": _shown(alert.service),
        "owner": _shown(owner),
        "time": alert.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
        "helps": _shown(alert.helps),
        "count": str(count),
    }


def _shown(value: str) -> str:
    return clipped(printable(value), LONGEST_VALUE) or _NOTHING


def _read_folder(folder: Path, channels: Collection[str]) -> Iterator[tuple[str, Template]]:
    if not folder.is_dir():
        raise InputError("there is no such folder of templates", where=str(folder), remedy="check alerts.templates")
    known = {*SHIPPED, *(f"{channel}.{name}" for channel in channels for name in SHIPPED)}
    for path in sorted(folder.glob("*.txt")):
        if path.stem not in known:
            names = [f"{name}.txt" for name in known]
            raise InputError(
                "no message uses a template of this name", where=str(path), remedy=did_you_mean(path.name, names)
            )
        yield path.stem, _read_template(path)


def _read_template(path: Path) -> Template:
    try:
        template = Template(read_bytes(path, limit=LARGEST_TEMPLATE).decode())
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=str(path)) from error
    for number, line in enumerate(template.template.splitlines(), start=1):
        _check_line(Template(line), f"{path}:{number}")
    return template


def _check_line(line: Template, where: str) -> None:
    if not line.is_valid():
        raise InputError("a $ stands here without a field", where=where, remedy="write $$ for the sign itself")
    for name in line.get_identifiers():
        if name not in FIELDS:
            raise InputError(f"there is no field ${name}", where=where, remedy=did_you_mean(name, FIELDS))
