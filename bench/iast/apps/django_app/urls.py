import importlib
import pkgutil

from django.http import JsonResponse
from django.urls import path

import django_app

NOT_VIEWS = {"settings", "urls", "wsgi", "models"}


def ready(request):
    return JsonResponse({"ready": True})


urlpatterns = [path("ready", ready)]
for _found in pkgutil.iter_modules(django_app.__path__):
    if _found.name not in NOT_VIEWS:
        urlpatterns += getattr(importlib.import_module(f"django_app.{_found.name}"), "urlpatterns", [])
