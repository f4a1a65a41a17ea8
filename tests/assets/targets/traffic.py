"""An ordinary day on a target, so that an agent inside has seen its routes and what they write. Called before a scan.

The silent writers are called as well: that is how their writes become known. The data is that of the first day
afterwards.
"""

from tests.assets.targets.proofs.asking import Setting, submit
from tests.assets.targets.running import RunningTarget
from tests.assets.targets.site.sessions import NAVIGATION

API_READS = (
    "/v1/me",
    "/v1/me/usage",
    "/v1/me/statements",
    "/v1/me/loyalty",
    "/v1/me/reports",
    "/v1/users/1/card",
    "/v1/users/1/badge",
    "/v1/orders",
    "/v1/orders/1",
    "/v1/invoices",
    "/v1/invoices/1",
    "/v1/invoices/1/print",
    "/v1/projects",
    "/v1/projects/1",
    "/v1/projects/1/tasks",
    "/v1/files",
    "/v1/announcements/1",
    "/v1/products?search=lamp",
    "/v1/products/suggest?begin=Oak",
    "/v1/products/today",
    "/v1/products/LAMP-1",
    "/v1/stock",
    "/v1/offers",
    "/v1/ratings",
    "/v1/warranty?serial=SN-1001",
    "/v1/tools/known-host",
    "/v1/documents",
    "/v1/manuals/terms.txt",
    "/v1/greeting",
    "/v1/farewell",
    "/v1/echo?text=x",
    "/v1/directory",
    "/v1/quotes",
    "/v1/quotes/bulk",
    "/v1/stock/counts",
    "/v1/partner/catalogue",
    "/v1/rates",
    "/health",
    "/actuator/health",
    "/actuator/env",
    "/metrics",
    "/internal/customers",
    "/internal/openapi.json",
    "/v0/orders/1",
    "/v1/reports/daily",
)
API_WRITES = (
    ("POST", "/v1/orders", {"product": "LAMP-1", "quantity": 1}),
    ("PUT", "/v1/orders/1", {"note": "soon"}),
    ("PATCH", "/v1/orders/1/address", {"address": "1 Mill Lane"}),
    ("POST", "/v1/orders/search", {"status": "paid"}),
    ("POST", "/v1/orders/export", {"order_ids": [1]}),
    ("PATCH", "/v1/me", {"phone": "+44 20 7946 0001"}),
    ("POST", "/v1/projects", {"title": "Shed"}),
    ("PUT", "/v1/projects/1", {"title": "Shed"}),
    ("PATCH", "/v1/projects/1/tasks/1", {"text": "paint"}),
    ("POST", "/v1/products/LAMP-1/reviews", {"text": "bright"}),
    ("POST", "/v1/tools/ping", {"host": "localhost"}),
    ("POST", "/v1/notices/preview", {"text": "Dear {{ name }}"}),
    ("POST", "/v1/addresses/check", {"email": "ada@shop.test"}),
    ("POST", "/graphql", {"query": "{ me { username } }"}),
    ("POST", "/v1/orders/2/cancel", None),
)
API_STAFF = (
    ("GET", "/v1/support/tickets", None),
    ("GET", "/v1/support/tickets/1", None),
    ("GET", "/v1/admin/users", None),
    ("GET", "/v1/admin/audit", None),
    ("GET", "/v1/admin/overview", None),
    ("GET", "/v1/admin/settings", None),
    ("PUT", "/v1/admin/users/1/credit-limit", {"credit_limit": 500}),
    ("POST", "/v1/batches/run", None),
)


def ordinary_day(target: RunningTarget, name: str) -> None:
    """Customers and staff at work on the `api` or the `site`."""
    with Setting(target, name, repaired=False) as setting:
        {"api": _on_the_api, "site": _on_the_site}[name](setting)
    target.reset()


def _on_the_api(setting: Setting) -> None:
    alice, ada = setting.user("alice"), setting.user("ada")
    for path in API_READS:
        alice.get(path)
    for method, path, body in API_WRITES:
        alice.request(method, path, json=body)
    for method, path, body in API_STAFF:
        ada.request(method, path, json=body)


def _on_the_site(setting: Setting) -> None:
    alice, stella = setting.visitor("alice"), setting.visitor("stella")
    for path in (
        *NAVIGATION,
        "/account",
        "/orders",
        "/orders/510",
        "/receipts/510",
        "/outbox",
        "/avatar",
        "/attachments",
        "/api/profile",
    ):
        alice.get(path)
    for path, fields in (
        ("/comments", {"text": "nice"}),
        ("/guestbook", {"text": "nice"}),
        ("/cards", {"text": "Dear {{ name }}"}),
        ("/newsletter", {"email": "ada@shop.test"}),
        ("/forgot", {"email": "alice@shop.test"}),
    ):
        submit(alice, path, fields)
    submit(alice, "/account", {"display_name": "Alice"})
    for path in ("/staff", "/staff/reports", "/staff/settings"):
        stella.get(path)
    submit(stella, "/staff/tidy", {}, page="/staff")
