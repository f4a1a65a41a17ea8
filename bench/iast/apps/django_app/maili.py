"""Letters, by Django's own mail and by the shop's outbox."""

import json
import urllib.parse

from django.core.mail import BadHeaderError, send_mail
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.views import View
from shoplib.mail import DESK, SENDER, Outbox

TOPICS = {"delivery": "About a delivery", "invoice": "About an invoice"}


class Contact(View):
    def post(self, request):
        subject = request.POST["subject"].capitalize()
        letter = "\r\n".join(["From: " + SENDER, "Subject: " + subject, "", "a question"])
        Outbox().send_text(letter)
        return HttpResponse("sent")


class ContactDjango(View):
    def post(self, request):
        subject = request.POST["subject"].capitalize()
        try:
            send_mail(subject, "a question", SENDER, [DESK])
        except (BadHeaderError, ValueError):
            return HttpResponseBadRequest("one line please")
        return HttpResponse("sent")


def receipt(request):
    order = json.loads(request.body)["order"]
    letter = "From: {sender}\nTo: {desk}\nX-Order: {name}\n\nthank you".format(
        sender=SENDER, desk=DESK, name=order["name"]
    )
    Outbox().send_text(letter)
    return HttpResponse("sent")


def receipt_in_body(request):
    order = json.loads(request.body)["order"]
    letter = "From: {sender}\nTo: {desk}\n\nthank you for {name}".format(sender=SENDER, desk=DESK, name=order["name"])
    Outbox().send_text(letter)
    return HttpResponse("sent")


def reminder(request):
    topic = urllib.parse.unquote_plus(request.COOKIES["topic"])
    Outbox().send_text(f"From: {SENDER}\nSubject: {topic}\n\nremember")
    return HttpResponse("sent")


def reminder_of_topic(request):
    topic = urllib.parse.unquote_plus(request.COOKIES["topic"])
    Outbox().send_text(f"From: {SENDER}\nSubject: {TOPICS.get(topic, 'About the shop')}\n\nremember")
    return HttpResponse("sent")


urlpatterns = [
    path("maili/maili-d01", Contact.as_view()),
    path("maili/maili-d02", ContactDjango.as_view()),
    path("maili/maili-d03", receipt),
    path("maili/maili-d04", receipt_in_body),
    path("maili/maili-d05", reminder),
    path("maili/maili-d06", reminder_of_topic),
]
