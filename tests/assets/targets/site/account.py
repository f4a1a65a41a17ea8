"""Registration, login, the forgotten password, and what a visitor sees and changes after logging in."""

import base64
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, g, redirect, request
from markupsafe import Markup
from tests.assets.targets.site.sessions import Visitors, page
from tests.assets.targets.world import Row, World, digest, fresh_token, same
from werkzeug.utils import secure_filename

NOBODYS_PASSWORD = digest("nobody")
PUBLIC_ADDRESS = "https://www.shop.test"


def is_own_path(address: str) -> bool:
    """A path of this site, and nothing that a browser takes for another host."""
    return address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()


def limiter(world: World) -> Callable[[str], None]:
    """Five of a kind in a while, known or not; then 429."""

    def limit(name: str) -> None:
        if world.attempts.blocked(name):
            abort(429)
        world.attempts.failed(name)

    return limit


def login_pages(application: Flask, world: World, visitors: Visitors) -> None:
    def user_named(name: str) -> Row | None:
        return world.database.one("SELECT * FROM users WHERE username = ?", (name,))

    limit = limiter(world)

    def login_form(message: str = "", status: int = 200) -> Any:
        wanted = Markup('<input type="hidden" name="next" value="{}">').format(request.values.get("next", "/account"))
        form = visitors.form("/login", "username", "password")
        remember = Markup('<label>stay <input type="checkbox" name="remember" value="on"></label>')
        return page("Log in", message, form.replace("<button>", wanted + remember + Markup("<button>")), status=status)

    @application.get("/login")
    def show_login() -> Any:
        return login_form()

    @application.post("/login")
    def log_in() -> Any:
        visitors.need_token()
        name, password = request.form.get("username", "")[:200], request.form.get("password", "")[:200]
        limited = not world.faulty("site.rate.login")
        if limited and world.attempts.blocked(name):
            return login_form("Too many attempts; wait a moment", status=429)
        user = find_user(name, digest(password))
        if user is None:
            world.attempts.failed(name)
            unknown = world.faulty("site.enumeration.login") and user_named(name) is None
            return login_form("There is no such user" if unknown else "The name or the password is wrong")
        world.attempts.succeeded(name)
        visitors.log_in(user["id"])
        return leave_with_cookies(user)

    def find_user(name: str, hashed: str) -> Row | None:
        if world.faulty("site.sql.login"):
            return world.database.one(f"SELECT * FROM users WHERE username = '{name}' AND password = '{hashed}'")
        user = user_named(name)
        return user if same(hashed, user["password"] if user else NOBODYS_PASSWORD) else None

    def leave_with_cookies(user: Row) -> Any:
        target = request.form.get("next") or "/account"
        if not is_own_path(target) and not world.faulty("site.redirect.login-next"):
            target = "/account"
        try:
            response: Any = redirect(target)
        except ValueError:  # a line break
            response = redirect("/account")
        if world.faulty("site.cookie.role"):
            response.set_cookie("role", user["role"], httponly=True, samesite="Lax")
        if world.faulty("site.cookie.remember") and request.form.get("remember"):
            response.set_cookie(
                "remember", base64.b64encode(user["username"].encode()).decode(), httponly=True, samesite="Lax"
            )
        return response

    @application.get("/logout")
    def log_out() -> Any:
        visitors.log_out()
        return redirect("/")

    @application.get("/register")
    def show_register() -> Any:
        return page("Open an account", visitors.form("/register", "username", "email", "password"))

    @application.post("/register")
    def register() -> Any:
        visitors.need_token()
        name, email = request.form.get("username", "")[:40], request.form.get("email", "")[:100]
        if not name.isidentifier():
            return page(
                "Open an account",
                "Letters and digits only",
                visitors.form("/register", "username", "email", "password"),
            )
        if user_named(name) is None:
            password = digest(request.form.get("password", ""))
            world.database.insert(
                "users", username=name, email=email, password=password, role="customer", display_name=name
            )
        elif world.faulty("site.enumeration.register"):
            return page("Open an account", "This name is taken")
        return page("Open an account", "See your mail")

    @application.get("/forgot")
    def show_forgot() -> Any:
        return page("A new password", visitors.form("/forgot", "email"))

    @application.post("/forgot")
    def forgot() -> Any:
        visitors.need_token()
        limit(f"forgot {request.form.get('email')}")
        user = world.database.one("SELECT * FROM users WHERE email = ?", (request.form.get("email", ""),))
        if user is None:
            unknown = world.faulty("site.enumeration.forgot")
            return page("A new password", "We do not know this address" if unknown else "See your mail")
        token = fresh_token()
        world.state.setdefault("resets", {})[token] = user["id"]
        base = PUBLIC_ADDRESS
        if world.faulty("site.config.reset-host"):
            base = f"http://{request.headers.get('X-Forwarded-Host') or request.headers.get('Host', '')}"
        world.mail(user, "A new password", f"{base}/reset/{token}")
        return page("A new password", "See your mail")

    @application.get("/reset/<token>")
    def show_reset(token: str) -> Any:
        if token not in world.state.get("resets", {}):
            abort(404)
        return page("A new password", visitors.form(f"/reset/{token}", "password"))

    @application.post("/reset/<token>")
    def reset(token: str) -> Any:
        visitors.need_token()
        user = world.state.get("resets", {}).pop(token, None)
        if user is None:
            abort(404)
        world.database.rows(
            "UPDATE users SET password = ? WHERE id = ?", (digest(request.form.get("password", "")), user)
        )
        return page("A new password", "Done")


