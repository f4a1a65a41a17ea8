"""Mails to customers, in whichever template language their author liked."""

import json

import jinja2
from django.http import HttpResponse
from django.template import Context, Engine
from django.template import Template as DjangoTemplate
from django.urls import path
from mako.template import Template as MakoTemplate

WORDINGS = {"formal": "Dear {{ who }}", "friendly": "Hello {{ who }}"}


def preview(request):
    template = jinja2.Template(request.GET["wording"])
    return HttpResponse(template.render(who="Ada"), content_type="text/plain")


def preview_known(request):
    template = jinja2.Template(WORDINGS.get(request.GET["wording"], "{{ who }}"))
    return HttpResponse(template.render(who="Ada"), content_type="text/plain")


def subject(request):
    message = json.loads(request.body)["message"]
    source = "{% autoescape on %}" + message["subject"].strip() + "{% endautoescape %}"
    return HttpResponse(DjangoTemplate(source, engine=Engine(libraries={})).render(Context({"key": "VAULT-7431"})))


def subject_as_value(request):
    message = json.loads(request.body)["message"]
    template = DjangoTemplate("{% autoescape on %}{{ subject }}{% endautoescape %}", engine=Engine(libraries={}))
    return HttpResponse(template.render(Context({"subject": message["subject"].strip(), "key": "VAULT-7431"})))


def footer(request, city):
    def source():
        return "Sent from %s" % city.replace("_", " ")

    return HttpResponse(MakoTemplate(source()).render(), content_type="text/plain")


def footer_plain(request, city):
    def source():
        return "Sent from %s" % "".join(each for each in city if each.isalpha())

    return HttpResponse(MakoTemplate(source()).render(), content_type="text/plain")


urlpatterns = [
    path("ssti/ssti-d01", preview),
    path("ssti/ssti-d02", preview_known),
    path("ssti/ssti-d03", subject),
    path("ssti/ssti-d04", subject_as_value),
    path("ssti/ssti-d05/<path:city>", footer),
    path("ssti/ssti-d06/<path:city>", footer_plain),
]
