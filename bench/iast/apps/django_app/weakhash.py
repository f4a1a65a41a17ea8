"""Digests of the back office."""

import hashlib
from functools import partial
from hashlib import sha1

from cryptography.hazmat.primitives import hashes
from django.http import JsonResponse
from django.urls import path


def hexed(algorithm, data):
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize().hex()


def reset_link(request):
    return JsonResponse({"token": sha1(request.GET["mail"].encode()).hexdigest()})


def reset_link_strong(request):
    return JsonResponse({"token": hashlib.blake2b(request.GET["mail"].encode(), digest_size=32).hexdigest()})


def certificate(request):
    return JsonResponse({"print": hexed(hashes.MD5(), request.body)})


def certificate_strong(request):
    return JsonResponse({"print": hexed(hashes.SHA3_256(), request.body)})


def remembered(request):
    make = partial(hashlib.new, "md5")
    return JsonResponse({"key": make(request.COOKIES["device"].encode()).hexdigest()})


def remembered_cache_key(request):
    make = partial(hashlib.new, "md5", usedforsecurity=False)
    return JsonResponse({"key": make(request.COOKIES["device"].encode()).hexdigest()})


urlpatterns = [
    path("weakhash/weakhash-d01", reset_link),
    path("weakhash/weakhash-d02", reset_link_strong),
    path("weakhash/weakhash-d03", certificate),
    path("weakhash/weakhash-d04", certificate_strong),
    path("weakhash/weakhash-d05", remembered),
    path("weakhash/weakhash-d06", remembered_cache_key),
]