def account_pages(application: Flask, world: World, visitors: Visitors) -> None:
    limit = limiter(world)

    @application.get("/account")
    def account() -> Any:
        user = visitors.user() or visitors.remembered() or visitors.need_user()
        lists = world.database.rows("SELECT token FROM wishlists WHERE owner = ?", (user["id"],))
        paths = [
            "/orders",
            "/outbox",
            "/avatar",
            "/attachments",
            "/logout",
            *(f"/wishlists/{one['token']}" for one in lists),
        ]
        if user["role"] == "staff":
            paths += ["/staff", "/staff/reports", "/staff/settings"]
        return page(
            "Your account",
            f"Name: {user['display_name']}",
            f" Address: {user['email']}",
            f" Membership: {user['membership']}",
            Markup(" ").join(Markup('<a href="{0}">{0}</a>').format(path) for path in paths),
            visitors.form("/account", "display_name"),
            visitors.form("/account/email", "email"),
            visitors.form("/account/password", "old_password", "new_password"),
            visitors.form("/account/pin", "pin"),
            Markup("<h2>Delete the account for ever</h2>"),
            visitors.form("/account/delete"),
        )

    @application.post("/account")
    def change_account() -> Any:
        user = visitors.need_user()
        visitors.need_token()
        fields = {"display_name": request.form.get("display_name", user["display_name"])[:100]}
        if world.faulty("site.mass.membership") and "membership" in request.form:
            fields["membership"] = request.form["membership"][:40]
        for name, value in fields.items():
            world.database.rows(f"UPDATE users SET {name} = ? WHERE id = ?", (value, user["id"]))
        return redirect("/account")

    @application.post("/account/email")
    def change_email() -> Any:
        user = visitors.need_user()
        if not world.faulty("site.csrf.email"):
            visitors.need_token()
        world.database.rows(
            "UPDATE users SET email = ? WHERE id = ?", (request.form.get("email", "")[:100], user["id"])
        )
        return redirect("/account")

    @application.post("/account/password")
    def change_password() -> Any:
        user = visitors.need_user()
        visitors.need_token()
        limit(f"password {user['id']}")
        if not same(digest(request.form.get("old_password", "")), user["password"]):
            return page("Your account", "The old password is wrong")
        world.database.rows(
            "UPDATE users SET password = ? WHERE id = ?", (digest(request.form.get("new_password", "")), user["id"])
        )
        if not world.faulty("site.session.password-change"):
            visitors.end_others(user["id"])
        return redirect("/account")

    @application.post("/account/pin")
    def check_pin() -> Any:
        user = visitors.need_user()
        visitors.need_token()
        name = f"pin {user['id']}"
        if world.attempts.blocked(name):
            return page("Your PIN", "Too many attempts; wait a moment")  # with 200
        world.attempts.failed(name)
        return page("Your PIN", "The PIN is wrong")

    @application.post("/account/delete")
    def delete_account() -> Any:
        user = visitors.need_user()
        visitors.need_token()
        world.journal.record("delete account", destructive=True, outside=user["protected"])
        world.database.rows("DELETE FROM users WHERE id = ?", (user["id"],))
        return redirect("/")

    @application.get("/outbox")
    def outbox() -> Any:
        user = visitors.need_user()
        mails = [f"{mail['subject']}: {mail['body']}" for mail in world.mails if mail["to"] == user["id"]]
        return page("Mails to you", *(Markup("<p>{}</p>").format(mail) for mail in mails[-20:]))

    @application.get("/avatar")
    def show_avatar() -> Any:
        visitors.need_user()
        return page("Your picture", visitors.form("/avatar", "picture", kind="file", encoding="multipart/form-data"))

    @application.post("/avatar")
    def upload_avatar() -> Any:
        visitors.need_user()
        visitors.need_token()
        path = keep_upload("picture", "uploads", pictures_only=not world.faulty("site.upload.avatar"))
        return page("Your picture", Markup('<a href="/static/uploads/{0}">{0}</a>').format(path))

    @application.get("/attachments")
    def show_attachments() -> Any:
        visitors.need_user()
        return page(
            "Attach a file", visitors.form("/attachments", "attachment", kind="file", encoding="multipart/form-data")
        )

    @application.post("/attachments")
    def upload_attachment() -> Any:
        visitors.need_user()
        visitors.need_token()
        path = keep_upload("attachment", "attachments", pictures_only=False)
        return page("Attach a file", Markup('<a href="/attachments/{0}">{0}</a>').format(path))

    @application.get("/attachments/<name>")
    def attachment(name: str) -> Any:
        path = world.folder / "attachments" / secure_filename(name)[:200]
        if not path.is_file():
            abort(404)
        response = application.response_class(path.read_bytes(), mimetype="application/octet-stream")
        response.headers["Content-Disposition"] = "attachment"
        return response

    def keep_upload(field: str, folder: str, *, pictures_only: bool) -> str:
        given = request.files.get(field)
        if given is None or not given.filename:
            abort(400)
        content = given.stream.read(100_000)
        if pictures_only and not content.startswith(b"\x89PNG\r\n\x1a\n"):
            abort(415)
        name = f"{fresh_token()[:8]}-{'picture.png' if pictures_only else secure_filename(given.filename)[-100:]}"
        (world.folder / folder / name).write_bytes(content)
        world.journal.record("write file")
        return name


