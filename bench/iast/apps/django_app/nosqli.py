"""Reviews and people in documents."""

import json

from django.http import JsonResponse
from django.urls import path
from django.views import View
from shoplib.documents import names, shop

FIELDS = {"colour": "colour", "author": "author"}


class SignIn(View):
    def post(self, request):
        credentials = json.loads(request.body)
        person = shop().people.find_one({"name": credentials["user"]["name"], "city": credentials["user"]["city"]})
        return JsonResponse({"person": person["secret"] if person else None})


class SignInAsText(View):
    def post(self, request):
        credentials = json.loads(request.body)
        person = shop().people.find_one({"name": "lab", "city": str(credentials["user"]["city"])})
        return JsonResponse({"person": person["secret"] if person else None})


def where(request):
    words = ["this.author == '", request.GET["author"], "'"]
    found = shop().reviews.find({"$where": "".join(words)})
    return JsonResponse({"names": names(found)})


def where_known(request):
    author = request.GET["author"]
    if author not in {"Grace Hopper", "Linus Berg"}:
        return JsonResponse({"names": []}, status=404)
    found = shop().reviews.find({"$where": f"this.author == '{author}'"})
    return JsonResponse({"names": names(found)})


def pipeline(request):
    stage = json.loads(request.headers["X-Match"])
    found = shop().reviews.aggregate([{"$match": stage}])
    return JsonResponse({"names": names(found)})


def pipeline_of_fields(request):
    asked = json.loads(request.headers["X-Match"])
    stage = {FIELDS[name]: str(value) for name, value in asked.items() if name in FIELDS}
    found = shop().reviews.aggregate([{"$match": stage}])
    return JsonResponse({"names": names(found)})


urlpatterns = [
    path("nosqli/nosqli-d01", SignIn.as_view()),
    path("nosqli/nosqli-d02", SignInAsText.as_view()),
    path("nosqli/nosqli-d03", where),
    path("nosqli/nosqli-d04", where_known),
    path("nosqli/nosqli-d05", pipeline),
    path("nosqli/nosqli-d06", pipeline_of_fields),
]
