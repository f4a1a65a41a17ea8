"""Files that systems have, by the shape of what they hold. Called by the checks of paths, entities and addresses."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

from setpoint.model.dast import Answer

ACCOUNTS: Final = "etc/passwd"
"""Every POSIX system has it, everybody may read it, and it holds no passwords (passwd(5))."""
KERNEL: Final = "proc/version"
"""Of Linux, and of no use to write to (proc(5)): for whatever may write where others read, as root, too."""
WIN_INI: Final = "windows/win.ini"

_ROOT: Final = re.compile(r"\broot:[^:\s\\]{0,64}:0:0:[^:\n\\]{0,64}:/[^:\s\\]{0,64}:/[\w/]{2,40}")
"""The first line, as passwd(5) has it: the account whose number is 0."""
_VERSION: Final = re.compile(r"\bLinux version \d+\.\d+[^\n]{1,300}#\d+")
_WIN_INI: Final = re.compile(
    r"\[(?:fonts|extensions|mci extensions|files)\][\s\S]{0,400}?\[\w[\w ]{2,30}\]", re.IGNORECASE
)
_ENVIRONMENT: Final = re.compile(r"(?:^|\n)[A-Z][A-Z0-9_]{2,40}=[^\n]+\n(?:[A-Z][A-Z0-9_]{2,40}=|#|\s*$)")
_PYTHON: Final = re.compile(
    r"(?:^|\n)(?:from [\w.]{1,80} import \w|import \w[\w.]{0,80}[ \n])[\s\S]{0,4000}?\n(?:def |class |@|\w+ ?= ?)"
)
_PINNED: Final = re.compile(r"(?:^|\n)[A-Za-z][\w.\-\[\]]{1,60}\s*[=~>]=\s*\d[\w.]*[ \t]*(?:\n|$)")
_PACKAGE: Final = re.compile(r'"(?:dependencies|devDependencies|scripts)"\s*:\s*\{')
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")

OWN_FILES: Final = (
    (".env", _ENVIRONMENT),
    ("requirements.txt", _PINNED),
    ("app.py", _PYTHON),
    ("main.py", _PYTHON),
    ("package.json", _PACKAGE),
)
"""What applications lie beside, and what stands in it."""


def is_passwd(answer: Answer) -> bool:
    """Whether it shows the file of accounts: as it is, inside of JSON, or as base64."""
    return any(_ROOT.search(each) for each in _readings(answer))


def is_kernel(answer: Answer) -> bool:
    return any(_VERSION.search(each) for each in _readings(answer))


def is_win_ini(answer: Answer) -> bool:
    return any(_WIN_INI.search(each) for each in _readings(answer))


def is_like(shape: re.Pattern[str]) -> Callable[[Answer], bool]:
    return lambda answer: any(shape.search(each) for each in _readings(answer))


def _readings(answer: Answer) -> list[str]:
    text = answer.body.decode(errors="replace")
    readings = [text]
    if "\\" in text:
        readings.append(text.replace("\\r", "").replace("\\n", "\n").replace("\\/", "/").replace('\\"', '"'))
    if "&" in text:
        readings.append(text.replace("&quot;", '"').replace("&#34;", '"').replace("&#x2F;", "/").replace("&#47;", "/"))
    for found in _BASE64.findall(answer.body)[:8]:
        try:
            readings.append(base64.b64decode(found[: len(found) // 4 * 4]).decode(errors="replace"))
        except binascii.Error:
            continue
    return readings
