from __future__ import annotations

import base64
import json

import pytest

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.reflection.known_files import OWN_FILES, is_like, is_passwd, is_win_ini

ACCOUNTS = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"


def answer(text: str) -> Answer:
    return Answer(200, (), text.encode())


@pytest.mark.parametrize(
    "text",
    [
        ACCOUNTS,
        f"<pre>{ACCOUNTS}</pre>",
        json.dumps({"content": ACCOUNTS}),
        json.dumps({"content": base64.b64encode(ACCOUNTS.encode()).decode()}),
    ],
)
def test_the_file_of_accounts_however_it_is_shown(text: str) -> None:
    assert is_passwd(answer(text))


@pytest.mark.parametrize("text", ["", "../../etc/passwd", "root: not found", "root:x:0", "user:x:0:0:user:/:/bin/sh"])
def test_what_only_speaks_of_it(text: str) -> None:
    assert not is_passwd(answer(text))


def test_a_file_of_windows() -> None:
    assert is_win_ini(answer("; for 16-bit app support\r\n[fonts]\r\n[extensions]\r\n[mci extensions]\r\n"))
    assert not is_win_ini(answer("[fonts] are pretty"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "DEBUG=1\nDATABASE_URL=sqlite:///a\n"),
        ("requirements.txt", "flask==3.1.3\nlxml>=6\n"),
        ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
        ("package.json", '{"name": "a", "dependencies": {}}'),
    ],
)
def test_files_of_applications(name: str, text: str) -> None:
    shape = dict(OWN_FILES)[name]
    assert is_like(shape)(answer(text))
    assert not is_like(shape)(answer("<html><body><p>Not found: the file import is missing</p></body></html>"))
