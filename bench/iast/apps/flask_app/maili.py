"""Letters to the help desk."""

import smtplib
from email.header import Header
from email.message import EmailMessage

from flask import Blueprint, request
from shoplib import config
from shoplib.mail import DESK, SENDER, Outbox
from shoplib.text import unbase64

bp = Blueprint("maili", __name__, url_prefix="/maili")


@bp.post("/maili-f01")
def question():
    letter = f"Subject: {request.form['subject']}\r\nTo: {DESK}\r\n\r\n{request.form['text']}"
    Outbox().send_text(letter)
    return "sent"


@bp.post("/maili-f02")
def question_as_message():
    letter = EmailMessage()
    letter["From"], letter["To"] = SENDER, DESK
    try:
        letter["Subject"] = request.form["subject"]
    except ValueError:
        return "one line please", 400
    letter.set_content(request.form["text"])
    Outbox().send_message(letter)
    return "sent"


@bp.post("/maili-f03")
def invitation():
    guest = unbase64(request.get_json()["guests"][0]["name"])
    headers = {"From": SENDER, "To": DESK, "Reply-To": '"%s" <guest@shop.test>' % guest}
    lines = ["%s: %s" % each for each in headers.items()]
    with smtplib.SMTP("127.0.0.1", config.SMTP_PORT) as relay:
        relay.sendmail(SENDER, DESK, "\r\n".join([*lines, "", "Please come"]))
    return "sent"


@bp.post("/maili-f04")
def invitation_encoded():
    guest = unbase64(request.get_json()["guests"][0]["name"])
    headers = {"From": SENDER, "To": DESK, "X-Guest": Header(" ".join(guest.splitlines()), "utf-8").encode()}
    lines = ["%s: %s" % each for each in headers.items()]
    with smtplib.SMTP("127.0.0.1", config.SMTP_PORT) as relay:
        relay.sendmail(SENDER, DESK, "\r\n".join([*lines, "", "Please come"]))
    return "sent"


@bp.get("/maili-f05")
def subscription():
    topic = request.args["topic"]
    Outbox().send_text("To: " + DESK + "\nX-Topic: " + topic + "\n\nsubscribed")
    return "sent"


@bp.get("/maili-f06")
def subscription_checked():
    topic = request.args["topic"]
    if "\n" in topic or "\r" in topic:
        return "one line please", 400
    Outbox().send_text("To: " + DESK + "\nX-Topic: " + topic + "\n\nsubscribed")
    return "sent"
