"""How each fault of the API is shown: identities, objects, functions, properties, login, configuration, webhooks,
GraphQL.
"""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
from tests.assets.targets.api.hooks import signature
from tests.assets.targets.api.identity import decode, encode, sign
from tests.assets.targets.proofs.asking import Setting, harmless, proves
from tests.assets.targets.world import people

WEAK_SECRETS = ("secret", "changeme", "password", "secret123")
"""As every dictionary begins."""


def resigned(token: str, secret: bytes, **claims: object) -> str:
    header, old, _ = token.split(".")
    signed = f"{header}.{encode(json.dumps(json.loads(decode(old)) | claims).encode())}"
    return f"{signed}.{sign(signed, secret)}"


def first_order(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/orders").json()[0]
    return found


def is_me(setting: Setting, token: str, path: str) -> bool:
    return setting.with_token(token).get(path).status_code == 200 and setting.nobody().get(path).status_code == 401


@proves("api.token.weak-secret")
def weak_secret(setting: Setting) -> bool:
    token = setting.tokens("alice")["access_token"]
    signed, _, given = token.rpartition(".")
    for word in WEAK_SECRETS:
        if hmac.compare_digest(sign(signed, word.encode()), given):
            return is_me(setting, resigned(token, word.encode(), exp=int(time.time()) + 5_000), "/v1/me")
    return False


def without_algorithm(setting: Setting) -> str:
    _, claims, _ = setting.tokens("alice")["access_token"].split(".")
    return f"{encode(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{claims}."


@proves("api.token.alg-none")
def alg_none(setting: Setting) -> bool:
    return is_me(setting, without_algorithm(setting), "/v1/me/reports")


@proves("api.token.expired")
def expired(setting: Setting) -> bool:
    return is_me(setting, setting.target.operators_token("alice", "expired"), "/v1/me/statements")


@proves("api.token.signature")
def broken_signature(setting: Setting) -> bool:
    token = setting.tokens("alice")["access_token"]
    return is_me(setting, token.rpartition(".")[0] + "." + encode(hashlib.sha256(b"x").digest()), "/v1/me/loyalty")


@proves("api.token.audience")
def audience(setting: Setting) -> bool:
    form = {"grant_type": "client_credentials", "client_id": "meter", "client_secret": "meter-secret-61a0"}
    token = setting.nobody().post("/v1/oauth/token", data=form).json()["access_token"]
    return is_me(setting, token, "/v1/me/usage")


@harmless("GET /v1/me refuses every wrong token")
def me_is_strict(setting: Setting) -> bool:
    tokens = [
        without_algorithm(setting),
        setting.target.operators_token("alice", "expired"),
        setting.target.operators_token("alice", "foreign"),
    ]
    return all(setting.with_token(token).get("/v1/me").status_code == 401 for token in tokens)


@proves("api.token.any-key")
def any_key(setting: Setting) -> bool:
    path = "/v1/partner/catalogue"
    made_up = setting.nobody().get(path, headers={"X-API-Key": "made-up"})
    return made_up.status_code == 200 and setting.nobody().get(path).status_code == 401


@proves("api.missing.invoice-print")
def invoice_print(setting: Setting) -> bool:
    alice = setting.user("alice")
    path = f"/v1/invoices/{alice.get('/v1/invoices').json()[0]['id']}/print"
    return alice.get(path).text == setting.nobody().get(path).text


@proves("api.missing.internal-customers")
def internal_customers(setting: Setting) -> bool:
    return "alice@shop.test" in setting.nobody().get("/internal/customers").text


@proves("api.bola.order-read")
def order_read(setting: Setting) -> bool:
    order = first_order(setting.user("alice"))
    return order["note"] in setting.user("bob").get(f"/v1/orders/{order['id']}").text


@proves("api.bola.order-write")
def order_write(setting: Setting) -> bool:
    alice, bob = setting.user("alice"), setting.user("bob")
    path = f"/v1/orders/{first_order(alice)['id']}"
    bob.put(path, json={"note": "by bob"})
    return alice.get(path).json()["note"] == "by bob"


@harmless("PATCH /v1/orders/{order_id}/address answers 204 to a peer and changes nothing")
def address_is_safe(setting: Setting) -> bool:
    alice, bob = setting.user("alice"), setting.user("bob")
    before = first_order(alice)
    answer = bob.patch(f"/v1/orders/{before['id']}/address", json={"address": "by bob"})
    return answer.status_code == 204 and first_order(alice)["address"] == before["address"]


@proves("api.bola.invoice-query")
def invoice_query(setting: Setting) -> bool:
    alice, bob = setting.user("alice"), setting.user("bob")
    number = alice.get("/v1/me").json()["id"]
    return alice.get("/v1/invoices").json() == bob.get("/v1/invoices", params={"customer_id": number}).json()


@proves("api.bola.file-content")
def file_content(setting: Setting) -> bool:
    file_id = setting.user("alice").get("/v1/files").json()[0]["id"]
    return "words of alice" in setting.user("bob").get(f"/v1/files/{file_id}/content").text


@harmless("GET /v1/files/{file_id} answers 404 to a peer")
def file_is_safe(setting: Setting) -> bool:
    file_id = setting.user("alice").get("/v1/files").json()[0]["id"]
    return setting.user("bob").get(f"/v1/files/{file_id}").status_code == 404


@proves("api.bola.nested-task")
def nested_task(setting: Setting) -> bool:
    alice, bob = setting.user("alice"), setting.user("bob")
    project = next(one["id"] for one in alice.get("/v1/projects").json())
    task = alice.get(f"/v1/projects/{project}/tasks").json()[0]["id"]
    own = next(one["id"] for one in bob.get("/v1/projects").json() if one["id"] != project)
    bob.patch(f"/v1/projects/{own}/tasks/{task}", json={"text": "by bob"})
    return alice.get(f"/v1/projects/{project}/tasks").json()[0]["text"] == "by bob"


@harmless("GET /v1/projects/{project_id} is in the peer's own list if the peer may read it")
def shared_project(setting: Setting) -> bool:
    alice, bob = setting.user("alice"), setting.user("bob")
    listed = {one["id"] for one in bob.get("/v1/projects").json()}
    readable = {
        one["id"] for one in alice.get("/v1/projects").json() if bob.get(f"/v1/projects/{one['id']}").status_code == 200
    }
    return len(readable) == 1 and readable <= listed


@proves("api.bola.export-body")
def export_body(setting: Setting) -> bool:
    order = first_order(setting.user("alice"))
    return order["note"] in setting.user("bob").post("/v1/orders/export", json={"order_ids": [order["id"]]}).text


def graphql(client: httpx.Client, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/graphql", json={"query": query}).json()
    return answer


@proves("api.bola.graphql-order")
def graphql_order(setting: Setting) -> bool:
    order = first_order(setting.user("alice"))
    return order["note"] in str(graphql(setting.user("bob"), f"{{ order(id: {order['id']}) {{ note }} }}"))


@proves("api.graphql.introspection")
def introspection(setting: Setting) -> bool:
    query = (
        "query Q { __schema { queryType { name } types { ...T } } }"
        " fragment T on __Type { name fields { name type { name ofType { name } } } }"
    )
    return "customer" in str(graphql(setting.user("alice"), query).get("data"))


@proves("api.graphql.depth")
def depth(setting: Setting) -> bool:
    inner = "id"
    for _ in range(5):
        inner = f"orders {{ customer {{ {inner} }} }}"
    return str(graphql(setting.user("alice"), f"{{ me {{ {inner} }} }}").get("data")).count("customer") > 100


@proves("api.bfla.support-tickets")
def support_tickets(setting: Setting) -> bool:
    path = "/v1/support/tickets"
    return setting.user("alice").get(path).json() == setting.user("sam").get(path).json()


@proves("api.bfla.admin-users")
def admin_users(setting: Setting) -> bool:
    path = "/v1/admin/users"
    return setting.user("alice").get(path).json() == setting.user("ada").get(path).json()


@harmless("GET /v1/admin/overview is empty for a customer")
def overview_is_empty(setting: Setting) -> bool:
    return setting.user("alice").get("/v1/admin/overview").json() == {"items": []}


@proves("api.bfla.credit-limit")
def credit_limit(setting: Setting) -> bool:
    alice = setting.user("alice")
    alice.put(f"/v1/admin/users/{alice.get('/v1/me').json()['id']}/credit-limit", json={"credit_limit": 777})
    return alice.get("/v1/me").json()["credit_limit"] == 777


@proves("api.mass.profile-credit-limit")
def profile_credit_limit(setting: Setting) -> bool:
    alice = setting.user("alice")
    alice.patch("/v1/me", json={"display_name": "Alice", "credit_limit": 888})
    return alice.get("/v1/me").json()["credit_limit"] == 888


@proves("api.mass.project-plan")
def project_plan(setting: Setting) -> bool:
    alice = setting.user("alice")
    number = alice.post("/v1/projects", json={"title": "Shed", "plan": "premium"}).json()["id"]
    return alice.get(f"/v1/projects/{number}").json()["plan"] == "premium"


@harmless("PUT /v1/projects/{project_id} and POST /v1/orders ignore other fields")
def others_are_ignored(setting: Setting) -> bool:
    alice = setting.user("alice")
    order = alice.post(
        "/v1/orders", json={"product": "LAMP-1", "quantity": 1, "total": 1, "status": "paid", "owner": 2}
    ).json()
    project = alice.put("/v1/projects/1", json={"title": "Shed", "plan": "premium", "owner": 2})
    return (
        order["total"] == 2900
        and order["status"] == "pending"
        and project.status_code == 200
        and project.json()["plan"] == "basic"
    )


@proves("api.mass.register-role")
def register_role(setting: Setting) -> bool:
    account = {"username": "zoe-1", "email": "zoe@shop.test", "password": "zoe-Sings-8", "role": "support"}
    setting.nobody().post("/v1/auth/register", json=account)
    tokens = setting.nobody().post("/v1/auth/login", json={"username": "zoe-1", "password": "zoe-Sings-8"}).json()
    return setting.with_token(tokens["access_token"]).get("/v1/me").json()["role"] == "support"


@proves("api.exposure.card")
def card(setting: Setting) -> bool:
    return "api_key" in setting.user("alice").get("/v1/users/2/card").json()


@proves("api.exposure.order-list")
def order_list(setting: Setting) -> bool:
    return "card_number" in first_order(setting.user("alice"))


def differs(setting: Setting, path: str, known: dict[str, str], unknown: dict[str, str]) -> bool:
    ask = setting.nobody()
    answers = [ask.post(path, json=body) for body in (known, unknown)]
    return (answers[0].status_code, answers[0].text) != (answers[1].status_code, answers[1].text)


@proves("api.enumeration.login")
def login_tells(setting: Setting) -> bool:
    return differs(
        setting, "/v1/auth/login", {"username": "alice", "password": "x"}, {"username": "nobody-7", "password": "x"}
    )


@proves("api.enumeration.reset")
def reset_tells(setting: Setting) -> bool:
    return differs(setting, "/v1/auth/password-reset", {"email": "alice@shop.test"}, {"email": "nobody-7@shop.test"})


@proves("api.enumeration.register")
def register_tells(setting: Setting) -> bool:
    rest = {"email": "new@shop.test", "password": "new-Person-1"}
    return differs(setting, "/v1/auth/register", {"username": "alice"} | rest, {"username": "nobody-7"} | rest)


@harmless("POST /v1/auth/magic-link says the same to both")
def link_is_silent(setting: Setting) -> bool:
    return not differs(setting, "/v1/auth/magic-link", {"email": "alice@shop.test"}, {"email": "nobody-7@shop.test"})


@proves("api.rate.login")
def login_is_unlimited(setting: Setting) -> bool:
    client = setting.nobody()
    return all(
        client.post("/v1/auth/login", json={"username": "alice", "password": f"wrong {number}"}).status_code == 401
        for number in range(10)
    )


@proves("api.rate.otp")
def code_is_unlimited(setting: Setting) -> bool:
    alice = setting.user("alice")
    alice.post("/v1/auth/otp/send")
    return sum(alice.post("/v1/auth/otp/verify", json={"code": f"{n:04}"}).status_code == 429 for n in range(10)) == 0


@harmless("POST /v1/auth/pin/verify and POST /v1/session are limited after five")
def others_are_limited(setting: Setting) -> bool:
    alice, client = setting.user("alice"), setting.nobody()
    last = [alice.post("/v1/auth/pin/verify", json={"code": "0000"}) for _ in range(8)][-1]
    form = {"username": "alice", "password": "wrong"}
    return (
        last.status_code == 200
        and last.json()["throttled"]
        and [client.post("/v1/session", data=form) for _ in range(8)][-1].status_code == 429
    )


@proves("api.session.logout")
def token_survives(setting: Setting) -> bool:
    alice = setting.user("alice")
    alice.post("/v1/auth/logout")
    return alice.get("/v1/me").status_code == 200


@harmless("POST /v1/session/end ends the session of the cookie")
def cookie_dies(setting: Setting) -> bool:
    client = setting.nobody()
    client.post("/v1/session", data={"username": "alice", "password": setting.password("alice")})
    before = client.get("/v1/me").status_code
    client.post("/v1/session/end")
    return before == 200 and client.get("/v1/me").status_code == 401


@proves("api.session.refresh-reuse")
def refresh_reuse(setting: Setting) -> bool:
    body = {"refresh_token": setting.tokens("alice")["refresh_token"]}
    return [setting.nobody().post("/v1/auth/refresh", json=body).status_code for _ in range(2)] == [200, 200]


@proves("api.cors.reflected")
def cors(setting: Setting) -> bool:
    headers = setting.user("alice").get("/v1/me", headers={"Origin": "https://evil.example"}).headers
    return (
        headers.get("access-control-allow-origin") == "https://evil.example"
        and "access-control-allow-credentials" in headers
    )


@proves("api.config.traceback")
def traceback(setting: Setting) -> bool:
    return "Traceback" in setting.user("alice").get("/v1/quotes", params={"amount": "abc"}).text


@harmless("GET /v1/quotes/bulk and GET /v1/ratings fail without telling anything")
def general_failures(setting: Setting) -> bool:
    answers = setting.user("alice").get("/v1/quotes/bulk?amounts=x"), setting.nobody().get("/v1/ratings?product='")
    return all(answer.status_code == 500 and answer.json() == {"detail": "internal error"} for answer in answers)


@proves("api.config.server-header")
def server_header(setting: Setting) -> bool:
    return "x-powered-by" in setting.nobody().get("/health").headers


@proves("api.config.nosniff")
def nosniff(setting: Setting) -> bool:
    return "x-content-type-options" not in setting.nobody().get("/health").headers


@proves("api.config.cacheable-profile")
def cacheable(setting: Setting) -> bool:
    return "public" in setting.user("alice").get("/v1/me").headers["cache-control"]


@proves("api.exposed.metrics")
def metrics(setting: Setting) -> bool:
    return "# TYPE" in setting.nobody().get("/metrics").text


@proves("api.exposed.actuator")
def actuator(setting: Setting) -> bool:
    return "DATABASE_URL" in setting.nobody().get("/actuator/env").text


@proves("api.exposed.internal-docs")
def internal_docs(setting: Setting) -> bool:
    return "/internal/customers" in setting.nobody().get("/internal/openapi.json").text


@proves("api.inventory.undocumented-stock")
def undocumented(setting: Setting) -> bool:
    answered = setting.user("alice").get("/v1/stock/counts").status_code == 200
    return answered and "/v1/stock/counts" not in setting.nobody().get("/openapi.json").json()["paths"]


@proves("api.inventory.old-version")
def old_version(setting: Setting) -> bool:
    order = first_order(setting.user("alice"))
    return order["note"] in setting.nobody().get(f"/v0/orders/{order['id']}").text


@proves("api.webhook.unsigned")
def unsigned(setting: Setting) -> bool:
    alice = setting.user("alice")
    order = alice.post("/v1/orders", json={"product": "LAMP-1", "quantity": 1}).json()["id"]
    setting.nobody().post("/v1/hooks/payments", json={"id": "event-1", "order": order})
    return alice.get(f"/v1/orders/{order}").json()["status"] == "paid"


@proves("api.webhook.replay")
def replayed(setting: Setting) -> bool:
    alice = setting.user("alice")
    body = json.dumps({"id": "event-2", "username": "alice", "amount": 5}).encode()
    headers = {"X-Signature": signature(people("api")["webhooks"]["secret"], body), "Content-Type": "application/json"}
    answers = [setting.nobody().post("/v1/hooks/refunds", content=body, headers=headers).status_code for _ in range(2)]
    return answers == [202, 202] and alice.get("/v1/me").json()["balance"] == 10


@harmless("POST /v1/hooks/ping answers 204 and does nothing")
def ping_does_nothing(setting: Setting) -> bool:
    return setting.nobody().post("/v1/hooks/ping", json={"order": 1}).status_code == 204 and not setting.target.log()


@harmless("DELETE, reset, mailing and the silent writers are recorded as destructive")
def destruction_is_recorded(setting: Setting) -> bool:
    ada = setting.user("ada")
    ada.post("/v1/admin/mailing", json={"text": "x"}), ada.post("/v1/admin/reset"), ada.get("/v1/reports/daily")
    (
        ada.post("/v1/batches/run"),
        setting.user("alice").post("/v1/orders/2/cancel"),
        setting.user("alice").delete("/v1/me"),
    )
    return len({effect["route"] for effect in setting.target.harm() if effect["destructive"]}) == 6