def order_pages(application: Flask, world: World, visitors: Visitors) -> None:
    def order_of(order_id: int, user: Row | None) -> Row:
        """The order; only its owner's if a user is given."""
        found = world.database.one("SELECT * FROM orders WHERE id = ?", (order_id,))
        if found is None or (user is not None and found["owner"] != user["id"]):
            abort(404)
        return found

    @application.get("/orders")
    def orders() -> Any:
        rows = world.database.rows("SELECT * FROM orders WHERE owner = ?", (visitors.need_user()["id"],))
        link = Markup('<p><a href="/orders/{0}">{1}</a> <a href="/receipts/{0}">receipt</a></p>')
        parts = [link.format(row["id"], row["what"]) + visitors.form(f"/orders/{row['id']}/cancel") for row in rows]
        return page("Your orders", *parts)

    @application.get("/orders/<int:order_id>")
    def order(order_id: int) -> Any:
        user = visitors.need_user()
        found = order_of(order_id, None if world.faulty("site.bola.order") else user)
        return page("Order", found["what"], f" {found['status']}")

    @application.post("/orders/<int:order_id>/cancel")
    def cancel(order_id: int) -> Any:
        visitors.need_token()
        found = order_of(order_id, visitors.need_user())
        world.journal.record("cancel order", destructive=True, outside=found["protected"])
        world.database.rows("UPDATE orders SET status = 'cancelled' WHERE id = ?", (order_id,))
        return redirect("/orders")

    @application.get("/receipts/<int:order_id>")
    def receipt(order_id: int) -> Any:
        user = None if world.faulty("site.missing.receipt") else visitors.need_user()
        return page("Receipt", f"Received for {order_of(order_id, user)['what']}")

    @application.get("/wishlists/<token>")
    def wishlist(token: str) -> Any:
        found = world.database.one("SELECT * FROM wishlists WHERE token = ?", (token,))
        if found is None:
            abort(404)
        return page("A list of wishes", found["text"])


def staff_pages(application: Flask, world: World, visitors: Visitors) -> None:
    def need_staff() -> Row:
        user = visitors.need_user()
        if user["role"] != "staff":
            abort(403)
        return user

    @application.get("/staff")
    def staff() -> Any:
        if not (world.faulty("site.cookie.role") and visitors.need_user() and request.cookies.get("role") == "staff"):
            need_staff()
        return page(
            "For staff",
            "Keys of the cellar: third drawer",
            Markup("<h2>Mail all customers</h2>"),
            visitors.form("/staff/announce", "text"),
            Markup("<h2>Tidy up</h2>"),
            visitors.form("/staff/tidy"),
        )

    @application.get("/staff/reports")
    def reports() -> Any:
        visitors.need_user() if world.faulty("site.bfla.reports") else need_staff()
        return page("Reports", "Takings of the week: 4,120")

    @application.get("/staff/settings")
    def settings() -> Any:
        need_staff()
        return page("Settings", "Currency: EUR")

    @application.post("/staff/announce")
    def announce() -> Any:
        need_staff()
        visitors.need_token()
        world.journal.record("mail to all", destructive=True)
        for customer in world.database.rows("SELECT * FROM users WHERE role = 'customer'"):
            world.mail(customer, "News", request.form.get("text", ""))
        return redirect("/staff")

    @application.post("/staff/tidy")
    def tidy() -> Any:
        need_staff()
        visitors.need_token()
        world.journal.record("delete orders", destructive=True)
        world.database.rows("DELETE FROM orders WHERE status = 'pending'")
        return redirect("/staff")

    @application.get("/statistics")
    def statistics() -> Any:
        # a GET that writes: nothing but the writes themselves tells
        rows = world.database.rows("SELECT id FROM orders WHERE status = 'pending'")
        if rows:
            world.journal.record("archive orders", destructive=True)
            world.database.rows("UPDATE orders SET status = 'archived' WHERE status = 'pending'")
        return page("Statistics", f"Open orders: {len(rows)}")

    @application.after_request
    def send_cookies(response: Any) -> Any:
        if "session" in g:
            visitors.cookies(response)
        return response
