"""A site whose pages are empty until their scripts have run, as single-page applications are."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, redirect, request

from setpoint.model.dast import Operation

SHELL = '<div id="app"></div><script src="/app.js"></script>'

APP = """
const app = document.getElementById("app");
const show = (path, make) => { if (location.pathname === path) make(); };
const button = (text, what) => {
  const made = document.createElement("button");
  made.textContent = text;
  made.onclick = what;
  app.append(made);
  return made;
};
const send = (path, body) => fetch(path, {
  method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify(body),
});
show("/", async () => {
  const orders = await (await fetch("/" + ["api", "orders"].join("/") + "?state=open&page=1")).json();
  for (const order of orders) {
    const link = document.createElement("a");
    link.href = ["", "order", order.id].join("/");
    app.append(link);
  }
  const settings = document.createElement("a");
  settings.href = "/settings";
  app.append(settings);
  send("/" + "api/seen", {page: "home", at: {x: 1, y: 0.5}, tags: ["a"]});
  button("Add", () => send("/" + "api/orders", {item: "tea", count: 2, gift: false})).className = "drop-shadow";
  button("Delete all", () => fetch("/" + "api/orders", {method: "DELETE"}));
  button("", () => fetch("/" + "api/orders", {method: "DELETE"})).className = "icon-remove";
  button("More", () => fetch("/" + "api/more"));
});
if (location.pathname.startsWith("/order/")) fetch("/api" + location.pathname.replace("order", "orders") + "/lines");
show("/settings", () => {
  app.innerHTML = `<form action="/settings/save" method="post"><input type="hidden" name="csrf_token" value="a1b2">
    <input type="email" name="email" required><select name="language"><option>de<option>en</select>
    <button>Keep</button></form>
    <form id="scripted"><input name="nickname" required><button>Rename me</button></form>`;
  document.getElementById("scripted").onsubmit = event => {
    event.preventDefault();
    send("/" + "api/nickname", {nickname: event.target.nickname.value});
  };
});
"""


class ScriptedSite:
    def __init__(self, script: str = APP) -> None:
        self.requests: list[str] = []
        """Method and path with query of each."""
        self.cookies: set[str] = set()
        self._script = script
        self.app = Flask("scripted")
        self.app.add_url_rule("/", view_func=self._answer, methods=["GET", "POST", "DELETE"])
        self.app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST", "DELETE"])

    def _answer(self, path: str = "") -> Any:
        self.requests.append(f"{request.method} {request.full_path.rstrip('?')}")
        self.cookies.add(request.headers.get("cookie", ""))
        if path == "app.js":
            return Response(self._script, 200, {"content-type": "text/javascript"})
        if path == "api/orders":
            return [{"id": 17}, {"id": 18}]
        if path.startswith("api/"):
            return {"path": path}
        if path == "old":
            return redirect("/settings")
        if path == "slow":
            time.sleep(0.2)
        return Response(SHELL, 200, {"content-type": "text/html", "set-cookie": "visit=1; HttpOnly"})


def harmless(operation: Operation) -> str:
    """What the safe profile says of this site."""
    return "DELETE destroys, or may" if operation.method == "DELETE" else ""
