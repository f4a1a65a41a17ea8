"""The way out for letters."""

import smtplib

from shoplib import config

SENDER = "shop@shop.test"
DESK = "desk@shop.test"


class Outbox:
    """One connection to the relay."""

    def __init__(self, port=None):
        self.port = port or config.SMTP_PORT

    def send_text(self, text, recipient=DESK):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as relay:
            relay.sendmail(SENDER, [recipient], text)

    def send_message(self, message):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as relay:
            relay.send_message(message)
