"""Suppliers, by XPath."""

import json
from xml.etree import ElementTree

from django.http import JsonResponse
from django.urls import path
from lxml import etree
from shoplib.suppliers import CATALOGUE

TREE = etree.fromstring(CATALOGUE)
BY_NAME = etree.XPath("//supplier[name=$name]/@city")


def answer(found):
    return JsonResponse({"found": [str(each) for each in found]})


class Query:
    """An XPath that grows."""

    def __init__(self, start):
        self.text = start

    def where(self, condition):
        self.text += f"[{condition}]"
        return self


def by_name(request):
    query = Query("//supplier").where("name='" + request.POST["name"] + "'")
    return answer(TREE.xpath(query.text + "/@city | //none"))


def by_name_bound(request):
    return answer(BY_NAME(TREE, name=request.POST["name"]))


def by_goods(request):
    goods = json.loads(request.COOKIES["basket"])["goods"]
    found = etree.ElementTree(TREE).xpath('//supplier[goods="{0}"]/name/text()'.format(goods))
    return answer(found)


def by_goods_compared(request):
    goods = json.loads(request.COOKIES["basket"])["goods"]
    return answer(each.findtext("name") for each in TREE.iter("supplier") if each.findtext("goods") == goods)


def by_city(request, city):
    city = city.replace("+", " ")
    found = ElementTree.fromstring(CATALOGUE).findall(f".//supplier[@city='{city}']")
    return answer(each.findtext("name") for each in found)


def by_city_listed(request, city):
    city = city.replace("+", " ")
    if city not in ("Porto", "Rio Verde"):
        return answer(())
    found = ElementTree.fromstring(CATALOGUE).findall(f".//supplier[@city='{city}']")
    return answer(each.findtext("name") for each in found)


urlpatterns = [
    path("xpathi/xpathi-d01", by_name),
    path("xpathi/xpathi-d02", by_name_bound),
    path("xpathi/xpathi-d03", by_goods),
    path("xpathi/xpathi-d04", by_goods_compared),
    path("xpathi/xpathi-d05/<path:city>", by_city),
    path("xpathi/xpathi-d06/<path:city>", by_city_listed),
]
