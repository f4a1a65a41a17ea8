"""Headers of e-mail that hold input."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of


class Client(smtplib.SMTP):
    """Sends to nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[str] = []

    def ehlo_or_helo_if_needed(self) -> None:
        self.esmtp_features = {}

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        self.commands.append(cmd)
        return 250, b""

    def mail(self, sender: str, options: Any = ()) -> tuple[int, bytes]:
        return 250, b""

    def rcpt(self, recip: str, options: Any = ()) -> tuple[int, bytes]:
        return 250, b""

    def data(self, msg: Any) -> tuple[int, bytes]:
        return 250, b""


def test_texts(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.mail", sources=False)
    with request_of(smith):
        Client().sendmail("a@example.com", ["b@example.com"], f"From: a@example.com\r\nSubject: {smith}\r\n\r\nHello")
        Client().sendmail("a@example.com", "b@example.com", msg=f"Subject: for {smith}\n\nHello".encode())
    assert [(each.kind.cwe, each.attack, each.sink) for each in evidence] == [(93, False, "smtplib.SMTP.sendmail")] * 2


def test_messages_of_the_older_classes(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.mail", sources=False)
    with request_of(smith):
        text = MIMEText("Hello")
        text["Subject"] = f"For {smith}"
        parts = MIMEMultipart()
        parts.add_header("X-For", smith)
        text.replace_header("Subject", smith)
        Client().send_message(text, "a@example.com", ["b@example.com"])
    assert [each.sink for each in evidence] == ["email.message.Message"] * 3


def test_what_refuses_line_breaks(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.mail", sources=False)
    with request_of(smith):
        message = EmailMessage()
        message["Subject"] = f"For {smith}"
        message.set_content(f"Hello {smith}")
        Client().send_message(message, "a@example.com", ["b@example.com"])
        Client().sendmail("a@example.com", ["b@example.com"], message.as_string())
        Client().sendmail("a@example.com", ["b@example.com"], message.as_bytes())
        with pytest.raises(ValueError, match="linefeed"):
            message["X-For"] = f"{smith}\nBcc: c@example.com"
    assert evidence == []


def test_bodies_and_what_was_checked(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.mail", sources=False)
    with request_of(smith):
        Client().sendmail("a@example.com", ["b@example.com"], f"Subject: hello\n\nHello {smith}")
        text = MIMEText(f"Hello {smith}")
        text["Subject"] = smith.replace("\r", "").replace("\n", "")
        if "\n" in smith or "\r" in smith:
            raise ValueError
        text["X-For"] = smith
    assert evidence == []
