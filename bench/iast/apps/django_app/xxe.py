"""Imports of XML."""

import base64
import io
import json
from xml.dom import minidom, pulldom
from xml.sax import handler, make_parser

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views import View
from lxml import etree


class Import(View):
    entities = True

    def post(self, request):
        text = json.loads(request.body)["document"]
        parser = etree.XMLParser(load_dtd=self.entities, resolve_entities=self.entities)
        root = etree.parse(io.BytesIO(text.encode()), parser).getroot()
        return HttpResponse("".join(root.itertext()), content_type="text/plain")


class ImportClosed(Import):
    entities = False


def pulled(request, external):
    parser = make_parser()
    parser.setFeature(handler.feature_external_ges, external)
    document = base64.b64decode(request.headers["X-Document"])
    events = pulldom.parse(io.BytesIO(document), parser=parser)
    return JsonResponse({"text": "".join(node.data for event, node in events if event == pulldom.CHARACTERS)})


def announced(request):
    return pulled(request, True)


def announced_closed(request):
    return pulled(request, False)


def listing(request):
    parser = etree.XMLPullParser(events=("end",), resolve_entities=True, load_dtd=True)
    parser.feed(request.POST["listing"])
    return JsonResponse({"text": [element.text for _, element in parser.read_events()]})


def listing_of_expat(request):
    document = minidom.parseString(request.POST["listing"])
    return JsonResponse({"text": [each.toxml() for each in document.documentElement.childNodes]})


urlpatterns = [
    path("xxe/xxe-d01", Import.as_view()),
    path("xxe/xxe-d02", ImportClosed.as_view()),
    path("xxe/xxe-d03", announced),
    path("xxe/xxe-d04", announced_closed),
    path("xxe/xxe-d05", listing),
    path("xxe/xxe-d06", listing_of_expat),
]
