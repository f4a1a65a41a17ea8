"""Tokens of the back office."""

import json
import os
import random
import uuid
from random import choices

from django.http import JsonResponse
from django.urls import path
from django.utils.crypto import get_random_string
from django.views import View


class Tokens:
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"

    def make(self, length):
        return "".join(choices(self.alphabet, k=length))


class StrongTokens(Tokens):
    def make(self, length):
        return get_random_string(length, self.alphabet)


class Invite(View):
    tokens = Tokens()

    def get(self, request, guest):
        return JsonResponse({"guest": guest, "token": self.tokens.make(20)})


class InviteStrong(Invite):
    tokens = StrongTokens()


def coupon(request):
    return JsonResponse({"name": request.GET["name"], "coupon": str(random.random())[2:]})


def coupon_strong(request):
    return JsonResponse({"name": request.GET["name"], "coupon": str(uuid.uuid4())})


def key(request):
    label = json.loads(request.body)["label"]
    return JsonResponse({"label": label, "key": random.randbytes(16).hex()})


def key_strong(request):
    label = json.loads(request.body)["label"]
    return JsonResponse({"label": label, "key": os.urandom(16).hex()})


urlpatterns = [
    path("weakrand/weakrand-d01/<str:guest>", Invite.as_view()),
    path("weakrand/weakrand-d02/<str:guest>", InviteStrong.as_view()),
    path("weakrand/weakrand-d03", coupon),
    path("weakrand/weakrand-d04", coupon_strong),
    path("weakrand/weakrand-d05", key),
    path("weakrand/weakrand-d06", key_strong),
]
