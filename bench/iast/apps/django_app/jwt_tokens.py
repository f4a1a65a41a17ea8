"""Tokens of the back office."""

import json

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.conf import settings
from django.http import JsonResponse
from django.urls import path
from django.views import View

OPTIONS = {"key": "changeme", "algorithm": "HS384"}
SIGNING = ed25519.Ed25519PrivateKey.generate()


class Issue(View):
    options = OPTIONS

    def post(self, request):
        claims = {"sub": json.loads(request.body)["user"]["name"]}
        return JsonResponse({"token": jwt.encode(claims, **self.options)})


class IssueSigned(Issue):
    options = {"key": SIGNING, "algorithm": "EdDSA"}


def read(request):
    token = request.COOKIES["pass"]
    try:
        claims = jwt.decode(token, "", algorithms=["none", "HS256"], options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return JsonResponse({"error": "not ours"}, status=401)
    return JsonResponse({"who": claims["sub"]})


def read_verified(request):
    token = request.COOKIES["pass"]
    try:
        claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return JsonResponse({"error": "not ours"}, status=401)
    return JsonResponse({"who": claims["sub"]})


def share(request, document):
    key = "shop" + "2024"
    return JsonResponse({"link": "/shared/" + jwt.encode({"document": document}, key)})


def share_signed(request, document):
    key = ec.generate_private_key(ec.SECP256R1())
    return JsonResponse({"link": "/shared/" + jwt.encode({"document": document}, key, algorithm="ES256")})


urlpatterns = [
    path("jwt/jwt-d01", Issue.as_view()),
    path("jwt/jwt-d02", IssueSigned.as_view()),
    path("jwt/jwt-d03", read),
    path("jwt/jwt-d04", read_verified),
    path("jwt/jwt-d05/<str:document>", share),
    path("jwt/jwt-d06/<str:document>", share_signed),
]
