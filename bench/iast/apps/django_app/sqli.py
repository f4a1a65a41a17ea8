"""Products and customers: the ORM, its raw doors, and plain cursors."""

import base64
import json
import queue
from contextlib import closing

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.views import View
from shoplib import config

from django_app.models import Customer, Product


def listed(names):
    return JsonResponse({"names": list(names)})


def search(request):
    term = request.GET["q"]
    found = Product.objects.raw(f"SELECT * FROM products WHERE name = '{term}'")
    return listed(product.name for product in found)


def search_safely(request):
    term = request.GET["q"]
    found = Product.objects.raw("SELECT * FROM products WHERE name = %s", [term])
    return listed(product.name for product in found)


class CustomersIn(View):
    def post(self, request):
        city = request.POST["city"].title()
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM customers WHERE role <> 'root' AND city = '" + city + "'")
            return listed(row[0] for row in cursor.fetchall())


class CustomersInQ(View):
    def post(self, request):
        city = request.POST["city"].title()
        found = Customer.objects.filter(~Q(role="root"), city=city)
        return listed(found.values_list("name", flat=True))


def by_preference(request):
    preference = json.loads(base64.b64decode(request.COOKIES["prefs"]))
    found = Product.objects.extra(where=["colour = '%s'" % preference["colour"]])
    return listed(found.values_list("name", flat=True))


def by_preference_safely(request):
    preference = json.loads(base64.b64decode(request.COOKIES["prefs"]))
    found = Product.objects.extra(where=["colour = %s"], params=[preference["colour"]])
    return listed(found.values_list("name", flat=True))


def from_device(request):
    pending = queue.Queue()
    pending.put(request.headers["X-Colour"])
    colour = pending.get()
    matching = RawSQL("SELECT id FROM products WHERE colour = '" + colour.replace("colour-", "") + "'", [])
    return listed(Product.objects.filter(id__in=matching).values_list("name", flat=True))


def from_device_quoted(request):
    pending = queue.Queue()
    pending.put(request.headers["X-Colour"])
    colour = pending.get()
    if "'" in colour or '"' in colour or ";" in colour:
        return HttpResponseBadRequest("no quotes please")
    matching = RawSQL("SELECT id FROM products WHERE colour = '" + colour.replace("colour-", "") + "'", [])
    return listed(Product.objects.filter(id__in=matching).values_list("name", flat=True))


def customer_orders(request, name):
    sql = " ".join(["SELECT", "name", "FROM", "customers", "WHERE", "name", "=", f'"{name}"'])
    with connection.cursor() as cursor:
        return listed(row[0] for row in cursor.execute(sql).fetchall())


def customer_exists(request, name):
    sql = "SELECT name FROM customers WHERE id = 1"
    if name.startswith("Grace"):
        sql = "SELECT name FROM customers WHERE id = 2"
    with connection.cursor() as cursor:
        return listed(row[0] for row in cursor.execute(sql).fetchall())


def in_warehouse(request):
    import psycopg

    first, *_ = request.GET.getlist("name")
    with psycopg.connect(config.POSTGRES) as warehouse:
        return listed(row[0] for row in warehouse.execute("SELECT name FROM products WHERE name = '%s'" % first))


def in_warehouse_composed(request):
    import psycopg
    from psycopg import sql

    first, *_ = request.GET.getlist("name")
    statement = sql.SQL("SELECT name FROM products WHERE name = {}").format(sql.Literal(first))
    with closing(psycopg.connect(config.POSTGRES)) as warehouse:
        return listed(row[0] for row in warehouse.execute(statement))


urlpatterns = [
    path("sqli/sqli-d01", search),
    path("sqli/sqli-d02", search_safely),
    path("sqli/sqli-d03", CustomersIn.as_view()),
    path("sqli/sqli-d04", CustomersInQ.as_view()),
    path("sqli/sqli-d05", by_preference),
    path("sqli/sqli-d06", by_preference_safely),
    path("sqli/sqli-d07", from_device),
    path("sqli/sqli-d08", from_device_quoted),
    path("sqli/sqli-d09/<str:name>", customer_orders),
    path("sqli/sqli-d10/<str:name>", customer_exists),
    path("sqli/sqli-d11", in_warehouse),
    path("sqli/sqli-d12", in_warehouse_composed),
]
