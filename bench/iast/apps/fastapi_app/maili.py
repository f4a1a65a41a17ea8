"""Letters, sent beside the event loop."""

import asyncio
import hashlib
import smtplib
import string
from email.mime.text import MIMEText
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, HTTPException
from pydantic import BaseModel
from shoplib import config
from shoplib.mail import DESK, SENDER, Outbox
from shoplib.text import unpercent

router = APIRouter(prefix="/maili")
LETTER = string.Template("From: $sender\nTo: $desk\nSubject: $subject\n\n$text")


class Message(BaseModel):
    subject: str
    text: str = "hello"


def outbox():
    return Outbox()


@router.post("/maili-a01")
async def send(message: Message, outbox: Annotated[Outbox, Depends(outbox)]):
    letter = LETTER.substitute(sender=SENDER, desk=DESK, **message.model_dump())
    await asyncio.to_thread(outbox.send_text, letter)
    return {}


@router.post("/maili-a02")
async def send_fixed(message: Message, outbox: Annotated[Outbox, Depends(outbox)]):
    message.subject = "A message from the shop"
    letter = LETTER.substitute(sender=SENDER, desk=DESK, **message.model_dump())
    await asyncio.to_thread(outbox.send_text, letter)
    return {}


@router.get("/maili-a03")
def notify(x_from: Annotated[str, Header()]):
    with smtplib.SMTP("127.0.0.1", config.SMTP_PORT) as relay:
        relay.sendmail(SENDER, [DESK], "X-From: " + unpercent(x_from) + "\n" + MIMEText("news").as_string())
    return {}


@router.get("/maili-a04")
def notify_hashed(x_from: Annotated[str, Header()]):
    known = hashlib.sha256(unpercent(x_from).encode()).hexdigest()
    with smtplib.SMTP("127.0.0.1", config.SMTP_PORT) as relay:
        relay.sendmail(SENDER, [DESK], "X-From: " + known + "\n" + MIMEText("news").as_string())
    return {}


@router.post("/maili-a05")
def feedback(name: Annotated[str, Form()], outbox: Annotated[Outbox, Depends(outbox)]):
    outbox.send_text("Subject: feedback of %(name)s\n\nfine" % {"name": name})
    return {}


@router.post("/maili-a06")
def feedback_plain(name: Annotated[str, Form()], outbox: Annotated[Outbox, Depends(outbox)]):
    if not all(each.isalnum() or each == " " for each in name):
        raise HTTPException(400, "a plain name please")
    outbox.send_text("Subject: feedback of %(name)s\n\nfine" % {"name": name})
    return {}
